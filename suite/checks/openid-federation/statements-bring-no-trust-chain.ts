import { automatic, signIn } from '../../src/actors/federation.ts'
import { check } from '../../src/check.ts'
import { notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Federation §4.3',
  level: 'MUST NOT',
  title: 'A published statement with a trust_chain in its header is rejected',
  needs: ['code flow'],
  async run(context) {
    const chains = [await (await automatic(context)).chain(), ['no.jwt'], []]
    for (const trust_chain of chains) {
      notAuthorized(await signIn(context, { statement: { header: { trust_chain } } }))
      notAuthorized(await signIn(context, { configuration: { header: { trust_chain } } }))
    }
    redirected(await signIn(context))
  },
})
