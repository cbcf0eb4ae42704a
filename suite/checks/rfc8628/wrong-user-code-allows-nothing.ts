import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8628 §5.1',
  level: 'MUST',
  title: 'An unknown user code does not approve a device',
  needs: ['device flow'],
  async run({ browser, device }) {
    const { begin, poll, allow } = device()
    const begun = await begin()
    await browser().open(begun.verificationUri, { userCode: 'XXXX-XXXX' })
    refused(await poll(begun), 'authorization_pending', 'slow_down')
    await allow(begun)
    await begun.interval()
    granted(await poll(begun))
  },
})
