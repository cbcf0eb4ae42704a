import { check } from '../../src/check.ts'
import { demand, granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8693 §2.1',
  level: 'MUST',
  title: 'An ID token does not pass as an access token in a token exchange',
  needs: ['token exchange', 'OpenID'],
  async run({ exchanger }) {
    const { app, exchange } = exchanger()
    const { access_token, id_token } = await app.tokens()
    demand(id_token !== undefined, 'the answer has no id_token')
    refused(await exchange(id_token), 'invalid_request')
    granted(await exchange(access_token))
  },
})
