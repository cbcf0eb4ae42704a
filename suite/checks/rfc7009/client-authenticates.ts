import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7009 §2.1',
  level: 'MUST',
  title: 'A confidential client must authenticate to revoke a token',
  needs: ['code flow', 'refresh tokens', 'revocation'],
  async run({ app, random, endpoint, post }) {
    const { refresh_token: token } = await app().offline()
    refused(await app().with({ client_secret: random.text() }).post('revocation_endpoint', { token }), 'invalid_client')
    refused(await app().with({ token_endpoint_auth_method: 'none' }).post('revocation_endpoint', { token }), 'invalid_client')
    refused(await post(endpoint('revocation_endpoint'), { token }), 'invalid_client', 'invalid_request')
    granted(await app().refresh(token))
  },
})
