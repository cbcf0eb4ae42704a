import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §4.1.3',
  level: 'MUST',
  title: 'A confidential client must authenticate to redeem a code',
  needs: ['code flow'],
  async run({ app }) {
    const nameOnly = app().with({ token_endpoint_auth_method: 'none' })
    refused(await nameOnly.redeem(await app().code()), 'invalid_client')
    granted(await app().redeem(await app().code()))
  },
})
