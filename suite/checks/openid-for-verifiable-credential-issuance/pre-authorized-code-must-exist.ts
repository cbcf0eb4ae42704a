import { preAuthorizedOffer, redeemOffer } from '../../src/actors/offers.ts'
import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §6.3',
  level: 'MUST',
  title: 'An unknown pre-authorized code is rejected with invalid_grant, a missing one with invalid_request',
  seconds: 90,
  async run(context) {
    const { code } = await preAuthorizedOffer(context)
    const middle = Math.floor(code.length / 2)
    const other = code.slice(0, middle) + (code[middle] === 'x' ? 'y' : 'x') + code.slice(middle + 1)
    for (const wrong of [other, context.random.text(24), `${code}x`]) refused(await redeemOffer(context, wrong), 'invalid_grant')
    refused(await redeemOffer(context, code, { 'pre-authorized_code': undefined }), 'invalid_request')
    granted(await redeemOffer(context, code))
  },
})
