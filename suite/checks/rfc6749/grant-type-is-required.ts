import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §5.2',
  level: 'MUST',
  title: 'A missing grant_type is rejected with invalid_request',
  needs: ['client credentials'],
  async run({ app }) {
    granted(await app('machine').token({ grant_type: 'client_credentials' }))
    refused(await app('machine').token({ scope: 'x' }), 'invalid_request')
  },
})
