/** The keys of an issuer, found by `kid` and algorithm — RFC 7517 §5. */
import { type Algorithm, type VerifyingKey, verifyingKey } from './public-key.ts'

export interface KeySet {
  /** Without a `kid`: the only key of this algorithm, if there is just one. */
  find(kid: string | undefined, alg: Algorithm): VerifyingKey | undefined
}

/** Members that are not usable keys for one of these algorithms are ignored. RFC 7517 §5 */
export function keySet(jwks: readonly unknown[], algorithms: readonly Algorithm[]): KeySet {
  const byName = new Map<string, VerifyingKey>()
  const byAlgorithm = new Map<Algorithm, VerifyingKey[]>(algorithms.map((alg) => [alg, []]))
  for (const jwk of jwks) {
    for (const alg of algorithms) {
      const key = verifyingKey(jwk, alg)
      if (!key) continue
      const { kid } = jwk as { kid?: unknown }
      if (typeof kid === 'string') byName.set(`${alg} ${kid}`, key)
      byAlgorithm.get(alg)?.push(key)
    }
  }
  return {
    find(kid, alg) {
      if (kid !== undefined) return byName.get(`${alg} ${kid}`)
      const [only, ...others] = byAlgorithm.get(alg) ?? []
      return others.length === 0 ? only : undefined
    },
  }
}
