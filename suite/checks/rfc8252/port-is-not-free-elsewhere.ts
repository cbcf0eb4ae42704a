import { check } from '../../src/check.ts'
import { errorPage, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8252 §8.4',
  level: 'MUST',
  title: 'Redirect URIs outside loopback must match the port',
  needs: ['code flow'],
  async run({ app }) {
    redirected(await app().authorize())
    const url = new URL(app().redirectUri)
    url.port = '8443'
    errorPage(await app().authorize({ redirect_uri: url.href }))
  },
})
