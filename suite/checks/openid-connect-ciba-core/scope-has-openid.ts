import { check } from '../../src/check.ts'
import { refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect CIBA Core §7.1',
  level: 'MUST',
  title: 'An authentication request without the scope openid is rejected',
  needs: ['backchannel authentication'],
  seconds: 60,
  async run({ backchannel }) {
    const { ask, request } = backchannel()
    refused(await request({ scope: undefined }), 'invalid_request', 'invalid_scope')
    refused(await request({ scope: 'profile' }), 'invalid_request', 'invalid_scope')
    const asked = await ask()
    await asked.answer('decline')
  },
})
