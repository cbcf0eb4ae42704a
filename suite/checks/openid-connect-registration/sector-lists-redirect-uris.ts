import { check } from '../../src/check.ts'
import { accepted, refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Registration §5',
  level: 'MUST',
  title: 'The document at sector_identifier_uri must list every redirect URI',
  needs: ['OpenID', 'pairwise', 'registration'],
  async run({ publish, register }) {
    const redirect_uris = ['https://one.example/callback', 'https://other.example/callback']
    const { url } = await publish(() => ({
      '/all.json': { text: JSON.stringify(redirect_uris) },
      '/some.json': { text: JSON.stringify(redirect_uris.slice(0, 1)) },
      '/object.json': { json: { redirect_uris } },
    }))
    const wanted = { subject_type: 'pairwise', redirect_uris }
    for (const file of ['some', 'object', 'keys'])
      refused((await register({ ...wanted, sector_identifier_uri: `${url}/${file}.json` })).reply, 'invalid_client_metadata')
    accepted((await register({ ...wanted, sector_identifier_uri: `${url}/all.json` })).reply)
  },
})
