import { preAuthorizedOffer, redeemOffer } from '../../src/actors/offers.ts'
import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §6.3',
  level: 'MUST',
  title: 'Without the transaction code of an offer a token request is invalid_request, with a wrong one invalid_grant',
  seconds: 90,
  async run(context) {
    const { code, told = '' } = await preAuthorizedOffer(context, { code: true })
    refused(await redeemOffer(context, code), 'invalid_request')
    const wrong = told.replace(/.$/, (last) => (last === '1' ? '2' : '1'))
    refused(await redeemOffer(context, code, { tx_code: wrong }), 'invalid_grant')
    granted(await redeemOffer(context, code, { tx_code: told }))
  },
})
