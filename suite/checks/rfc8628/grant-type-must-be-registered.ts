import { check } from '../../src/check.ts'
import { accepted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8628 §3.1',
  level: 'MUST',
  title: 'A client that is not registered for the device flow gets no device code',
  needs: ['device flow'],
  async run({ app }) {
    accepted(await app('device').post('device_authorization_endpoint', { scope: 'openid' }))
    refused(await app().post('device_authorization_endpoint', { scope: 'openid' }), 'unauthorized_client')
  },
})
