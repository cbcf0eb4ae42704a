import { check } from '../../src/check.ts'
import { refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect CIBA Core §13',
  level: 'SHOULD',
  title: 'A binding message that cannot be shown is rejected with invalid_binding_message',
  needs: ['backchannel authentication'],
  seconds: 60,
  async run({ backchannel }) {
    const { ask, request } = backchannel()
    for (const binding_message of ['x'.repeat(2000), 'a\nb', '\u202etxet'])
      refused(await request({ binding_message }), 'invalid_binding_message', 'invalid_request')
    const asked = await ask()
    await asked.answer('decline')
  },
})
