import { check } from '../../src/check.ts'
import { refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect CIBA Core §11',
  level: 'MUST',
  title: 'An unknown auth_req_id is rejected with invalid_grant, and a missing one with invalid_request',
  needs: ['backchannel authentication'],
  seconds: 60,
  async run({ backchannel, random }) {
    const { ask, poll } = backchannel()
    refused(await poll({ authReqId: random.text(32) }), 'invalid_grant')
    refused(await poll({ authReqId: '' }), 'invalid_request')
    const asked = await ask()
    refused(await poll(asked), 'authorization_pending')
    await asked.answer('decline')
  },
})
