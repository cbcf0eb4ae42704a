import { wallet } from '../../src/actors/wallet.ts'
import { check } from '../../src/check.ts'
import { accepted, refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §8.3.1.2',
  level: 'MUST',
  title: 'A request for an unknown credential, or without proofs, is rejected',
  needs: ['code flow'],
  async run(context) {
    const { nonce, post, proof, request } = await wallet(context)
    const key = context.random.key()
    const fresh = async () => [await proof(key, await nonce())]
    refused(
      await request(await fresh(), { credential_configuration_id: 'no-such' }),
      'unknown_credential_configuration',
      'invalid_credential_request',
    )
    refused(await request(await fresh(), { credential_configuration_id: undefined }), 'invalid_credential_request')
    refused(
      await request(await fresh(), { credential_configuration_id: undefined, credential_identifier: 'no-such' }),
      'unknown_credential_identifier',
      'invalid_credential_request',
    )
    refused(await request([], { proofs: undefined }), 'invalid_proof', 'invalid_credential_request')
    refused(await request([]), 'invalid_proof', 'invalid_credential_request')
    refused(await request([], { proofs: { 'no-such-type': ['x'] } }), 'invalid_proof', 'invalid_credential_request')
    for (const body of ['', '[]', '{', '"text"']) refused(await post(body), 'invalid_credential_request')
    accepted(await request(await fresh()))
  },
})
