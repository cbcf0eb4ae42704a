import { encryption } from '../../src/actors/encryption.ts'
import { wallet } from '../../src/actors/wallet.ts'
import { check } from '../../src/check.ts'
import { accepted, refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §8.2',
  level: 'MUST',
  title: 'A request for an encrypted response that is not encrypted itself is rejected',
  needs: ['code flow'],
  async run(context) {
    const { configuration, nonce, post, proof, request } = await wallet(context)
    const { encrypt, response } = await encryption(context)
    const fresh = async () => [await proof(context.random.key(), await nonce())]
    refused(
      await request(await fresh(), { credential_response_encryption: response }),
      'invalid_encryption_parameters',
      'invalid_credential_request',
    )
    const asked = { credential_configuration_id: configuration, proofs: { jwt: await fresh() }, credential_response_encryption: response }
    accepted(await post(await encrypt(asked), { type: 'application/jwt' }))
  },
})
