import { check } from '../../src/check.ts'
import { demand, granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9700 §4.14.2',
  level: 'MUST',
  title: 'Thirty concurrent refreshes return at most one successor',
  needs: ['code flow', 'refresh tokens'],
  async run({ app, race }) {
    const { refresh_token } = await app('public').offline()
    const replies = await race(30, () => app('public').refresh(refresh_token))
    const winners = replies.filter(({ status }) => status === 200)
    const successors = new Set(winners.map((reply) => granted(reply).refresh_token))
    demand(winners.length > 0, 'nobody got tokens')
    demand(successors.size === 1, `${winners.length} of 30 contenders got ${successors.size} different refresh tokens`)
    for (const reply of replies) if (reply.status !== 200) refused(reply, 'invalid_grant')
  },
})
