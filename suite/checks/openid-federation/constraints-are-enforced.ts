import { automatic, type Membership } from '../../src/actors/federation.ts'
import { check } from '../../src/check.ts'
import { notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Federation §6.2',
  level: 'MUST',
  title: 'A trust chain that breaks a constraint on its length, names or entity types is rejected',
  needs: ['code flow'],
  async run(context) {
    const signIn = async (how: Membership) => {
      const { open, request } = await automatic(context, how)
      return open((await request()).url)
    }
    const { hostname } = new URL(context.listener().url)
    const constraint = (constraints: object) => ({ claims: { constraints } })
    notAuthorized(await signIn({ intermediate: constraint({ naming_constraints: { permitted: ['elsewhere.example'] } }) }))
    notAuthorized(await signIn({ statement: constraint({ naming_constraints: { excluded: [hostname] } }) }))
    notAuthorized(await signIn({ statement: constraint({ allowed_entity_types: ['openid_provider'] }) }))
    redirected(await signIn({ intermediate: constraint({ max_path_length: 1 }), statement: constraint({ max_path_length: 0 }) }))
    redirected(await signIn({ statement: constraint({ naming_constraints: { permitted: [hostname] } }) }))
    redirected(await signIn({ statement: constraint({ allowed_entity_types: ['openid_relying_party'] }) }))
  },
})
