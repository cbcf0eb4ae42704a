import { check } from '../../src/check.ts'
import { accepted, refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Registration §2',
  level: 'MUST NOT',
  title: 'jwks and jwks_uri cannot be registered together',
  needs: ['OpenID', 'registration'],
  async run({ random, register }) {
    const { d, ...key } = { ...random.key(), kid: 'own', alg: 'ES256' }
    const jwks = { keys: [key] }
    const { reply } = await register({ jwks, jwks_uri: 'https://registered.example/jwks.json' })
    refused(reply, 'invalid_client_metadata')
    accepted((await register({ jwks })).reply)
  },
})
