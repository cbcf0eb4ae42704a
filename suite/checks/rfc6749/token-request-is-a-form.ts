import { basic } from '../../src/actors/authenticate.ts'
import { check } from '../../src/check.ts'
import { denied, granted } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §3.2',
  level: 'MUST',
  title: 'The token endpoint accepts only form-encoded bodies',
  needs: ['client credentials'],
  async run({ app, endpoint, send }) {
    const { client_id, client_secret = '' } = app('machine').registration
    const url = endpoint('token_endpoint')
    const authorization = basic(client_id, client_secret)
    granted(await app('machine').token({ grant_type: 'client_credentials' }))
    const bodies = { 'application/json': '{"grant_type":"client_credentials"}', 'text/plain': 'grant_type=client_credentials' }
    for (const [type, body] of Object.entries(bodies)) {
      denied(await send({ method: 'POST', url, headers: { authorization, 'content-type': type }, body }))
    }
  },
})
