import { check } from '../../src/check.ts'
import { accepted, refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Front-Channel Logout §2',
  level: 'MUST',
  title: 'A frontchannel_logout_uri must have the scheme, host and port of a registered redirect URI',
  needs: ['front-channel logout', 'registration'],
  async run({ register }) {
    const others = ['https://other.example/logout', 'https://registered.example:8443/logout', 'http://registered.example/logout']
    for (const uri of others) refused((await register({ frontchannel_logout_uri: uri })).reply, 'invalid_client_metadata')
    accepted((await register({ frontchannel_logout_uri: 'https://registered.example/logout' })).reply)
  },
})
