import { check } from '../../src/check.ts'
import { accepted, refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Back-Channel Logout §2.2',
  level: 'MUST',
  title: 'A backchannel_logout_uri must be an absolute URI without a fragment',
  needs: ['back-channel logout', 'registration'],
  async run({ register }) {
    for (const uri of ['https://registered.example/logout#fragment', '/logout', 'text', 7])
      refused((await register({ backchannel_logout_uri: uri })).reply, 'invalid_client_metadata')
    accepted((await register({ backchannel_logout_uri: 'https://registered.example/logout?app=1' })).reply)
  },
})
