import { check } from '../../src/check.ts'
import { accepted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7009 §2',
  level: 'MUST',
  title: 'A revoked refresh token is no longer accepted',
  needs: ['code flow', 'refresh tokens', 'revocation'],
  async run({ app }) {
    const { refresh_token } = await app().offline()
    accepted(await app().post('revocation_endpoint', { token: refresh_token }))
    refused(await app().refresh(refresh_token), 'invalid_grant')
  },
})
