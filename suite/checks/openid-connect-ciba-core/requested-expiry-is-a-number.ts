import { check } from '../../src/check.ts'
import { refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect CIBA Core §7.1',
  level: 'MUST',
  title: 'A requested_expiry that is no positive number is rejected',
  needs: ['backchannel authentication'],
  seconds: 60,
  async run({ backchannel }) {
    const { ask, request } = backchannel()
    for (const requested_expiry of ['-1', '0', 'soon', '1.5e3']) refused(await request({ requested_expiry }), 'invalid_request')
    const asked = await ask({ requested_expiry: '60' })
    await asked.answer('decline')
  },
})
