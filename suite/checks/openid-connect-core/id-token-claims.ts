import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §2',
  level: 'REQUIRED',
  title: 'The ID token contains valid iss, sub, aud, exp and iat claims',
  needs: ['OpenID', 'code flow'],
  async run({ app, target, idToken }) {
    const { claims } = await idToken(await app().tokens())
    const { iss, sub = '', aud, exp = 0, iat = 0 } = claims
    const now = Date.now() / 1000
    demand(iss === target.issuer, `iss is ${iss}`)
    demand(/^[\x21-\x7e]{1,255}$/.test(sub), 'sub is not 1 to 255 ASCII characters')
    demand([aud].flat().includes(app().registration.client_id), `aud is ${JSON.stringify(aud)}`)
    demand(Math.abs(iat - now) < 60, 'iat is more than a minute away from now')
    demand(exp > now && exp > iat, 'exp is in the past')
  },
})
