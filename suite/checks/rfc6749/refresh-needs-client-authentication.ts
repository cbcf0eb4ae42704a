import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §6',
  level: 'MUST',
  title: 'A confidential client must authenticate to refresh',
  needs: ['code flow', 'refresh tokens'],
  async run({ app, random }) {
    const { refresh_token } = await app().offline()
    refused(await app().with({ client_secret: random.text() }).refresh(refresh_token), 'invalid_client')
    refused(await app().with({ token_endpoint_auth_method: 'none' }).refresh(refresh_token), 'invalid_client')
    granted(await app().refresh(refresh_token))
  },
})
