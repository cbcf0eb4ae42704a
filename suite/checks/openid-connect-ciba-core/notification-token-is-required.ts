import { check } from '../../src/check.ts'
import { accepted, refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect CIBA Core §7.1',
  level: 'REQUIRED',
  title: 'A client in ping mode must send a client_notification_token, which is a bearer token of at most 1024 characters',
  needs: ['backchannel authentication', 'ping delivery'],
  seconds: 60,
  async run({ backchannel, random }) {
    const { ask, request } = backchannel('ciba-ping')
    refused(await request(), 'invalid_request')
    refused(await request({ client_notification_token: 'a'.repeat(1025) }), 'invalid_request')
    refused(await request({ client_notification_token: 'no bearer token: "' }), 'invalid_request')
    const asked = await ask({ client_notification_token: random.text(24) })
    accepted(asked.reply)
    await asked.answer('decline')
  },
})
