import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §4.1.3',
  level: 'MUST',
  title: 'The redirect URI of the token request must match the authorization request',
  needs: ['code flow'],
  async run({ app }) {
    const { registration } = app()
    granted(await app().redeem(await app().code()))
    for (const redirect_uri of [undefined, registration.redirect_uris[1], 'https://attacker.example/callback']) {
      refused(await app().redeem(await app().code(), { redirect_uri }), 'invalid_grant', 'invalid_request')
    }
  },
})
