import { check } from '../../src/check.ts'
import { notAuthorized, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7636 §4.2',
  level: 'MUST',
  title: 'A malformed code challenge is rejected, or its code cannot be redeemed',
  needs: ['code flow', 'PKCE'],
  async run({ app }) {
    await app().code()
    for (const code_challenge of ['short', 'x'.repeat(200), 'ä'.repeat(43)]) {
      const landing = await app().authorize({ code_challenge })
      if (landing.at === 'client' && landing.params['code'] !== undefined) {
        const code = { code: landing.params['code'], redirectUri: app().redirectUri, verifier: code_challenge, landing }
        refused(await app().redeem(code), 'invalid_grant', 'invalid_request')
      } else notAuthorized(landing)
    }
  },
})
