import { credentialIssuer } from '../../src/actors/documents.ts'
import { wallet } from '../../src/actors/wallet.ts'
import { check } from '../../src/check.ts'
import { accepted, demand, NotApplicable, refused } from '../../src/expect.ts'

/** More proofs are not made for one check. */
const most = 50

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §12.2.4',
  level: 'MUST',
  title: 'The batch size is two or more, and a request with more proofs is rejected',
  needs: ['code flow'],
  async run(context) {
    const { batch_credential_issuance: batch } = (await credentialIssuer(context)).members as { batch_credential_issuance?: object }
    if (batch === undefined) throw new NotApplicable('the issuer takes one proof at a time')
    const { batch_size: size } = batch as { batch_size?: unknown }
    demand(Number.isInteger(size) && (size as number) >= 2, `batch_size is ${JSON.stringify(size)}`)
    if ((size as number) >= most) return
    const { nonce, proof, request } = await wallet(context)
    const proofs = async (count: number) => {
      const once = await nonce()
      return Promise.all(Array.from({ length: count }, () => proof(context.random.key(), once)))
    }
    refused(await request(await proofs((size as number) + 1)), 'invalid_proof', 'invalid_credential_request')
    accepted(await request(await proofs(2)))
  },
})
