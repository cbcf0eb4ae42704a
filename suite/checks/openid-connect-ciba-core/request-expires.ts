import { setTimeout as wait } from 'node:timers/promises'
import { check } from '../../src/check.ts'
import { json, NotApplicable, refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect CIBA Core §11',
  level: 'MUST',
  title: 'Polling returns expired_token when nobody answered in time',
  needs: ['backchannel authentication'],
  seconds: 60,
  async run({ backchannel }) {
    const { ask, poll } = backchannel()
    const asked = await ask({ requested_expiry: '3' })
    const { expires_in: lifetime } = json(asked.reply)
    if (Number(lifetime) > 5) throw new NotApplicable('the server does not honor requested_expiry')
    refused(await poll(asked), 'authorization_pending')
    await wait(Number(lifetime) * 1000 + 3000)
    refused(await poll(asked), 'expired_token')
    const another = await ask()
    await another.answer('decline')
  },
})
