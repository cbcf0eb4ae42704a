import { check } from '../../src/check.ts'
import { accepted, denied } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7009 §2.1',
  level: 'SHOULD',
  title: 'Revoking a refresh token also revokes its access tokens',
  needs: ['code flow', 'refresh tokens', 'revocation', 'UserInfo'],
  async run({ app, userinfo }) {
    const { access_token, refresh_token } = await app().offline()
    accepted(await userinfo(access_token))
    accepted(await app().post('revocation_endpoint', { token: refresh_token }))
    denied(await userinfo(access_token))
  },
})
