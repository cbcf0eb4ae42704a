import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect CIBA Core §7.2',
  level: 'MUST',
  title: 'Nobody but the person of the hint can approve a request',
  needs: ['backchannel authentication'],
  seconds: 60,
  async run({ backchannel, browser }) {
    const { ask, poll } = backchannel()
    const asked = await ask()
    await asked.answer('allow', browser('stranger'))
    refused(await poll(asked), 'authorization_pending', 'slow_down')
    await asked.answer('allow')
    await asked.interval()
    granted(await poll(asked))
  },
})
