import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8693 §5',
  level: 'SHOULD',
  title: 'A subject token that is bound to a key cannot be exchanged without it',
  needs: ['code flow', 'DPoP', 'token exchange'],
  async run({ exchanger, random }) {
    const { app, exchange, subject } = exchanger()
    const { access_token } = await app.with({ dpop: random.key() }).tokens()
    refused(await exchange(access_token), 'invalid_request', 'invalid_grant', 'invalid_dpop_proof')
    granted(await exchange((await subject()).token))
  },
})
