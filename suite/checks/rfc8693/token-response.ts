import { tokenTypes } from '../../src/actors/exchanger.ts'
import { check } from '../../src/check.ts'
import { demand, granted, json } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8693 §2.2.1',
  level: 'REQUIRED',
  title: 'The response to a token exchange tells the type of the issued token and how to use it',
  needs: ['token exchange'],
  async run({ exchanger }) {
    const { subject, exchange } = exchanger()
    const { token_type, reply } = granted(await exchange((await subject()).token, { requested_token_type: tokenTypes.access }))
    demand(json(reply)['issued_token_type'] === tokenTypes.access, 'issued_token_type is not that of the requested access token')
    demand(/^(?:bearer|dpop)$/i.test(token_type), 'token_type does not tell how to use an access token') // N_A is for other tokens
  },
})
