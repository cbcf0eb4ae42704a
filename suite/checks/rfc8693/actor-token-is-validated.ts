import { tokenTypes } from '../../src/actors/exchanger.ts'
import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8693 §2.1',
  level: 'MUST',
  title: 'A forged actor token, or one of an unknown type, is rejected',
  needs: ['code flow', 'token exchange'],
  async run({ exchanger, random }) {
    const { exchange, subject } = exchanger()
    const { token } = await subject()
    refused(
      await exchange(token, { actor_token: random.text(32), actor_token_type: tokenTypes.access }),
      'invalid_request',
      'invalid_grant',
    )
    refused(await exchange(token, { actor_token: token, actor_token_type: 'urn:example:unknown' }), 'invalid_request')
    granted(await exchange(token))
  },
})
