import { check } from '../../src/check.ts'
import { accepted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7591 §2',
  level: 'MUST',
  title: 'A client of the code flow cannot register without redirect URIs, nor with something that is no list of them',
  needs: ['code flow', 'registration'],
  async run({ register }) {
    const code = { grant_types: ['authorization_code'], response_types: ['code'] }
    for (const redirect_uris of [undefined, [], 'https://registered.example/callback', [7], [null]])
      refused((await register({ ...code, redirect_uris })).reply, 'invalid_redirect_uri', 'invalid_client_metadata')
    accepted((await register(code)).reply)
  },
})
