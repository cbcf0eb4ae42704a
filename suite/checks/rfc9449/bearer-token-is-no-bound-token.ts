import { check } from '../../src/check.ts'
import { accepted, demand, denied } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9449 §7.1',
  level: 'MUST',
  title: 'A token that is bound to no key is rejected with the DPoP scheme and a proof',
  needs: ['code flow', 'DPoP', 'UserInfo'],
  async run({ app, random, userinfo }) {
    const { access_token } = await app().tokens()
    const reply = await userinfo(access_token, random.key())
    denied(reply)
    demand(reply.status === 401, `the status is ${reply.status}`)
    accepted(await userinfo(access_token))
  },
})
