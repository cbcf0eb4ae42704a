import { check } from '../../src/check.ts'
import { accepted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8628 §3.1',
  level: 'MUST',
  title: 'An unknown client is rejected at the device authorization endpoint',
  needs: ['device flow'],
  async run({ app, random }) {
    accepted(await app('device').post('device_authorization_endpoint', { scope: 'openid' }))
    refused(
      await app('device').with({ client_id: random.text() }).post('device_authorization_endpoint', { scope: 'openid' }),
      'invalid_client',
    )
  },
})
