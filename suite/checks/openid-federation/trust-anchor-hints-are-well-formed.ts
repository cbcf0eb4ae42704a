import { signIn } from '../../src/actors/federation.ts'
import { check } from '../../src/check.ts'
import { notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Federation §3.5',
  level: 'MUST',
  title: 'A relying party whose trust_anchor_hints are empty or no list of entity identifiers is rejected',
  needs: ['code flow'],
  async run(context) {
    const named = (trust_anchor_hints: unknown) => signIn(context, { configuration: { claims: { trust_anchor_hints } } })
    for (const hints of [[], 'https://anchor.example', {}, ['anchor'], [7]]) notAuthorized(await named(hints))
    redirected(await named([`${context.listener().url}/anchor`]))
  },
})
