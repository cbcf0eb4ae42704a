import { check } from '../../src/check.ts'
import { demand, granted } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §4.4.3',
  level: 'SHOULD NOT',
  title: 'The client credentials grant returns no refresh token',
  needs: ['client credentials'],
  async run({ app }) {
    const { refresh_token } = granted(await app('machine').token({ grant_type: 'client_credentials' }))
    demand(refresh_token === undefined, 'the answer has a refresh_token')
  },
})
