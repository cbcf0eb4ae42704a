import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §5.2',
  level: 'MUST',
  title: 'A grant type the client is not registered for is rejected with unauthorized_client',
  needs: ['client credentials', 'code flow'],
  async run({ app }) {
    granted(await app('machine').token({ grant_type: 'client_credentials' }))
    refused(await app('web').token({ grant_type: 'client_credentials' }), 'unauthorized_client')
    refused(await app('machine').redeem(await app('web').code()), 'unauthorized_client')
  },
})
