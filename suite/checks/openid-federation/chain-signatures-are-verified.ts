import { signIn } from '../../src/actors/federation.ts'
import { check } from '../../src/check.ts'
import { notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Federation §10.2',
  level: 'MUST',
  title: 'A trust chain with a statement that is signed by another key, or not at all, is rejected',
  needs: ['code flow'],
  async run(context) {
    const other = () => context.random.key()
    const { d, ...published } = { ...other(), kid: 'other', alg: 'ES256' }
    notAuthorized(await signIn(context, { statement: { key: other() } }))
    notAuthorized(await signIn(context, { configuration: { key: other() } }))
    notAuthorized(await signIn(context, { intermediate: { key: other() } }))
    notAuthorized(await signIn(context, { statement: { claims: { jwks: { keys: [published] } } } }))
    notAuthorized(await signIn(context, { intermediate: { claims: { jwks: { keys: [published] } } } }))
    redirected(await signIn(context, { intermediate: {} }))
  },
})
