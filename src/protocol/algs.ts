/** Signature algorithms, by their names in JOSE — RFC 7518 §3.1, RFC 8037, RFC 9964. */

/** By keys of the tenant, which anyone can verify. */
export const signingAlgs = ['ES256', 'RS256', 'PS256', 'EdDSA', 'ML-DSA-44', 'ML-DSA-65'] as const
export type SigningAlg = (typeof signingAlgs)[number]

/** What the keys of a tenant are made for: to sign by one algorithm, or to decrypt what others encrypted for it. RFC 7518 §4.6 */
export const keyAlgs = [...signingAlgs, 'ECDH-ES'] as const
export type KeyAlg = (typeof keyAlgs)[number]

/** Access tokens may also be signed with a secret that one client's APIs share with us. Those who can verify such tokens can also make them. */
export const accessTokenAlgs = [...signingAlgs, 'HS256'] as const
export type AccessTokenAlg = (typeof accessTokenAlgs)[number]
