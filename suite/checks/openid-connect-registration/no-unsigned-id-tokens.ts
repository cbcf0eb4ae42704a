import { check } from '../../src/check.ts'
import { accepted, demand, refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Registration §2',
  level: 'MUST NOT',
  title: 'A client that gets ID tokens through the browser cannot register that they are unsigned',
  needs: ['OpenID', 'hybrid', 'registration'],
  async run({ register }) {
    const hybrid = { response_types: ['code id_token'], grant_types: ['authorization_code', 'implicit'] }
    accepted((await register(hybrid)).reply)
    const { reply } = await register({ ...hybrid, id_token_signed_response_alg: 'none' })
    if (reply.status < 300) demand(!/"id_token_signed_response_alg"\s*:\s*"none"/.test(reply.body), 'it is registered')
    else refused(reply, 'invalid_client_metadata')
  },
})
