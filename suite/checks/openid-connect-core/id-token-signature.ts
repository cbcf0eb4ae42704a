import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §2',
  level: 'MUST',
  title: 'The ID token is signed with an advertised algorithm and a published key',
  needs: ['OpenID', 'code flow'],
  async run({ app, metadata, idToken }) {
    const { header } = await idToken(await app().tokens())
    demand(header.alg !== 'none', 'it is not signed')
    demand(metadata.list('id_token_signing_alg_values_supported')?.includes(header.alg), `${header.alg} is not advertised`)
  },
})
