import { challengeOf } from '../../src/actors/application.ts'
import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7636 §4.6',
  level: 'MUST',
  title: 'A wrong code verifier is rejected with invalid_grant',
  needs: ['code flow', 'PKCE'],
  async run({ app, random }) {
    granted(await app().redeem(await app().code()))
    refused(await app().redeem(await app().code(), { code_verifier: random.text(32) }), 'invalid_grant')
    const code = await app().code()
    refused(await app().redeem(code, { code_verifier: challengeOf(code.verifier!) }), 'invalid_grant')
  },
})
