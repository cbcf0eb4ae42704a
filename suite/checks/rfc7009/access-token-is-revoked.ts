import { check } from '../../src/check.ts'
import { accepted, denied } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7009 §2',
  level: 'SHOULD',
  title: 'A revoked access token is no longer accepted',
  needs: ['code flow', 'revocation', 'UserInfo'],
  async run({ app, userinfo }) {
    const { access_token } = await app().tokens()
    accepted(await userinfo(access_token))
    accepted(await app().post('revocation_endpoint', { token: access_token }))
    denied(await userinfo(access_token))
  },
})
