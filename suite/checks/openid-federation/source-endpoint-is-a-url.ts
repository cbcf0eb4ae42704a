import { signIn } from '../../src/actors/federation.ts'
import { check } from '../../src/check.ts'
import { notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Federation §3.5',
  level: 'MUST',
  title: 'A statement about a relying party whose source_endpoint is no URL is rejected',
  needs: ['code flow'],
  async run(context) {
    const from = (source_endpoint: unknown) => signIn(context, { statement: { claims: { source_endpoint } } })
    for (const source of ['fetch', '', 7]) notAuthorized(await from(source))
    redirected(await from(`${context.listener().url}/anchor/fetch`))
  },
})
