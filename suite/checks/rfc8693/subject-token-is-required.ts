import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8693 §2.1',
  level: 'REQUIRED',
  title: 'A token exchange without subject_token or subject_token_type is rejected',
  needs: ['token exchange'],
  async run({ exchanger }) {
    const { subject, exchange } = exchanger()
    const { token } = await subject()
    for (const missing of ['subject_token', 'subject_token_type'])
      refused(await exchange(token, { [missing]: undefined }), 'invalid_request')
    granted(await exchange(token))
  },
})
