import { check } from '../../src/check.ts'
import { accepted, granted } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7009 §2.1',
  level: 'MUST',
  title: 'A client cannot revoke tokens of another client',
  needs: ['code flow', 'refresh tokens', 'revocation', 'UserInfo'],
  async run({ app, userinfo }) {
    const { access_token, refresh_token } = await app('web').offline()
    await app('other').post('revocation_endpoint', { token: refresh_token })
    await app('other').post('revocation_endpoint', { token: access_token })
    accepted(await userinfo(access_token))
    granted(await app('web').refresh(refresh_token))
  },
})
