import { check } from '../../src/check.ts'
import { accepted, denied } from '../../src/expect.ts'
import { withQuery } from '../../src/http/form.ts'

export default check({
  clause: 'RFC 6750 §2.3',
  level: 'SHOULD NOT',
  title: 'A token in the query is not accepted',
  needs: ['code flow', 'UserInfo', 'OpenID'],
  async run({ app, endpoint, get, userinfo }) {
    const { access_token } = await app().tokens()
    denied(await get(withQuery(endpoint('userinfo_endpoint'), { access_token })))
    accepted(await userinfo(access_token))
  },
})
