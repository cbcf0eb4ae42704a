import { signIn } from '../../src/actors/federation.ts'
import { check } from '../../src/check.ts'
import { notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Federation §6.1.4',
  level: 'MUST',
  title: 'A relying party whose metadata breaks the policy of a superior is rejected, and one that keeps it is not',
  needs: ['code flow'],
  async run(context) {
    const policy = (parameters: object) => ({ claims: { metadata_policy: { openid_relying_party: parameters } } })
    const kept = { token_endpoint_auth_method: { one_of: ['private_key_jwt', 'self_signed_tls_client_auth'] } }
    for (const broken of [
      { token_endpoint_auth_method: { one_of: ['self_signed_tls_client_auth'] } },
      { response_types: { superset_of: ['code', 'code id_token'] } },
      { contacts: { essential: true } },
      { redirect_uris: { value: ['https://elsewhere.example/callback'] } },
    ]) {
      notAuthorized(await signIn(context, { statement: policy(broken) }))
      notAuthorized(await signIn(context, { intermediate: policy(broken) }))
    }
    redirected(await signIn(context, { statement: policy(kept) }))
    redirected(await signIn(context, { intermediate: policy(kept) }))
  },
})
