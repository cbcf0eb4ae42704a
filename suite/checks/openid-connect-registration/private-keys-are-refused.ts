import { check } from '../../src/check.ts'
import { accepted, refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Registration §2',
  level: 'MUST NOT',
  title: 'A key set with a private or a symmetric key is not registered',
  needs: ['OpenID', 'registration'],
  async run({ random, register }) {
    const key = { ...random.key(), kid: 'own', alg: 'ES256' }
    const { d, ...publicKey } = key
    refused((await register({ jwks: { keys: [key] } })).reply, 'invalid_client_metadata')
    refused((await register({ jwks: { keys: [{ kty: 'oct', k: random.text(32), kid: 'own' }] } })).reply, 'invalid_client_metadata')
    accepted((await register({ jwks: { keys: [publicKey] } })).reply)
  },
})
