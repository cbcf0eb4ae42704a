import { assertion, clientAssertion } from '../../src/actors/authenticate.ts'
import { tampered, unsigned } from '../../src/actors/jwt.ts'
import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7523 §3',
  level: 'MUST',
  title: 'An assertion not signed by the client is rejected',
  needs: ['client credentials', 'private_key_jwt'],
  async run({ app, random, target }) {
    const { registration } = app('jwt')
    const nameOnly = app('jwt').with({ token_endpoint_auth_method: 'none' })
    const send = (jwt: string) => nameOnly.token({ grant_type: 'client_credentials', ...assertion(jwt) })
    const good = await clientAssertion(registration, target.issuer, random)
    const stranger = { ...registration, private_key: { ...random.key(), alg: 'ES256', kid: registration.private_key?.['kid'] } }
    refused(await send(await clientAssertion(stranger, target.issuer, random)), 'invalid_client')
    refused(await send(tampered(good, { claims: { jti: 'other' } })), 'invalid_client')
    refused(await send(unsigned(good)), 'invalid_client', 'invalid_request')
    granted(await send(good))
  },
})
