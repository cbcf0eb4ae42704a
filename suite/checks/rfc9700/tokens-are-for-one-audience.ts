import { check } from '../../src/check.ts'
import { accepted, turnedAway } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9700 §2.3',
  level: 'SHOULD',
  title: 'An API cannot use the token it received at another API',
  needs: ['code flow', 'UserInfo', 'two resources'],
  async run({ app, forApi, userinfo }) {
    turnedAway(await userinfo((await app().tokens(forApi())).access_token))
    accepted(await userinfo((await app().tokens()).access_token))
  },
})
