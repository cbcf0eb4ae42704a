import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8628 §3.5',
  level: 'MUST',
  title: 'Polling returns authorization_pending, and tokens after approval',
  needs: ['device flow'],
  async run({ device }) {
    const { begin, poll, allow } = device()
    const begun = await begin()
    refused(await poll(begun), 'authorization_pending')
    await allow(begun)
    await begun.interval()
    granted(await poll(begun))
  },
})
