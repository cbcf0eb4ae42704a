import { check } from '../../src/check.ts'
import { accepted, demand, json } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §5.3',
  level: 'MUST',
  title: 'UserInfo accepts GET and POST',
  needs: ['OpenID', 'code flow', 'UserInfo'],
  async run({ app, endpoint, send, userinfo }) {
    const { access_token } = await app().tokens()
    const url = endpoint('userinfo_endpoint')
    const byGet = json(accepted(await userinfo(access_token)))
    const byPost = json(accepted(await send({ method: 'POST', url, headers: { authorization: `Bearer ${access_token}` } })))
    demand(byGet['sub'] === byPost['sub'], 'they answer with different subs')
  },
})
