import { check } from '../../src/check.ts'
import { accepted, demand, granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §4.1.2',
  level: 'SHOULD',
  title: 'Redeeming a code a second time revokes the tokens issued for it',
  needs: ['code flow', 'UserInfo'],
  async run({ app, userinfo }) {
    const code = await app().code()
    const { access_token } = granted(await app().redeem(code))
    accepted(await userinfo(access_token))
    refused(await app().redeem(code), 'invalid_grant')
    demand((await userinfo(access_token)).status === 401, 'the access token still works')
  },
})
