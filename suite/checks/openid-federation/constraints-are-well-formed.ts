import { signIn } from '../../src/actors/federation.ts'
import { check } from '../../src/check.ts'
import { notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Federation §3.5',
  level: 'MUST',
  title: 'A statement with malformed constraints is rejected; an unknown constraint is ignored',
  needs: ['code flow'],
  async run(context) {
    const { hostname } = new URL(context.listener().url)
    const under = (constraints: unknown) => signIn(context, { statement: { claims: { constraints } } })
    const wrong = [
      'text',
      [],
      null,
      { max_path_length: '1' },
      { max_path_length: 1.5 },
      { max_path_length: -1 },
      { naming_constraints: 'text' },
      { naming_constraints: [hostname] },
      { naming_constraints: { permitted: hostname } },
      { naming_constraints: { excluded: [7] } },
      { allowed_entity_types: 'openid_relying_party' },
      { allowed_entity_types: ['openid_relying_party', 7] },
      { allowed_entity_types: ['openid_relying_party', 'federation_entity'] }, // §6.2.3
    ]
    for (const constraints of wrong) notAuthorized(await under(constraints))
    redirected(await under({ unheard_of: 'value', max_path_length: 0, naming_constraints: { permitted: [hostname] } }))
  },
})
