import { automatic, type Membership } from '../../src/actors/federation.ts'
import { check } from '../../src/check.ts'
import { notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Federation §10.2',
  level: 'MUST',
  title: 'A trust chain with a statement that is signed by another key, or not at all, is rejected',
  needs: ['code flow'],
  async run(context) {
    const signIn = async (how: Membership) => {
      const { open, request } = await automatic(context, how)
      return open((await request()).url)
    }
    const other = () => context.random.key()
    const { d, ...published } = { ...other(), kid: 'other', alg: 'ES256' }
    notAuthorized(await signIn({ statement: { key: other() } }))
    notAuthorized(await signIn({ configuration: { key: other() } }))
    notAuthorized(await signIn({ intermediate: { key: other() } }))
    notAuthorized(await signIn({ statement: { claims: { jwks: { keys: [published] } } } }))
    notAuthorized(await signIn({ intermediate: { claims: { jwks: { keys: [published] } } } }))
    redirected(await signIn({ intermediate: {} }))
  },
})
