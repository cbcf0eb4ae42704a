import { preAuthorizedOffer, redeemOffer } from '../../src/actors/offers.ts'
import { check } from '../../src/check.ts'
import { granted, NotApplicable, refused } from '../../src/expect.ts'
import { grantTypeOf } from '../../src/target/prepared.ts'

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §6.3',
  level: 'MUST',
  title: 'Where anonymous access is not offered, a pre-authorized code without a client_id is rejected with invalid_client',
  needs: ['token endpoint'],
  seconds: 60,
  async run(context) {
    if (context.metadata.is('pre-authorized_grant_anonymous_access_supported') === true)
      throw new NotApplicable('the server offers anonymous access')
    const { code } = await preAuthorizedOffer(context)
    const params = { grant_type: grantTypeOf('pre_authorized_code'), 'pre-authorized_code': code }
    refused(await context.post(context.endpoint('token_endpoint'), params), 'invalid_client')
    granted(await redeemOffer(context, code))
  },
})
