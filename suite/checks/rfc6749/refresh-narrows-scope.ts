import { check } from '../../src/check.ts'
import { accepted, demand, granted, json } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §6',
  level: 'MUST',
  title: 'A refresh can narrow the scope of the access token, but not of the refresh token',
  needs: ['code flow', 'refresh tokens', 'OpenID', 'UserInfo', 'offline_access'],
  async run({ app, userinfo }) {
    const { refresh_token } = await app().offline({ scope: 'openid email offline_access', prompt: 'consent' })
    const less = granted(await app().refresh(refresh_token, { scope: 'openid' }))
    demand(!('email' in json(accepted(await userinfo(less.access_token)))), 'a token for openid alone tells the email address')
    const all = granted(await app().refresh(less.refresh_token ?? refresh_token))
    demand('email' in json(accepted(await userinfo(all.access_token))), 'the refresh token has lost the scope email')
  },
})
