import { check } from '../../src/check.ts'
import { redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §3.1.2.1',
  level: 'SHOULD',
  title: 'Unknown scopes are ignored',
  needs: ['OpenID', 'code flow'],
  async run({ app }) {
    redirected(await app().authorize({ scope: 'openid urn:example:unheard-of' }))
  },
})
