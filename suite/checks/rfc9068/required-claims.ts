import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9068 §2.2',
  level: 'REQUIRED',
  title: 'JWT access tokens contain all required claims with correct values',
  needs: ['code flow', 'key set'],
  async run({ app, target, jwtAccessToken }) {
    const { claims, audience } = await jwtAccessToken()
    for (const name of ['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti']) demand(name in claims, `there is no ${name}`)
    demand(claims.iss === target.issuer, `iss is ${claims.iss}`)
    demand(claims['client_id'] === app().registration.client_id, `client_id is ${claims['client_id']}`)
    demand(audience === undefined || [claims.aud].flat().includes(audience), `aud is ${JSON.stringify(claims.aud)}`)
    demand(Number(claims.exp) > Number(claims.iat), 'exp is not after iat')
  },
})
