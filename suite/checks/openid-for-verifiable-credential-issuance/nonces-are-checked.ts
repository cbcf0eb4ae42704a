import { wallet } from '../../src/actors/wallet.ts'
import { check } from '../../src/check.ts'
import { accepted, refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §8.3.1.2',
  level: 'MUST',
  title: 'A proof without a c_nonce, or with one that the issuer did not give, is rejected',
  needs: ['code flow'],
  async run(context) {
    const { nonce, proof, request } = await wallet(context)
    const key = context.random.key()
    refused(await request([await proof(key, context.random.text())]), 'invalid_nonce')
    refused(await request([await proof(key, '', { claims: { nonce: undefined } })]), 'invalid_proof', 'invalid_nonce')
    accepted(await request([await proof(key, await nonce())]))
  },
})
