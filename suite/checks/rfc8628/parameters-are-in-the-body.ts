import { check } from '../../src/check.ts'
import { accepted, denied } from '../../src/expect.ts'
import { withQuery } from '../../src/http/form.ts'

export default check({
  clause: 'RFC 8628 §3.1',
  level: 'MUST',
  title: 'The device authorization endpoint reads parameters from the body only',
  needs: ['device flow'],
  async run({ app, endpoint, post }) {
    const { client_id } = app('device').registration
    accepted(await app('device').post('device_authorization_endpoint', { scope: 'openid' }))
    denied(await post(withQuery(endpoint('device_authorization_endpoint'), { client_id, scope: 'openid' }), {}))
  },
})
