/** Public keys, each for one algorithm only — RFC 7517, RFC 7518 §3, RFC 8037, RFC 8725 §3.1, RFC 9864, RFC 9964. */
import { constants, createPublicKey, hash, type KeyObject, type VerifyKeyObjectInput, verify, type webcrypto } from 'node:crypto'

/** `Ed25519` and `EdDSA` are two names for one algorithm (RFC 9864 §2.2). */
export type Algorithm = 'ES256' | 'RS256' | 'PS256' | 'Ed25519' | 'EdDSA' | 'ML-DSA-44' | 'ML-DSA-65' | 'ML-DSA-87'

export interface VerifyingKey {
  /** RFC 7638 §3. */
  thumbprint: string
  isSignature(signed: string, signature: Uint8Array): boolean
}

interface Scheme {
  kty: string
  crv: string | undefined
  /** undefined: the algorithm includes its own. */
  digest: string | undefined
  options: Omit<VerifyKeyObjectInput, 'key'>
}

interface Jwk extends webcrypto.JsonWebKey {
  pub?: string
}

// Two names share a scheme only if a key for one may be used with the other.
const ed25519: Scheme = { kty: 'OKP', crv: 'Ed25519', digest: undefined, options: {} }
const mlDsa = (): Scheme => ({ kty: 'AKP', crv: undefined, digest: undefined, options: {} })

const schemes: Readonly<Record<Algorithm, Scheme>> = {
  ES256: { kty: 'EC', crv: 'P-256', digest: 'sha256', options: { dsaEncoding: 'ieee-p1363' } }, // RFC 7518 §3.4
  RS256: { kty: 'RSA', crv: undefined, digest: 'sha256', options: { padding: constants.RSA_PKCS1_PADDING } },
  PS256: {
    kty: 'RSA',
    crv: undefined,
    digest: 'sha256',
    options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }, // RFC 7518 §3.5
  },
  Ed25519: ed25519,
  EdDSA: ed25519,
  'ML-DSA-44': mlDsa(),
  'ML-DSA-65': mlDsa(),
  'ML-DSA-87': mlDsa(),
}

/** The algorithms the guard can verify with this Node. All are asymmetric, so that a verifier cannot sign. */
export const knownAlgorithms = (Object.keys(schemes) as readonly Algorithm[]).filter((alg) => schemes[alg].kty !== 'AKP' || supportsMlDsa())

/** Reads a JWK as a key for this algorithm. Undefined when it is of another type, for another use, or invalid. */
export function verifyingKey(jwk: unknown, alg: Algorithm): VerifyingKey | undefined {
  if (typeof jwk !== 'object' || jwk === null) return undefined
  const { kty, crv, x, y, n, e, pub, use, key_ops, alg: meantFor } = jwk as Jwk
  const scheme = schemes[alg]
  if (kty !== scheme.kty || crv !== scheme.crv) return undefined
  if (meantFor !== undefined && schemes[meantFor as Algorithm] !== scheme) return undefined
  if (use !== undefined && use !== 'sig') return undefined // RFC 7517 §4.2
  if (key_ops !== undefined && !(Array.isArray(key_ops) && key_ops.includes('verify'))) return undefined // RFC 7517 §4.3
  const isAkp = kty === 'AKP'
  if (isAkp && meantFor === undefined) return undefined // RFC 9964: its alg is part of the key
  try {
    const key = publicKey({ kty, crv, x, y, n, e, ...(isAkp ? { alg, pub } : {}) } as Jwk)
    return hasSoundSize(key) ? { thumbprint: thumbprint(key), isSignature: verifier(key, scheme) } : undefined
  } catch {
    return undefined // a point off the curve, a missing member
  }
}

function publicKey(jwk: Jwk): KeyObject {
  return createPublicKey({ key: jwk, format: 'jwk' })
}

/** Node 24.7 or later, with OpenSSL 3.5. Any bytes of the right length are a public key. */
function supportsMlDsa(): boolean {
  try {
    publicKey({ kty: 'AKP', alg: 'ML-DSA-44', pub: Buffer.alloc(1312).toString('base64url') })
    return true
  } catch {
    return false
  }
}

/** At least 2048 bits (RFC 7518 §3.3), and few enough that verifying one token is fast. */
function hasSoundSize(key: KeyObject): boolean {
  const bits = key.asymmetricKeyDetails?.modulusLength
  return bits === undefined || (bits >= 2048 && bits <= 8192)
}

/** The required members alone, in the order of their names. RFC 7638 §3, RFC 9964 */
function thumbprint(key: KeyObject): string {
  const { alg, crv, e, kty, n, pub, x, y } = key.export({ format: 'jwk' }) as Jwk
  return hash('sha256', JSON.stringify({ ...(kty === 'AKP' ? { alg } : {}), crv, e, kty, n, pub, x, y }), 'base64url')
}

function verifier(key: KeyObject, { digest, options }: Scheme): VerifyingKey['isSignature'] {
  const input = { key, ...options }
  return (signed, signature) => verify(digest, Buffer.from(signed, 'latin1'), input, signature)
}
