import { tokenTypes } from '../../src/actors/exchanger.ts'
import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8693 §2.1',
  level: 'MUST NOT',
  title: 'A token exchange with actor_token or actor_token_type alone is rejected',
  needs: ['token exchange'],
  async run({ exchanger }) {
    const { subject, exchange } = exchanger()
    const { token } = await subject()
    refused(await exchange(token, { actor_token_type: tokenTypes.access }), 'invalid_request')
    refused(await exchange(token, { actor_token: token }), 'invalid_request')
    granted(await exchange(token))
  },
})
