import { check } from '../../src/check.ts'
import { accepted, demand, denied } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §3.1.2.1',
  level: 'MUST',
  title: 'Without the openid scope there is no ID token and no access to UserInfo',
  needs: ['OpenID', 'code flow', 'UserInfo', 'two resources'],
  async run({ app, forApi, userinfo }) {
    demand((await app().tokens()).id_token !== undefined, 'there is no ID token with the scope openid')
    const { id_token, access_token } = await app().tokens(forApi())
    demand(id_token === undefined, 'there is an ID token without the scope openid')
    denied(await userinfo(access_token))
    accepted(await userinfo((await app().tokens()).access_token))
  },
})
