import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §4.1.2',
  level: 'MUST NOT',
  title: 'A code can be redeemed only once',
  needs: ['code flow'],
  async run({ app }) {
    const code = await app().code()
    granted(await app().redeem(code))
    refused(await app().redeem(code), 'invalid_grant')
  },
})
