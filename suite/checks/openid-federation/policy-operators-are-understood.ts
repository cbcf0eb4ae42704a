import { signIn } from '../../src/actors/federation.ts'
import { check } from '../../src/check.ts'
import { notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Federation §6.1.3.2',
  level: 'MUST',
  title: 'A policy with an unknown operator that is critical is rejected; an unknown operator that is not is ignored',
  needs: ['code flow'],
  async run(context) {
    const metadata_policy = { openid_relying_party: { client_name: { unheard_of: 'value' } } }
    notAuthorized(await signIn(context, { statement: { claims: { metadata_policy, metadata_policy_crit: ['unheard_of'] } } }))
    redirected(await signIn(context, { statement: { claims: { metadata_policy } } }))
  },
})
