import { check } from '../../src/check.ts'
import { accepted, refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §8.1',
  level: 'MUST',
  title: 'A pairwise client with redirect URIs of several hosts needs a sector_identifier_uri',
  needs: ['OpenID', 'pairwise', 'registration'],
  async run({ register }) {
    const several = ['https://one.example/callback', 'https://other.example/callback']
    const { reply } = await register({ subject_type: 'pairwise', redirect_uris: several })
    refused(reply, 'invalid_client_metadata', 'invalid_redirect_uri')
    accepted((await register({ subject_type: 'pairwise', redirect_uris: several.slice(0, 1) })).reply)
  },
})
