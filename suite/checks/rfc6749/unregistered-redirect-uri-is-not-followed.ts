import { check } from '../../src/check.ts'
import { arrived, refusedOnPage } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §3.1.2.4',
  level: 'MUST NOT',
  title: 'A redirect URI that is not registered is not redirected to, not even with an error',
  needs: ['code flow'],
  async run({ app }) {
    arrived(await app().authorize())
    const redirect_uri = 'https://attacker.example/callback'
    refusedOnPage(await app().authorize({ redirect_uri }))
    refusedOnPage(await app().authorize({ redirect_uri, response_type: 'unheard-of' }))
    refusedOnPage(await app().authorize({ redirect_uri, scope: 'no-such-scope', prompt: 'none' }))
  },
})
