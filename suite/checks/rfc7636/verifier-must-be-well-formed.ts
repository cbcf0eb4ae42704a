import { challengeOf } from '../../src/actors/application.ts'
import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7636 §4.1',
  level: 'MUST',
  title: 'A verifier that is too short, too long or has other characters is rejected, even if it matches',
  needs: ['code flow', 'PKCE'],
  async run({ app }) {
    for (const verifier of ['x'.repeat(42), 'x'.repeat(129), `${'x'.repeat(50)}+/`]) {
      const code = await app().code({ code_challenge: challengeOf(verifier) })
      refused(await app().redeem({ ...code, verifier }), 'invalid_grant', 'invalid_request')
    }
    const verifier = 'x'.repeat(43)
    granted(await app().redeem({ ...(await app().code({ code_challenge: challengeOf(verifier) })), verifier }))
  },
})
