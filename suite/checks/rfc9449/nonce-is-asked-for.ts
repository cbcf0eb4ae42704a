import { nonceClient, nonceOf } from '../../src/actors/nonces.ts'
import { check } from '../../src/check.ts'
import { demand, granted } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9449 §8',
  level: 'MUST',
  title: 'A server that wants a nonce says use_dpop_nonce with one nonce, and the same request with that nonce succeeds',
  needs: ['code flow', 'DPoP'],
  async run(context) {
    const { asked, redeem } = await nonceClient(context)
    const { token_type } = granted(await redeem(nonceOf(asked)))
    demand(token_type.toLowerCase() === 'dpop', `the type is ${token_type}`)
  },
})
