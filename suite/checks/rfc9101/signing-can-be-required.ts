import { check } from '../../src/check.ts'
import { accepted, notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9101 §10.5',
  level: 'MUST',
  title: 'A client that registered require_signed_request_object can only send signed requests',
  needs: ['code flow', 'request objects', 'registration'],
  async run({ app, random, register }) {
    const key = { ...random.key(), kid: 'own', alg: 'ES256' }
    const { d, ...publicKey } = key
    const { reply, registration } = await register({
      require_signed_request_object: true,
      request_object_signing_alg: 'ES256',
      jwks: { keys: [publicKey] },
    })
    accepted(reply)
    const client = app().with({ ...registration, private_key: key })
    notAuthorized(await client.authorize({ scope: 'openid' }))
    redirected(await client.authorize(await client.signedRequest({ scope: 'openid' })))
  },
})
