/** Attestations of keys of a wallet: OpenID for Verifiable Credential Issuance §D.1. */
import type { CheckContext } from '../context.ts'
import { NotApplicable } from '../expect.ts'
import type { PrivateKey } from '../random.ts'
import { type Changes, signed } from './authenticate.ts'

export interface Attester {
  /** About these keys. `changes`: override defaults; undefined removes a member. */
  attest(keys: readonly PrivateKey[], nonce: string, changes?: { claims?: Changes; header?: Changes; signer?: Changes }): Promise<string>
}

/** Not applicable if the target names nobody whose word the server takes. */
export function attester({ target }: CheckContext): Attester {
  const { keyAttester } = target
  if (keyAttester === undefined) throw new NotApplicable('the target names nobody who attests keys')
  return {
    attest(keys, nonce, { claims = {}, header = {}, signer = keyAttester } = {}) {
      const now = Math.floor(Date.now() / 1000)
      const attested_keys = keys.map(({ kty, crv, x, y }) => ({ kty, crv, x, y }))
      const usual = { iat: now, exp: now + 60, nonce, attested_keys }
      return signed({ ...signer, kid: keyAttester['kid'] }, { ...usual, ...claims }, { typ: 'key-attestation+jwt', ...header })
    },
  }
}
