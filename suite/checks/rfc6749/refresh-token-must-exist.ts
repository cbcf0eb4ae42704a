import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §5.2',
  level: 'MUST',
  title: 'An unknown refresh token is rejected',
  needs: ['code flow', 'refresh tokens'],
  async run({ app, random }) {
    const { refresh_token } = await app().offline()
    refused(await app().refresh(random.text(32)), 'invalid_grant')
    refused(await app().refresh(`${refresh_token}x`), 'invalid_grant')
    refused(await app().token({ grant_type: 'refresh_token' }), 'invalid_request')
    granted(await app().refresh(refresh_token))
  },
})
