import { check } from '../../src/check.ts'
import { accepted, denied } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6750 §2.2',
  level: 'MUST NOT',
  title: 'A token in the body of a GET request is not accepted',
  needs: ['code flow', 'UserInfo'],
  async run({ app, endpoint, send, userinfo }) {
    const { access_token } = await app().tokens()
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    denied(await send({ method: 'GET', url: endpoint('userinfo_endpoint'), headers, body: `access_token=${access_token}` }))
    accepted(await userinfo(access_token))
  },
})
