import { check } from '../../src/check.ts'
import { accepted, refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Registration §9.3',
  level: 'MUST',
  title: 'URLs of a client that browsers follow cannot be scripts or local files',
  needs: ['registration'],
  async run({ register }) {
    for (const url of ['javascript:alert(1)', 'data:text/html,<script>alert(1)</script>', 'file:///etc/passwd'])
      for (const name of ['client_uri', 'logo_uri', 'policy_uri', 'tos_uri'])
        refused((await register({ [name]: url })).reply, 'invalid_client_metadata')
    accepted((await register({ client_uri: 'https://registered.example/', logo_uri: 'https://registered.example/logo.png' })).reply)
  },
})
