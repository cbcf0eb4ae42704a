import { automatic, type Membership } from '../../src/actors/federation.ts'
import { check } from '../../src/check.ts'
import { notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Federation §13.4',
  level: 'MUST',
  title: 'A statement whose crit names a claim that the server does not know is rejected; other unknown claims are ignored',
  needs: ['code flow'],
  async run(context) {
    const signIn = async (how: Membership) => {
      const { open, request } = await automatic(context, how)
      return open((await request()).url)
    }
    const critical = { claims: { crit: ['unheard_of'], unheard_of: 'value' } }
    notAuthorized(await signIn({ statement: critical }))
    notAuthorized(await signIn({ configuration: critical }))
    redirected(await signIn({ statement: { claims: { unheard_of: 'value' } }, configuration: { claims: { unheard_of: 'value' } } }))
  },
})
