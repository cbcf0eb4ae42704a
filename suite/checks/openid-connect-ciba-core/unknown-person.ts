import { check } from '../../src/check.ts'
import { refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect CIBA Core §13',
  level: 'MUST',
  title: 'A hint of nobody is rejected with unknown_user_id',
  needs: ['backchannel authentication'],
  seconds: 60,
  async run({ backchannel, random }) {
    const { ask, request } = backchannel()
    refused(await request({ login_hint: `nobody-${random.text(6)}` }), 'unknown_user_id')
    const asked = await ask()
    await asked.answer('decline')
  },
})
