import { attester } from '../../src/actors/attester.ts'
import { wallet } from '../../src/actors/wallet.ts'
import { check } from '../../src/check.ts'
import { accepted, refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §F.4',
  level: 'MUST',
  title: 'A proof without the attestation that is required, or with one that is forged, expired or of another key is rejected',
  needs: ['code flow'],
  async run(context) {
    const { attest } = attester(context)
    const { nonce, proof, request } = await wallet(context, { attested: true })
    const { random } = context
    const key = random.key()
    const send = async (changes: Parameters<typeof attest>[2], about = key) => {
      const once = await nonce()
      return request([await proof(key, once, { header: { key_attestation: await attest([about], once, changes) } })])
    }
    const now = Math.floor(Date.now() / 1000)
    const wrong = [
      { signer: { ...random.key(), alg: 'ES256' } },
      { header: { typ: 'JWT' } },
      { claims: { iat: now - 1200, exp: now - 600 } },
      { claims: { attested_keys: undefined } },
      { claims: { attested_keys: [] } },
      { claims: { nonce: random.text(24) } },
    ]
    for (const changes of wrong) refused(await send(changes), 'invalid_proof', 'invalid_nonce')
    refused(await send({}, random.key()), 'invalid_proof')
    refused(await request([await proof(key, await nonce())]), 'invalid_proof')
    accepted(await send({}))
  },
})
