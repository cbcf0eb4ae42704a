import { credentialIssuer } from '../../src/actors/documents.ts'
import { wallet } from '../../src/actors/wallet.ts'
import { check } from '../../src/check.ts'
import { accepted, NotApplicable, refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §8.3.1.2',
  level: 'MUST',
  title: 'Unusable parameters for an encrypted response are rejected with invalid_encryption_parameters',
  needs: ['code flow'],
  async run(context) {
    const { members } = await credentialIssuer(context)
    if (members['credential_response_encryption'] === undefined) throw new NotApplicable('responses are not encrypted')
    const { nonce, proof, request } = await wallet(context)
    const [key, holder] = [context.random.key(), context.random.key()]
    const { d, ...publicKey } = key
    const jwk = { ...publicKey, kid: 'own', use: 'enc', alg: 'ECDH-ES' }
    const wrong = [
      { jwk, enc: 'no-such' },
      { jwk: { ...jwk, alg: 'no-such' }, enc: 'A128GCM' },
      { jwk: { kty: 'EC' }, enc: 'A128GCM' },
      { enc: 'A128GCM' },
      { jwk, enc: 'A128GCM', zip: 'no-such' },
    ]
    for (const credential_response_encryption of wrong)
      refused(await request([await proof(holder, await nonce())], { credential_response_encryption }), 'invalid_encryption_parameters')
    accepted(await request([await proof(holder, await nonce())]))
  },
})
