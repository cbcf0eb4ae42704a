import { assertion, signed } from '../../src/actors/authenticate.ts'
import { check } from '../../src/check.ts'
import { accepted, granted, NotApplicable, refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §9',
  level: 'MUST',
  title: 'A client authenticates with an assertion that is signed with its secret, and not with another secret, or the secret alone',
  needs: ['code flow', 'client_secret_jwt', 'registration'],
  async run({ app, random, register, target }) {
    const { reply, registration } = await register({ token_endpoint_auth_method: 'client_secret_jwt' })
    accepted(reply)
    const { client_id, client_secret } = registration
    if (client_secret === undefined) throw new NotApplicable('the client got no secret')
    const client = app().with({ ...registration, token_endpoint_auth_method: 'none' })
    const assert = async (secret: string, claims: object = {}) => {
      const now = Math.floor(Date.now() / 1000)
      const usual = { iss: client_id, sub: client_id, aud: target.issuer, iat: now, exp: now + 60, jti: random.text() }
      const key = { kty: 'oct', k: Buffer.from(secret).toString('base64url'), alg: 'HS256' }
      return assertion(await signed(key, { ...usual, ...claims }, { typ: 'JWT' }))
    }
    const redeem = async (credentials: Awaited<ReturnType<typeof assert>>) =>
      client.redeem(await client.code({ scope: 'openid' }), { ...credentials })
    granted(await redeem(await assert(client_secret)))
    refused(await redeem(await assert(random.text(48))), 'invalid_client')
    refused(await redeem(await assert(client_secret, { exp: undefined })), 'invalid_client', 'invalid_request')
    refused(await redeem(await assert(client_secret, { aud: 'https://other.example' })), 'invalid_client')
    refused(await redeem({ client_secret }), 'invalid_client', 'invalid_request')
  },
})
