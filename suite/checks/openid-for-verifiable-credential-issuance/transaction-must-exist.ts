import { credentialIssuer } from '../../src/actors/documents.ts'
import { wallet } from '../../src/actors/wallet.ts'
import { check } from '../../src/check.ts'
import { accepted, denied, NotApplicable, refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §9.3',
  level: 'MUST',
  title: 'An unknown transaction_id is rejected with invalid_transaction_id, and a request without a token is rejected',
  needs: ['code flow'],
  async run(context) {
    const { deferred_credential_endpoint: url } = (await credentialIssuer(context)).members
    if (typeof url !== 'string') throw new NotApplicable('the issuer does not defer')
    const { accessToken, nonce, proof, request } = await wallet(context)
    accepted(await request([await proof(context.random.key(), await nonce())]))
    const ask = (members: object, authorization: object = { authorization: `Bearer ${accessToken}` }) =>
      context.send({
        method: 'POST',
        url,
        headers: { 'content-type': 'application/json', ...authorization },
        body: JSON.stringify(members),
      })
    for (const transaction_id of [context.random.text(24), '', 7, null])
      refused(await ask({ transaction_id }), 'invalid_transaction_id', 'invalid_credential_request')
    denied(await ask({ transaction_id: context.random.text(24) }, {}))
  },
})
