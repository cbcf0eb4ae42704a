import { check } from '../../src/check.ts'
import { errorPage, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §3.1.2',
  level: 'MUST NOT',
  title: 'A redirect URI with a fragment is rejected',
  needs: ['code flow'],
  async run({ app }) {
    redirected(await app().authorize())
    errorPage(await app().authorize({ redirect_uri: `${app().redirectUri}#fragment` }))
    errorPage(await app().authorize({ redirect_uri: `${app().redirectUri}#` }))
  },
})
