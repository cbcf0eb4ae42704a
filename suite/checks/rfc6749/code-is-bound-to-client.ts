import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §4.1.3',
  level: 'MUST',
  title: 'A code can only be redeemed by the client it was issued to',
  needs: ['code flow'],
  async run({ app }) {
    granted(await app('web').redeem(await app('web').code()))
    refused(await app('other').redeem(await app('web').code()), 'invalid_grant')
  },
})
