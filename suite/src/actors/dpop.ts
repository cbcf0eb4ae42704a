/** Proofs of possession: RFC 9449 §4.2. */
import { createHash } from 'node:crypto'
import type { PrivateKey, Random } from '../random.ts'
import { type Changes, signed } from './authenticate.ts'

export interface ProofOf {
  method: string
  url: string
  random: Random
  /** Access token to bind the proof to, RFC 9449 §7. */
  accessToken?: string | undefined
  /** Changes to a valid proof; undefined removes a member. */
  claims?: Changes
  header?: Changes
}

export function dpopProof(key: PrivateKey, { method, url, random, accessToken, claims = {}, header = {} }: ProofOf): Promise<string> {
  const { kty, crv, x, y } = key
  const now = Math.floor(Date.now() / 1000)
  const usual = {
    jti: `${random.text()}-${now}`,
    htm: method,
    htu: url,
    iat: now,
    ...(accessToken === undefined ? {} : { ath: createHash('sha256').update(accessToken).digest('base64url') }),
  }
  return signed({ ...key, alg: 'ES256' }, { ...usual, ...claims }, { typ: 'dpop+jwt', jwk: { kty, crv, x, y }, ...header })
}
