import { signIn } from '../../src/actors/federation.ts'
import { check } from '../../src/check.ts'
import { notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Federation §6.1.3.1.2',
  level: 'MUST',
  title: 'A policy that adds a value outside its own subset_of is rejected, though the metadata would keep to it',
  needs: ['code flow'],
  async run(context) {
    const under = (contacts: object) =>
      signIn(context, { statement: { claims: { metadata_policy: { openid_relying_party: { contacts } } } } })
    notAuthorized(await under({ add: ['one@member.example'], subset_of: ['other@member.example'] }))
    redirected(await under({ add: ['one@member.example'], subset_of: ['one@member.example', 'other@member.example'] }))
  },
})
