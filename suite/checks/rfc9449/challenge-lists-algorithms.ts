import { check } from '../../src/check.ts'
import { accepted, demand, denied } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9449 §7.1',
  level: 'SHOULD',
  title: 'The DPoP challenge of a resource lists the algorithms that it takes',
  needs: ['code flow', 'DPoP', 'UserInfo'],
  async run({ app, random, userinfo }) {
    const dpop = random.key()
    const { access_token } = await app().with({ dpop }).tokens()
    accepted(await userinfo(access_token, dpop))
    const reply = await userinfo(access_token, random.key())
    denied(reply)
    const algs = /\balgs="([^"]*)"/.exec(reply.headers['www-authenticate'] ?? '')?.[1]?.split(' ')
    demand(algs?.includes('ES256'), `the challenge is ${reply.headers['www-authenticate']}`)
  },
})
