import { check } from '../../src/check.ts'
import { accepted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7591 §3.2.2',
  level: 'MUST',
  title: 'Invalid redirect URIs are rejected',
  needs: ['registration'],
  async run({ register }) {
    accepted((await register({})).reply)
    const bad = ['https://web.example/callback#fragment', '/callback', 'javascript:alert(1)', 'data:text/html,x', 'https://', '']
    for (const uri of bad) refused((await register({ redirect_uris: [uri] })).reply, 'invalid_redirect_uri', 'invalid_client_metadata')
    refused((await register({ redirect_uris: 'https://web.example/callback' })).reply, 'invalid_redirect_uri', 'invalid_client_metadata')
  },
})
