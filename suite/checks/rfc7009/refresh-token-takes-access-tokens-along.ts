import { check } from '../../src/check.ts'
import { accepted, turnedAway } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7009 §2.1',
  level: 'SHOULD',
  title: 'With a refresh token its access tokens are revoked',
  needs: ['code flow', 'refresh tokens', 'revocation', 'UserInfo'],
  async run({ app, userinfo }) {
    const { access_token, refresh_token } = await app().offline()
    accepted(await userinfo(access_token))
    accepted(await app().post('revocation_endpoint', { token: refresh_token }))
    turnedAway(await userinfo(access_token))
  },
})
