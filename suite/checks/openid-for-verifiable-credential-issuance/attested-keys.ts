import { attester } from '../../src/actors/attester.ts'
import { decode } from '../../src/actors/jwt.ts'
import { credentialsIn, wallet } from '../../src/actors/wallet.ts'
import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §F.1',
  level: 'SHOULD',
  title: 'A proof with a key attestation gets one credential for each attested key, and no other',
  needs: ['code flow'],
  async run(context) {
    const { attest } = attester(context)
    const { nonce, proof, request } = await wallet(context, { attested: true })
    const keys = [context.random.key(), context.random.key()] as const
    const once = await nonce()
    const key_attestation = await attest(keys, once)
    const credentials = credentialsIn(await request([await proof(keys[0], once, { header: { key_attestation } })]))
    const bound = credentials.map((credential) => (decode(credential.split('~')[0]!).claims['cnf'] as { jwk: { x: string } }).jwk.x)
    demand(
      bound.toSorted().join() ===
        keys
          .map(({ x }) => x)
          .toSorted()
          .join(),
      'the credentials are bound to other keys',
    ) // prettier-ignore
  },
})
