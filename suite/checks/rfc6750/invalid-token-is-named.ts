import { check } from '../../src/check.ts'
import { accepted, demand, denied } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6750 §3.1',
  level: 'SHOULD',
  title: 'An invalid token is rejected with 401 and invalid_token',
  needs: ['code flow', 'UserInfo', 'OpenID'],
  async run({ app, userinfo, random }) {
    const { access_token } = await app().tokens()
    accepted(await userinfo(access_token))
    for (const token of [random.text(32), `${access_token}x`, 'a.b.c']) {
      const reply = await userinfo(token)
      denied(reply)
      demand(reply.status === 401, `the status is ${reply.status}`)
      demand(/error="invalid_token"/.test(reply.headers['www-authenticate'] ?? ''), 'the challenge does not say invalid_token')
    }
  },
})
