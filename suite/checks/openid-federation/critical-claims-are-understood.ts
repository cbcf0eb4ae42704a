import { signIn } from '../../src/actors/federation.ts'
import { check } from '../../src/check.ts'
import { notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Federation §13.4',
  level: 'MUST',
  title: 'A statement whose crit names a claim that the server does not know is rejected; other unknown claims are ignored',
  needs: ['code flow'],
  async run(context) {
    const critical = { claims: { crit: ['unheard_of'], unheard_of: 'value' } }
    notAuthorized(await signIn(context, { statement: critical }))
    notAuthorized(await signIn(context, { configuration: critical }))
    redirected(
      await signIn(context, { statement: { claims: { unheard_of: 'value' } }, configuration: { claims: { unheard_of: 'value' } } }),
    )
  },
})
