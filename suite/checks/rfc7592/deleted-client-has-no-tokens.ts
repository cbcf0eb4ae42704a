import { check } from '../../src/check.ts'
import { accepted, denied, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7592 §2.3',
  level: 'SHOULD',
  title: 'The tokens of a deleted client no longer work',
  needs: ['code flow', 'registration', 'UserInfo'],
  async run({ app, manage, userinfo }) {
    const client = await manage({ grant_types: ['authorization_code', 'refresh_token'] })
    const own = app().with(client.registration)
    const code = await own.code({ scope: 'openid' })
    const { access_token } = await own.tokens({ scope: 'openid' })
    accepted(await userinfo(access_token))
    accepted(await client.send('DELETE'))
    denied(await userinfo(access_token))
    refused(await own.redeem(code))
  },
})
