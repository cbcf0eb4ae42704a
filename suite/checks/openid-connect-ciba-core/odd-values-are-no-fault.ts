import { check } from '../../src/check.ts'
import { accepted, demand } from '../../src/expect.ts'

const odd = ['\0', '\ud800', '%', 'ä'.repeat(500), 'x'.repeat(5000), '__proto__', '{"a":'.repeat(500), '-1', '1e999', '[]', 'a.b.c']
const names = [
  'scope',
  'login_hint',
  'login_hint_token',
  'id_token_hint',
  'binding_message',
  'user_code',
  'requested_expiry',
  'acr_values',
  'request',
]

export default check({
  clause: 'OpenID Connect CIBA Core §13',
  level: 'MUST',
  title: 'Unusual characters and lengths in an authentication request never cause a server error',
  needs: ['backchannel authentication'],
  async run({ app, backchannel }) {
    accepted(await backchannel().request())
    for (const value of odd)
      for (const name of names) {
        const { status } = await app('ciba').post('backchannel_authentication_endpoint', { scope: 'openid', [name]: value })
        demand(status < 500, `${name}=${value.slice(0, 20)} is answered with ${status}`)
      }
  },
})
