import { assertion, clientAssertion } from '../../src/actors/authenticate.ts'
import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7523 §3',
  level: 'RECOMMENDED',
  title: 'An assertion can be used only once',
  needs: ['client credentials', 'private_key_jwt'],
  async run({ app, random, target }) {
    const nameOnly = app('jwt').with({ token_endpoint_auth_method: 'none' })
    const params = { grant_type: 'client_credentials', ...assertion(await clientAssertion(app('jwt').registration, target.issuer, random)) }
    granted(await nameOnly.token(params))
    refused(await nameOnly.token(params), 'invalid_client')
  },
})
