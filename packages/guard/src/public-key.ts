/** Public keys, each for one algorithm only — RFC 7517, RFC 7518 §3, RFC 8037, RFC 8725 §3.1. */
import { constants, createPublicKey, type KeyObject, type VerifyKeyObjectInput, verify, type webcrypto } from 'node:crypto'

export type Algorithm = 'ES256' | 'RS256' | 'PS256' | 'EdDSA'

export interface VerifyingKey {
  key: KeyObject
  isSignature(signed: string, signature: Uint8Array): boolean
}

interface Scheme {
  kty: string
  crv: string | undefined
  /** undefined: the algorithm brings its own. */
  digest: string | undefined
  options: Omit<VerifyKeyObjectInput, 'key'>
}

const schemes: Readonly<Record<Algorithm, Scheme>> = {
  ES256: { kty: 'EC', crv: 'P-256', digest: 'sha256', options: { dsaEncoding: 'ieee-p1363' } }, // RFC 7518 §3.4
  RS256: { kty: 'RSA', crv: undefined, digest: 'sha256', options: { padding: constants.RSA_PKCS1_PADDING } },
  PS256: {
    kty: 'RSA',
    crv: undefined,
    digest: 'sha256',
    options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }, // RFC 7518 §3.5
  },
  EdDSA: { kty: 'OKP', crv: 'Ed25519', digest: undefined, options: {} },
}

/** The algorithms the guard knows: signatures only, so no secret that a verifier would hold can sign. */
export const knownAlgorithms = Object.keys(schemes) as readonly Algorithm[]

/** Reads a JWK as a key of this algorithm. Undefined when it is of another kind, meant for something else, or no sound key. */
export function verifyingKey(jwk: unknown, alg: Algorithm): VerifyingKey | undefined {
  if (typeof jwk !== 'object' || jwk === null) return undefined
  const { kty, crv, x, y, n, e, use, key_ops, alg: meantFor } = jwk as webcrypto.JsonWebKey
  const scheme = schemes[alg]
  if (kty !== scheme.kty || crv !== scheme.crv) return undefined
  if (meantFor !== undefined && meantFor !== alg) return undefined
  if (use !== undefined && use !== 'sig') return undefined // RFC 7517 §4.2
  if (key_ops !== undefined && !(Array.isArray(key_ops) && key_ops.includes('verify'))) return undefined // RFC 7517 §4.3
  try {
    const key = createPublicKey({ key: { kty, crv, x, y, n, e } as webcrypto.JsonWebKey, format: 'jwk' })
    return hasSoundSize(key) ? { key, isSignature: verifier(key, scheme) } : undefined
  } catch {
    return undefined // a point off the curve, a member that is missing
  }
}

/** RFC 7518 §3.3: 2048 bits or more; and not so many that one token keeps the process busy. */
function hasSoundSize(key: KeyObject): boolean {
  const bits = key.asymmetricKeyDetails?.modulusLength
  return bits === undefined || (bits >= 2048 && bits <= 8192)
}

function verifier(key: KeyObject, { digest, options }: Scheme): VerifyingKey['isSignature'] {
  const input = { key, ...options }
  return (signed, signature) => verify(digest, Buffer.from(signed, 'latin1'), input, signature)
}
