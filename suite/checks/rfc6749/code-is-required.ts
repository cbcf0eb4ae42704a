import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §4.1.3',
  level: 'REQUIRED',
  title: 'A token request without a code is rejected',
  needs: ['code flow'],
  async run({ app }) {
    const code = await app().code()
    refused(await app().redeem(code, { code: undefined }), 'invalid_request')
    granted(await app().redeem(await app().code()))
  },
})
