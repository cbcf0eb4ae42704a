import { apiNonceOf, nonceClient, nonceOf } from '../../src/actors/nonces.ts'
import { check } from '../../src/check.ts'
import { accepted, granted, NotApplicable } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9449 §9',
  level: 'MUST',
  title: 'An API that wants a nonce answers 401 with use_dpop_nonce and a nonce, which is then accepted; another is not',
  needs: ['code flow', 'DPoP', 'UserInfo'],
  async run(context) {
    const { asked, redeem, userinfo } = await nonceClient(context)
    const { access_token } = granted(await redeem(nonceOf(asked)))
    const first = await userinfo(access_token)
    if (first.status === 200) throw new NotApplicable('UserInfo asks for no nonces')
    const nonce = apiNonceOf(first)
    apiNonceOf(await userinfo(access_token, context.random.text(24)))
    accepted(await userinfo(access_token, nonce))
  },
})
