import { check } from '../../src/check.ts'
import { accepted, demand, json } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §5.5',
  level: 'MUST',
  title: 'The claims parameter requests individual claims, at UserInfo and in the ID token',
  needs: ['OpenID', 'code flow', 'UserInfo', 'claims parameter'],
  async run({ app, idToken, userinfo }) {
    const claims = JSON.stringify({ userinfo: { email: { essential: true } }, id_token: { auth_time: { essential: true } } })
    const tokens = await app().tokens({ claims })
    demand('email' in json(accepted(await userinfo(tokens.access_token))), 'UserInfo does not tell email')
    demand('auth_time' in (await idToken(tokens)).claims, 'the ID token does not tell auth_time')
  },
})
