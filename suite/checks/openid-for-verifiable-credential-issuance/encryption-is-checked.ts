import { encryption } from '../../src/actors/encryption.ts'
import { wallet } from '../../src/actors/wallet.ts'
import { check } from '../../src/check.ts'
import { accepted, refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §8.3.1.2',
  level: 'MUST',
  title: 'Unusable parameters for an encrypted response are rejected with invalid_encryption_parameters, in plain JSON',
  needs: ['code flow'],
  async run(context) {
    const { configuration, nonce, post, proof } = await wallet(context)
    const { encrypt, response } = await encryption(context)
    const { jwk, enc } = response
    const ask = async (credential_response_encryption: object) => {
      const proofs = { jwt: [await proof(context.random.key(), await nonce())] }
      const asked = { credential_configuration_id: configuration, proofs, credential_response_encryption }
      return post(await encrypt(asked), { type: 'application/jwt' })
    }
    const { x, ...withoutPoint } = jwk
    const wrong = [
      { jwk, enc: 'no-such' },
      { jwk, enc: undefined },
      { jwk: { ...jwk, alg: 'no-such' }, enc },
      { jwk: { ...jwk, alg: undefined }, enc },
      { jwk: withoutPoint, enc },
      { jwk: 'text', enc },
      { enc },
      { jwk, enc, zip: 'no-such' },
    ]
    for (const one of wrong) refused(await ask(one), 'invalid_encryption_parameters')
    accepted(await ask(response))
  },
})
