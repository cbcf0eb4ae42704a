import { check } from '../../src/check.ts'
import { accepted, demand, json } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §5.3.2',
  level: 'MUST',
  title: 'UserInfo returns JSON with the same sub as the ID token',
  needs: ['OpenID', 'code flow', 'UserInfo'],
  async run({ app, idToken, userinfo }) {
    const tokens = await app().tokens()
    const reply = accepted(await userinfo(tokens.access_token))
    demand(/^application\/json\b/i.test(reply.headers['content-type'] ?? ''), `it comes as ${reply.headers['content-type']}`)
    demand(json(reply)['sub'] === (await idToken(tokens)).claims.sub, 'sub is another')
  },
})
