import { check } from '../../src/check.ts'
import { demand, granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8628 §3.5',
  level: 'MUST',
  title: 'A device code returns tokens once, even to thirty concurrent requests',
  needs: ['device flow'],
  async run({ device, race }) {
    const { begin, poll, allow } = device()
    const begun = await begin()
    await allow(begun)
    const replies = await race(30, () => poll(begun))
    const winners = replies.filter(({ status }) => status === 200)
    demand(winners.length === 1, `${winners.length} of 30 contenders got tokens`)
    granted(winners[0]!)
    await begun.interval()
    refused(await poll(begun), 'invalid_grant', 'expired_token')
  },
})
