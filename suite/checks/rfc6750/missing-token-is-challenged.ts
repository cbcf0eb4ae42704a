import { check } from '../../src/check.ts'
import { accepted, demand, denied } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6750 §3',
  level: 'MUST',
  title: 'A request without a token is rejected with 401 and a challenge',
  needs: ['code flow', 'UserInfo', 'OpenID'],
  async run({ app, endpoint, get, userinfo }) {
    accepted(await userinfo((await app().tokens()).access_token))
    const reply = await get(endpoint('userinfo_endpoint'))
    denied(reply)
    demand(reply.status === 401, `the status is ${reply.status}`)
    demand(/^(?:.*, *)?bearer\b/i.test(reply.headers['www-authenticate'] ?? ''), 'the answer has no WWW-Authenticate header for Bearer')
  },
})
