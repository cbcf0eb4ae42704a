import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §5.2',
  level: 'MUST',
  title: 'An unknown grant type is rejected with unsupported_grant_type',
  needs: ['client credentials'],
  async run({ app }) {
    granted(await app('machine').token({ grant_type: 'client_credentials' }))
    for (const grant_type of ['unheard-of', 'Client_Credentials', 'urn:example:grant', 'constructor']) {
      refused(await app('machine').token({ grant_type }), 'unsupported_grant_type')
    }
  },
})
