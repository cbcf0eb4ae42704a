import { check } from '../../src/check.ts'
import { accepted, denied, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §1.5',
  level: 'MUST NOT',
  title: 'Codes and tokens of one kind are not accepted in place of another',
  needs: ['code flow', 'refresh tokens', 'UserInfo', 'OpenID'],
  async run({ app, userinfo }) {
    const { access_token, refresh_token, id_token = '' } = await app().offline()
    const code = await app().code()
    for (const token of [access_token, id_token, code.code]) refused(await app().refresh(token), 'invalid_grant')
    for (const token of [access_token, refresh_token, id_token]) refused(await app().redeem({ ...code, code: token }), 'invalid_grant')
    for (const token of [refresh_token, id_token, code.code]) denied(await userinfo(token))
    accepted(await userinfo(access_token))
  },
})
