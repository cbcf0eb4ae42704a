import { check } from '../../src/check.ts'
import { accepted, refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Registration §2',
  level: 'MUST',
  title: 'A web client of the implicit flow registers redirect URIs with https only, and not on localhost',
  needs: ['OpenID', 'implicit', 'registration'],
  async run({ register }) {
    const implicit = { application_type: 'web', response_types: ['id_token'], grant_types: ['implicit'] }
    for (const uri of ['http://registered.example/callback', 'https://localhost/callback', 'http://localhost/callback'])
      refused((await register({ ...implicit, redirect_uris: [uri] })).reply, 'invalid_redirect_uri', 'invalid_client_metadata')
    accepted((await register({ ...implicit, redirect_uris: ['https://registered.example/callback'] })).reply)
  },
})
