import { signIn } from '../../src/actors/federation.ts'
import { check } from '../../src/check.ts'
import { notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Federation §3.5',
  level: 'MUST',
  title: 'A statement with a claim that belongs in statements of another kind is rejected',
  needs: ['code flow'],
  async run(context) {
    const anchor = `${context.listener().url}/anchor`
    const source_endpoint = `${anchor}/fetch`
    const ofSubordinates = [{ constraints: {} }, { metadata_policy: {} }, { source_endpoint }]
    const ofEntities = [{ authority_hints: [anchor] }, { trust_marks: [] }, { trust_mark_issuers: {} }, { trust_mark_owners: {} }]
    const ofAnswers = { trust_anchor: anchor } // §3.4
    for (const claims of [...ofSubordinates, ofAnswers]) notAuthorized(await signIn(context, { configuration: { claims } }))
    for (const claims of [...ofEntities, ofAnswers]) notAuthorized(await signIn(context, { statement: { claims } }))
    const statement = { claims: { constraints: {}, metadata_policy: {}, source_endpoint } }
    redirected(await signIn(context, { statement, configuration: { claims: { trust_marks: [] } } }))
  },
})
