import { signIn } from '../../src/actors/federation.ts'
import { check } from '../../src/check.ts'
import { notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Federation §6.1.4.1',
  level: 'MUST',
  title: 'A policy of a subordinate cannot widen that of its superior, and policies that contradict each other reject the relying party',
  needs: ['code flow'],
  async run(context) {
    const policy = (parameters: object) => ({ claims: { metadata_policy: { openid_relying_party: parameters } } })
    const methods = (...names: string[]) => policy({ token_endpoint_auth_method: { one_of: names } })
    const both = (superior: object, subordinate: object) => signIn(context, { intermediate: superior, statement: subordinate })
    notAuthorized(await both(methods('self_signed_tls_client_auth'), methods('private_key_jwt', 'self_signed_tls_client_auth')))
    notAuthorized(await both(methods('private_key_jwt'), methods('self_signed_tls_client_auth')))
    notAuthorized(await both(policy({ client_name: { value: 'One' } }), policy({ client_name: { value: 'Other' } })))
    redirected(await both(methods('private_key_jwt', 'self_signed_tls_client_auth'), methods('private_key_jwt')))
  },
})
