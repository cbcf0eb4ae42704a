import { automatic } from '../../src/actors/federation.ts'
import { check } from '../../src/check.ts'
import { notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Federation §10.2',
  level: 'MUST',
  title: 'A relying party whose superiors lead to no trust anchor of the server, or that has none, is rejected',
  needs: ['code flow'],
  async run(context) {
    const signIn = async (how: Parameters<typeof automatic>[1]) => {
      const { open, request } = await automatic(context, how)
      return open((await request()).url)
    }
    notAuthorized(await signIn({ stranger: true }))
    notAuthorized(await signIn({ stranger: true, intermediate: {} }))
    notAuthorized(await signIn({ configuration: { claims: { authority_hints: undefined } } }))
    notAuthorized(await signIn({ configuration: { claims: { authority_hints: ['https://nobody.example'] } } }))
    redirected(await signIn({}))
    redirected(await signIn({ intermediate: {} }))
  },
})
