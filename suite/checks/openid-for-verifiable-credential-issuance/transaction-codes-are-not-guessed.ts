import { preAuthorizedOffer, redeemOffer } from '../../src/actors/offers.ts'
import { check } from '../../src/check.ts'
import { demand, granted } from '../../src/expect.ts'

const tries = 25

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §13.6.2',
  level: 'SHOULD',
  title: 'After many wrong transaction codes an offer gives no token any more, not even for the right one',
  seconds: 120,
  async run(context) {
    const sound = await preAuthorizedOffer(context, { code: true })
    granted(await redeemOffer(context, sound.code, { tx_code: sound.told }))
    const { code, told = '' } = await preAuthorizedOffer(context, { code: true })
    for (let n = 0; n < tries; n++) {
      const guess = String(n).padStart(told.length, '0')
      if (guess !== told) await redeemOffer(context, code, { tx_code: guess })
    }
    const { status } = await redeemOffer(context, code, { tx_code: told })
    demand(status !== 200, `after ${tries} wrong codes the right one still gave a token`)
  },
})
