import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7636 §4.6',
  level: 'MUST',
  title: 'A code with a challenge cannot be redeemed without the verifier',
  needs: ['code flow', 'PKCE'],
  async run({ app }) {
    granted(await app().redeem(await app().code()))
    refused(await app().redeem(await app().code(), { code_verifier: undefined }), 'invalid_grant', 'invalid_request')
    refused(await app().redeem(await app().code(), { code_verifier: '' }), 'invalid_grant', 'invalid_request')
  },
})
