import { check } from '../../src/check.ts'
import { refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect CIBA Core §7.2',
  level: 'MUST',
  title: 'The client must authenticate to send an authentication request',
  needs: ['backchannel authentication'],
  seconds: 60,
  async run({ backchannel }) {
    const { app, ask, request } = backchannel()
    const asked = await ask()
    await asked.answer('decline')
    const { client_id, client_secret } = app.registration
    const named = app.with({ token_endpoint_auth_method: 'none' })
    const params = { scope: 'openid', login_hint: 'nobody' }
    refused(await named.post('backchannel_authentication_endpoint', params), 'invalid_client')
    const wrong = app.with({ client_secret: `${client_secret ?? client_id}x` })
    refused(await wrong.post('backchannel_authentication_endpoint', params), 'invalid_client')
    refused(await request({ login_hint: undefined }))
  },
})
