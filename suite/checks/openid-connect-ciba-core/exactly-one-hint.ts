import { check } from '../../src/check.ts'
import { refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect CIBA Core §7.2',
  level: 'MUST',
  title: 'An authentication request needs exactly one hint of the person',
  needs: ['backchannel authentication'],
  seconds: 60,
  async run({ app, backchannel }) {
    const { ask, request } = backchannel()
    const { id_token = 'x.y.z' } = await app().tokens()
    refused(await request({ login_hint: undefined }), 'invalid_request')
    refused(await request({ id_token_hint: id_token }), 'invalid_request')
    refused(await request({ login_hint: undefined, login_hint_token: id_token }))
    const asked = await ask()
    await asked.answer('decline')
  },
})
