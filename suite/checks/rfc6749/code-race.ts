import { check } from '../../src/check.ts'
import { demand, granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §4.1.2',
  level: 'MUST NOT',
  title: 'Only one of thirty concurrent requests redeems a code',
  needs: ['code flow'],
  async run({ app, race }) {
    const code = await app().code()
    const replies = await race(30, () => app().redeem(code))
    const winners = replies.filter(({ status }) => status === 200)
    demand(winners.length === 1, `${winners.length} of 30 contenders got tokens`)
    granted(winners[0]!)
    for (const reply of replies) if (reply !== winners[0]) refused(reply, 'invalid_grant')
  },
})
