import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8693 §2.2.2',
  level: 'MUST',
  title: 'A token exchange that names an unknown token type is rejected',
  needs: ['token exchange'],
  async run({ exchanger }) {
    const { subject, exchange } = exchanger()
    const { token } = await subject()
    for (const parameter of ['subject_token_type', 'requested_token_type'])
      refused(await exchange(token, { [parameter]: 'urn:example:token-type:unheard-of' }), 'invalid_request')
    granted(await exchange(token))
  },
})
