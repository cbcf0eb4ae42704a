import { basic } from '../../src/actors/authenticate.ts'
import { check } from '../../src/check.ts'
import { granted } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §2.3.1',
  level: 'MUST',
  title: 'The "Basic" scheme is case-insensitive (RFC 9110 §11.1)',
  needs: ['client credentials'],
  async run({ app, endpoint, post }) {
    const { client_id, client_secret = '' } = app('machine').registration
    const authorization = basic(client_id, client_secret).replace('Basic', 'basic')
    granted(await post(endpoint('token_endpoint'), { grant_type: 'client_credentials' }, { authorization }))
  },
})
