import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §3.2',
  level: 'MUST',
  title: 'The token endpoint treats parameters without a value as omitted',
  needs: ['client credentials', 'code flow'],
  async run({ app }) {
    granted(await app('machine').token({ grant_type: 'client_credentials', scope: '' }))
    refused(await app().redeem(await app().code(), { code: '' }), 'invalid_request')
    refused(await app().redeem(await app().code(), { grant_type: '' }), 'invalid_request')
  },
})
