import { signIn } from '../../src/actors/federation.ts'
import { check } from '../../src/check.ts'
import { notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Federation §10.2',
  level: 'MUST',
  title: 'A relying party whose superiors lead to no trust anchor of the server, or that has none, is rejected',
  needs: ['code flow'],
  async run(context) {
    notAuthorized(await signIn(context, { stranger: true }))
    notAuthorized(await signIn(context, { stranger: true, intermediate: {} }))
    notAuthorized(await signIn(context, { configuration: { claims: { authority_hints: undefined } } }))
    notAuthorized(await signIn(context, { configuration: { claims: { authority_hints: ['https://nobody.example'] } } }))
    redirected(await signIn(context, {}))
    redirected(await signIn(context, { intermediate: {} }))
  },
})
