import { check } from '../../src/check.ts'
import { accepted, denied, granted } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §4.1.2',
  level: 'SHOULD',
  title: 'Redeeming a code concurrently revokes the tokens issued for it',
  needs: ['code flow', 'UserInfo'],
  async run({ app, race, userinfo }) {
    accepted(await userinfo((await app().tokens()).access_token))
    const code = await app().code()
    const replies = await race(30, () => app().redeem(code))
    for (const reply of replies.filter(({ status }) => status === 200)) denied(await userinfo(granted(reply).access_token))
  },
})
