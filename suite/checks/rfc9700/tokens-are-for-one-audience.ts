import { check } from '../../src/check.ts'
import { accepted, denied } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9700 §2.3',
  level: 'SHOULD',
  title: 'A token for one API is not accepted at another',
  needs: ['code flow', 'UserInfo', 'two resources'],
  async run({ app, forApi, userinfo }) {
    denied(await userinfo((await app().tokens(forApi())).access_token))
    accepted(await userinfo((await app().tokens()).access_token))
  },
})
