/** Signature algorithms, by their names in JOSE — RFC 7518 §3.1, RFC 8037, RFC 9964. */

/** A key for Ed25519 signs by one algorithm, whose older name is `EdDSA`. RFC 9864 §2.2 */
export function isSameAlg(one: unknown, other: unknown): boolean {
  return one === other || [one, other].every((name) => name === 'EdDSA' || name === 'Ed25519')
}

/** Whether a client that may use these algorithms, all where it names none, may use this one. */
export function isAllowedAlg(allowed: readonly string[] | undefined, alg: string): boolean {
  return allowed?.some((one) => isSameAlg(one, alg)) ?? true
}

/** By keys of the tenant, which anyone can verify. */
export const signingAlgs = ['ES256', 'RS256', 'PS256', 'EdDSA', 'ML-DSA-44', 'ML-DSA-65'] as const
export type SigningAlg = (typeof signingAlgs)[number]

/** What the keys of a tenant are made for: to sign by one algorithm, or to decrypt what others encrypted for it. RFC 7518 §4.6 */
export const keyAlgs = [...signingAlgs, 'ECDH-ES'] as const
export type KeyAlg = (typeof keyAlgs)[number]

/** Access tokens may also be signed with a secret that one client's APIs share with us. Those who can verify such tokens can also make them. */
export const accessTokenAlgs = [...signingAlgs, 'HS256'] as const
export type AccessTokenAlg = (typeof accessTokenAlgs)[number]
