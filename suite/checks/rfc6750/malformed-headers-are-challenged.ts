import { check } from '../../src/check.ts'
import { accepted, demand, denied } from '../../src/expect.ts'

const malformed = ['Bearer', 'Bearer ', 'Bearer a b', 'Bearer "', 'Bearer =', 'Bearer\tx', 'Basic eDp5', 'Token x', 'x'.repeat(5000)]

export default check({
  clause: 'RFC 6750 §3',
  level: 'MUST',
  title: 'A malformed Authorization header is rejected with a challenge, and is no server error',
  needs: ['code flow', 'UserInfo', 'OpenID'],
  async run({ app, endpoint, get, userinfo }) {
    accepted(await userinfo((await app().tokens()).access_token))
    for (const authorization of malformed) {
      const reply = await get(endpoint('userinfo_endpoint'), { authorization })
      denied(reply)
      demand(reply.status === 400 || reply.status === 401, `"${authorization.slice(0, 20)}" is answered with ${reply.status}`)
      demand(
        reply.status === 400 || reply.headers['www-authenticate'] !== undefined,
        `"${authorization.slice(0, 20)}" is answered without a challenge`,
      )
    }
  },
})
