import { check } from '../../src/check.ts'
import { granted, NotApplicable, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8628 §3.5',
  level: 'MUST',
  title: 'Polling returns access_denied after the person declined',
  needs: ['device flow'],
  async run({ device, target }) {
    if (target.pages.decline === undefined) throw new NotApplicable('the target does not say how a person declines')
    const { begin, poll, allow, decline } = device()
    const [declined, allowed] = [await begin(), await begin()]
    await decline(declined)
    refused(await poll(declined), 'access_denied')
    await allow(allowed)
    granted(await poll(allowed))
  },
})
