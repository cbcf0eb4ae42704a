import { type Membership, signIn } from '../../src/actors/federation.ts'
import { check } from '../../src/check.ts'
import { notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Federation §5',
  level: 'MUST',
  title: 'A statement whose metadata is no object of objects, or has a null in it, is rejected',
  needs: ['code flow'],
  async run(context) {
    const stated = (metadata: unknown): Membership => ({ statement: { claims: { metadata } } })
    const wrong = [
      { metadata: { client_name: null } },
      stated({ openid_relying_party: { client_name: null } }),
      stated({ federation_entity: { contacts: null } }),
      stated({ federation_entity: null }),
      stated({ federation_entity: ['text'] }),
      stated({ openid_relying_party: 'text' }),
      stated('text'),
      stated([]),
      { configuration: { claims: { metadata: null } } },
    ]
    for (const how of wrong) notAuthorized(await signIn(context, how))
    redirected(await signIn(context, stated({ openid_relying_party: { client_name: 'Stated' }, federation_entity: {} })))
  },
})
