import { encryption } from '../../src/actors/encryption.ts'
import { wallet } from '../../src/actors/wallet.ts'
import { check } from '../../src/check.ts'
import { accepted, refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §8.3.1.2',
  level: 'MUST',
  title: 'A request that is no JWT for a key of the issuer is rejected',
  needs: ['code flow'],
  async run(context) {
    const { configuration, nonce, post, proof } = await wallet(context)
    const { encrypt } = await encryption(context)
    const fresh = async () => ({
      credential_configuration_id: configuration,
      proofs: { jwt: [await proof(context.random.key(), await nonce())] },
    })
    const jwe = await encrypt(await fresh())
    const [header, key, iv, text, tag = ''] = jwe.split('.')
    const tampered = [header, key, iv, text, tag.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))].join('.')
    for (const body of [tampered, JSON.stringify(await fresh()), 'a.b.c.d.e', ''])
      refused(await post(body, { type: 'application/jwt' }), 'invalid_encryption_parameters', 'invalid_credential_request')
    accepted(await post(jwe, { type: 'application/jwt' }))
  },
})
