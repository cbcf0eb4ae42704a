import { preAuthorizedOffer, redeemOffer } from '../../src/actors/offers.ts'
import { check } from '../../src/check.ts'
import { demand, granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §4.1.1',
  level: 'MUST',
  title: 'A pre-authorized code returns a token once, even to twenty concurrent requests',
  seconds: 90,
  async run(context) {
    const { code } = await preAuthorizedOffer(context)
    const replies = await context.race(20, () => redeemOffer(context, code))
    const winners = replies.filter(({ status }) => status === 200)
    demand(winners.length === 1, `${winners.length} of 20 requests got a token`)
    granted(winners[0]!)
    refused(await redeemOffer(context, code), 'invalid_grant')
  },
})
