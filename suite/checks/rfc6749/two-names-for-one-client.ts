import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §2.3',
  level: 'MUST NOT',
  title: 'A client_id in the body that differs from the credentials is rejected',
  needs: ['client credentials'],
  async run({ app }) {
    const { client_id } = app('web').registration
    granted(await app('machine').token({ grant_type: 'client_credentials' }))
    refused(await app('machine').token({ grant_type: 'client_credentials', client_id }), 'invalid_request', 'invalid_client')
  },
})
