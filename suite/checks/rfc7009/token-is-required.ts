import { check } from '../../src/check.ts'
import { accepted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7009 §2.1',
  level: 'REQUIRED',
  title: 'A revocation request without a token is rejected with invalid_request',
  needs: ['code flow', 'revocation'],
  async run({ app }) {
    accepted(await app().post('revocation_endpoint', { token: (await app().tokens()).access_token }))
    refused(await app().post('revocation_endpoint', {}), 'invalid_request')
    refused(await app().post('revocation_endpoint', { token: '' }), 'invalid_request')
  },
})
