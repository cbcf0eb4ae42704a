import { signIn } from '../../src/actors/federation.ts'
import { check } from '../../src/check.ts'
import { notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Federation §6.2.1',
  level: 'MUST',
  title: 'A trust chain with more intermediates than max_path_length of a superior allows is rejected',
  needs: ['code flow'],
  async run(context) {
    const most = (max_path_length: number) => ({ claims: { constraints: { max_path_length } } })
    notAuthorized(await signIn(context, { intermediate: most(0) }))
    redirected(await signIn(context, { intermediate: most(1) }))
    redirected(await signIn(context, { statement: most(0) }))
  },
})
