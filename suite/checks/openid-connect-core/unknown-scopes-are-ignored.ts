import { check } from '../../src/check.ts'
import { arrived } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §3.1.2.1',
  level: 'SHOULD',
  title: 'Scopes that the server does not know are ignored',
  needs: ['OpenID', 'code flow'],
  async run({ app }) {
    arrived(await app().authorize({ scope: 'openid urn:example:unheard-of' }))
  },
})
