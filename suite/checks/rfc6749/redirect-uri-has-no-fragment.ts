import { check } from '../../src/check.ts'
import { arrived, refusedOnPage } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §3.1.2',
  level: 'MUST NOT',
  title: 'A redirect URI with a fragment is refused',
  needs: ['code flow'],
  async run({ app }) {
    arrived(await app().authorize())
    refusedOnPage(await app().authorize({ redirect_uri: `${app().redirectUri}#fragment` }))
    refusedOnPage(await app().authorize({ redirect_uri: `${app().redirectUri}#` }))
  },
})
