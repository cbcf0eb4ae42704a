import { signIn } from '../../src/actors/federation.ts'
import { check } from '../../src/check.ts'
import { notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Federation §6.2',
  level: 'MUST',
  title: 'A trust chain that breaks a constraint on its length, names or entity types is rejected',
  needs: ['code flow'],
  async run(context) {
    const { hostname } = new URL(context.listener().url)
    const constraint = (constraints: object) => ({ claims: { constraints } })
    notAuthorized(await signIn(context, { intermediate: constraint({ naming_constraints: { permitted: ['elsewhere.example'] } }) }))
    notAuthorized(await signIn(context, { statement: constraint({ naming_constraints: { excluded: [hostname] } }) }))
    notAuthorized(await signIn(context, { statement: constraint({ allowed_entity_types: ['openid_provider'] }) }))
    redirected(await signIn(context, { intermediate: constraint({ max_path_length: 1 }), statement: constraint({ max_path_length: 0 }) }))
    redirected(await signIn(context, { statement: constraint({ naming_constraints: { permitted: [hostname] } }) }))
    redirected(await signIn(context, { statement: constraint({ allowed_entity_types: ['openid_relying_party'] }) }))
  },
})
