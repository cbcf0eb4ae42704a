import { check } from '../../src/check.ts'
import { accepted, demand, denied } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9449 §7.1',
  level: 'MUST',
  title: 'An invalid proof at a resource is rejected with 401 and a DPoP challenge',
  needs: ['code flow', 'DPoP', 'UserInfo'],
  async run({ app, random, userinfo }) {
    const dpop = random.key()
    const { access_token } = await app().with({ dpop }).tokens()
    accepted(await userinfo(access_token, dpop))
    const reply = await userinfo(access_token, random.key())
    denied(reply)
    demand(reply.status === 401, `the status is ${reply.status}`)
    demand(/\bDPoP\b/i.test(reply.headers['www-authenticate'] ?? ''), 'the challenge does not name DPoP')
  },
})
