import { attester } from '../../src/actors/attester.ts'
import { credentialIssuer } from '../../src/actors/documents.ts'
import { credentialsIn, wallet } from '../../src/actors/wallet.ts'
import { check } from '../../src/check.ts'
import { demand, NotApplicable, refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §F.3',
  level: 'MUST',
  title: 'Where attestations are a type of proof, one with a fresh nonce gets credentials, and one with another nonce none',
  needs: ['code flow'],
  async run(context) {
    const { attest } = attester(context)
    const { configuration, nonce, request } = await wallet(context, { attested: true })
    const { members } = await credentialIssuer(context)
    const offered = members['credential_configurations_supported'] as Record<string, { proof_types_supported?: object }>
    if (!('attestation' in (offered[configuration]?.proof_types_supported ?? {})))
      throw new NotApplicable('an attestation is no proof by itself')
    const keys = [context.random.key(), context.random.key()]
    const send = async (once: string) => request([], { proofs: { attestation: [await attest(keys, once)] } })
    refused(await send(context.random.text(24)), 'invalid_nonce', 'invalid_proof')
    demand(credentialsIn(await send(await nonce())).length > 0, 'there are no credentials')
  },
})
