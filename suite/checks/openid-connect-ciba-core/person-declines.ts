import { check } from '../../src/check.ts'
import { refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect CIBA Core §11',
  level: 'MUST',
  title: 'Asking for the tokens returns access_denied after the person declined',
  needs: ['backchannel authentication'],
  seconds: 60,
  async run({ backchannel }) {
    const { ask, poll } = backchannel()
    const asked = await ask()
    await asked.answer('decline')
    refused(await poll(asked), 'access_denied')
  },
})
