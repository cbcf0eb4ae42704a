import { basic } from '../../src/actors/authenticate.ts'
import { check } from '../../src/check.ts'
import { granted, turnedAway } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §3.2',
  level: 'MUST',
  title: 'The token endpoint reads forms, and nothing that looks like one',
  needs: ['client credentials'],
  async run({ app, endpoint, send }) {
    const { client_id, client_secret = '' } = app('machine').registration
    const url = endpoint('token_endpoint')
    const authorization = basic(client_id, client_secret)
    granted(await app('machine').token({ grant_type: 'client_credentials' }))
    const bodies = { 'application/json': '{"grant_type":"client_credentials"}', 'text/plain': 'grant_type=client_credentials' }
    for (const [type, body] of Object.entries(bodies)) {
      turnedAway(await send({ method: 'POST', url, headers: { authorization, 'content-type': type }, body }))
    }
  },
})
