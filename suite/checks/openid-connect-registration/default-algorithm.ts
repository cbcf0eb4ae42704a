import { check } from '../../src/check.ts'
import { accepted, demand } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Registration §2',
  level: 'REQUIRED',
  title: 'A client that registers no algorithm gets ID tokens with RS256',
  needs: ['OpenID', 'code flow', 'registration'],
  async run({ app, idToken, register }) {
    const { reply, registration } = await register({})
    accepted(reply)
    const { header } = await idToken(await app().with(registration).tokens({ scope: 'openid' }))
    demand(header.alg === 'RS256', `the algorithm is ${header.alg}`)
  },
})
