import { assertion, clientAssertion } from '../../src/actors/authenticate.ts'
import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7523 §2.2',
  level: 'MUST',
  title: 'A client assertion of another type, or without its type, does not authenticate the client',
  needs: ['client credentials', 'private_key_jwt'],
  async run({ app, random, target }) {
    const { registration } = app('jwt')
    const nameOnly = app('jwt').with({ token_endpoint_auth_method: 'none' })
    const send = async (type: object) => {
      const credentials = assertion(await clientAssertion(registration, target.issuer, random))
      return nameOnly.token({ grant_type: 'client_credentials', ...credentials, ...type })
    }
    const saml = 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer'
    for (const client_assertion_type of [saml, 'jwt-bearer', undefined])
      refused(await send({ client_assertion_type }), 'invalid_client', 'invalid_request')
    granted(await send({}))
  },
})
