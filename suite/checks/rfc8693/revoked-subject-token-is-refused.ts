import { check } from '../../src/check.ts'
import { accepted, granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8693 §2.2.2',
  level: 'MUST',
  title: 'A revoked subject token is rejected',
  needs: ['token exchange', 'revocation'],
  async run({ exchanger }) {
    const { app, subject, exchange } = exchanger()
    const { token } = await subject()
    granted(await exchange(token))
    accepted(await app.post('revocation_endpoint', { token }))
    refused(await exchange(token), 'invalid_request')
  },
})
