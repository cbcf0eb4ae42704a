import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Discovery §3',
  level: 'REQUIRED',
  title: 'The configuration contains all required members',
  needs: ['OpenID'],
  async run({ metadata, warn }) {
    for (const name of ['response_types_supported', 'subject_types_supported', 'id_token_signing_alg_values_supported']) {
      demand(metadata.list(name)?.length, `there is no ${name}`)
    }
    for (const name of ['issuer', 'authorization_endpoint', 'token_endpoint', 'jwks_uri'])
      demand(metadata.text(name), `there is no ${name}`)
    for (const name of ['userinfo_endpoint', 'scopes_supported', 'claims_supported']) {
      if (!(name in metadata.members)) warn(`there is no ${name}, which is RECOMMENDED`)
    }
  },
})
