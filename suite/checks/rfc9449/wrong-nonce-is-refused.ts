import { nonceClient, nonceOf } from '../../src/actors/nonces.ts'
import { check } from '../../src/check.ts'
import { granted } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9449 §4.3',
  level: 'MUST',
  title: 'A proof whose nonce the server did not give is rejected, with a nonce that works',
  needs: ['code flow', 'DPoP'],
  async run(context) {
    const { asked, redeem } = await nonceClient(context)
    const given = nonceOf(asked)
    const changed = given.slice(0, -1) + (given.endsWith('A') ? 'B' : 'A')
    let fresh = given
    for (const wrong of [context.random.text(24), changed, '']) fresh = nonceOf(await redeem(wrong))
    granted(await redeem(fresh))
  },
})
