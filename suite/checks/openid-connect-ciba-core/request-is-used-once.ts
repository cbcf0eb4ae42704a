import { check } from '../../src/check.ts'
import { demand, granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect CIBA Core §11',
  level: 'MUST',
  title: 'An auth_req_id returns tokens once, even to thirty concurrent requests',
  needs: ['backchannel authentication'],
  seconds: 60,
  async run({ backchannel, race }) {
    const { ask, poll } = backchannel()
    const asked = await ask()
    await asked.answer('allow')
    const replies = await race(30, () => poll(asked))
    const winners = replies.filter(({ status }) => status === 200)
    demand(winners.length === 1, `${winners.length} of 30 requests got tokens`)
    granted(winners[0]!)
    refused(await poll(asked))
  },
})
