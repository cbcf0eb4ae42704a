import { check } from '../../src/check.ts'
import { accepted, demand, NotApplicable } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §16.19',
  level: 'MUST',
  title: 'A secret that is issued for HS256 has at least 32 octets',
  needs: ['client_secret_jwt', 'registration', 'code flow'],
  async run({ register }) {
    const hs256 = { token_endpoint_auth_method: 'client_secret_jwt', token_endpoint_auth_signing_alg: 'HS256' }
    const { reply, registration } = await register(hs256)
    accepted(reply)
    const { client_secret } = registration
    if (client_secret === undefined) throw new NotApplicable('the client got no secret')
    demand(Buffer.byteLength(client_secret) >= 32, `it has ${Buffer.byteLength(client_secret)} octets`)
  },
})
