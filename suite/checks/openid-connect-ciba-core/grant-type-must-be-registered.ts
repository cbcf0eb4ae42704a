import { check } from '../../src/check.ts'
import { denied, refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect CIBA Core §13',
  level: 'MUST',
  title: 'A client that is not registered for the grant type is rejected with unauthorized_client',
  needs: ['backchannel authentication'],
  seconds: 60,
  async run({ app, backchannel }) {
    const { ask, poll } = backchannel()
    const reply = await app().post('backchannel_authentication_endpoint', { scope: 'openid', login_hint: 'nobody' })
    refused(reply, 'unauthorized_client')
    const asked = await ask()
    await asked.answer('decline')
    denied(await poll({ authReqId: 'unknown' }))
  },
})
