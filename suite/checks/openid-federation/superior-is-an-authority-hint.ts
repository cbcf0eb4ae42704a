import { signIn } from '../../src/actors/federation.ts'
import { check } from '../../src/check.ts'
import { notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Federation §3.5',
  level: 'MUST',
  title: 'A trust chain with a superior that is none of the authority_hints of the relying party is rejected',
  needs: ['code flow'],
  async run(context) {
    const named = (authority_hints: unknown) => signIn(context, { unpublished: true, configuration: { claims: { authority_hints } } }, {})
    notAuthorized(await named(['https://superior.example']))
    notAuthorized(await named(undefined))
    redirected(await named([`${context.listener().url}/anchor`]))
  },
})
