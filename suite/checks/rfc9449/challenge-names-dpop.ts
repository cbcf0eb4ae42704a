import { check } from '../../src/check.ts'
import { accepted, demand, turnedAway } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9449 §7.1',
  level: 'MUST',
  title: 'A bound token with a bad proof is answered with 401 and a challenge for DPoP',
  needs: ['code flow', 'DPoP', 'UserInfo'],
  async run({ app, random, userinfo }) {
    const dpop = random.key()
    const { access_token } = await app().with({ dpop }).tokens()
    accepted(await userinfo(access_token, dpop))
    const reply = await userinfo(access_token, random.key())
    turnedAway(reply)
    demand(reply.status === 401, `the status is ${reply.status}`)
    demand(/\bDPoP\b/i.test(reply.headers['www-authenticate'] ?? ''), 'the challenge does not name DPoP')
  },
})
