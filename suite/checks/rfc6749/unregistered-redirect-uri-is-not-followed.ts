import { check } from '../../src/check.ts'
import { errorPage, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §3.1.2.4',
  level: 'MUST NOT',
  title: 'The server does not redirect to an unregistered URI, even with an error',
  needs: ['code flow'],
  async run({ app }) {
    redirected(await app().authorize())
    const redirect_uri = 'https://attacker.example/callback'
    errorPage(await app().authorize({ redirect_uri }))
    errorPage(await app().authorize({ redirect_uri, response_type: 'unheard-of' }))
    errorPage(await app().authorize({ redirect_uri, scope: 'no-such-scope', prompt: 'none' }))
  },
})
