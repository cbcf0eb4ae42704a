import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §2.3',
  level: 'MUST NOT',
  title: 'Using two authentication methods at once is rejected',
  needs: ['client credentials'],
  async run({ app }) {
    const { client_id, client_secret } = app('machine').registration
    granted(await app('machine').token({ grant_type: 'client_credentials' }))
    refused(await app('machine').token({ grant_type: 'client_credentials', client_id, client_secret }), 'invalid_request', 'invalid_client')
  },
})
