import { check } from '../../src/check.ts'
import { accepted, granted, turnedAway } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §4.1.2',
  level: 'SHOULD',
  title: 'When thirty redeem the same code, the tokens of the one who got them do not last',
  needs: ['code flow', 'UserInfo'],
  async run({ app, race, userinfo }) {
    accepted(await userinfo((await app().tokens()).access_token))
    const code = await app().code()
    const replies = await race(30, () => app().redeem(code))
    for (const reply of replies.filter(({ status }) => status === 200)) turnedAway(await userinfo(granted(reply).access_token))
  },
})
