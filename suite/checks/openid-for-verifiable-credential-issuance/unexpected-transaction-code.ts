import { preAuthorizedOffer, redeemOffer } from '../../src/actors/offers.ts'
import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §6.3',
  level: 'MUST',
  title: 'A transaction code for an offer that has none is rejected with invalid_request',
  seconds: 90,
  async run(context) {
    const { code } = await preAuthorizedOffer(context)
    refused(await redeemOffer(context, code, { tx_code: '123456' }), 'invalid_request')
    granted(await redeemOffer(context, code))
  },
})
