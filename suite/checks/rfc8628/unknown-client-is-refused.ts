import { check } from '../../src/check.ts'
import { accepted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8628 §3.1',
  level: 'MUST',
  title: 'A client that nobody registered gets no device code',
  needs: ['device flow'],
  async run({ app, random }) {
    accepted(await app('device').post('device_authorization_endpoint', { scope: 'openid' }))
    refused(
      await app('device').with({ client_id: random.text() }).post('device_authorization_endpoint', { scope: 'openid' }),
      'invalid_client',
    )
  },
})
