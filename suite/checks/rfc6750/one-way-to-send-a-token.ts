import { check } from '../../src/check.ts'
import { accepted, demand, denied } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6750 §2',
  level: 'MUST NOT',
  title: 'A token sent in two ways is rejected with invalid_request',
  needs: ['code flow', 'UserInfo', 'OpenID'],
  async run({ app, endpoint, post, userinfo }) {
    const { access_token } = await app().tokens()
    accepted(await userinfo(access_token))
    const reply = await post(endpoint('userinfo_endpoint'), { access_token }, { authorization: `Bearer ${access_token}` })
    denied(reply)
    demand(/error="?invalid_request/.test(reply.headers['www-authenticate'] ?? ''), 'the challenge does not say invalid_request')
    demand(reply.status === 400, `invalid_request came with status ${reply.status}`)
  },
})
