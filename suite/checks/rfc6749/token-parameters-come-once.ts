import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §3.2',
  level: 'MUST NOT',
  title: 'The token endpoint rejects repeated parameters',
  needs: ['code flow'],
  async run({ app }) {
    granted(await app().redeem(await app().code()))
    const code = await app().code()
    refused(await app().redeem(code, { grant_type: ['authorization_code', 'authorization_code'] }), 'invalid_request')
    refused(await app().redeem(code, { code: [code.code, code.code] }), 'invalid_request')
    refused(await app().redeem(code, { redirect_uri: [code.redirectUri!, 'https://attacker.example/callback'] }), 'invalid_request')
  },
})
