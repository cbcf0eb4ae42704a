import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §4.4',
  level: 'MUST',
  title: 'Public clients cannot use the client credentials grant',
  needs: ['client credentials'],
  async run({ app }) {
    refused(await app('public').token({ grant_type: 'client_credentials' }), 'unauthorized_client', 'invalid_client')
    granted(await app('machine').token({ grant_type: 'client_credentials' }))
  },
})
