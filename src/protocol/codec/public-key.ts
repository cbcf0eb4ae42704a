/** Public keys as JWKs, and verification of signatures made with their private keys — RFC 7517, RFC 7518 §3, RFC 7638, RFC 8037. */
import { constants, createPublicKey, type KeyObject, type SignKeyObjectInput, verify, type webcrypto } from 'node:crypto'
import { promisify } from 'node:util'
import { isSameAlg } from '../algs.ts'
import { sha256 } from './digest.ts'
import type { JsonObject } from './jws.ts'
import { signatureThread } from './signature-thread.ts'

type Jwk = webcrypto.JsonWebKey & { kid?: unknown; pub?: string }

/** How an algorithm signs. `digest` is undefined when the algorithm includes its own. */
interface Scheme {
  digest: string | undefined
  options: Omit<SignKeyObjectInput, 'key'>
}

export const schemes = {
  ES256: { digest: 'sha256', options: { dsaEncoding: 'ieee-p1363' } }, // RFC 7518 §3.4
  EdDSA: { digest: undefined, options: {} },
  Ed25519: { digest: undefined, options: {} }, // RFC 9864 §2.2
  RS256: { digest: 'sha256', options: { padding: constants.RSA_PKCS1_PADDING } },
  PS256: {
    digest: 'sha256',
    options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }, // RFC 7518 §3.5
  },
  'ML-DSA-44': { digest: undefined, options: {} }, // RFC 9964 §5
  'ML-DSA-65': { digest: undefined, options: {} },
} as const satisfies Record<string, Scheme>

/** Algorithms with which clients sign, using their own keys. */
export const clientSigningAlgs = ['ES256', 'EdDSA', 'Ed25519', 'PS256', 'RS256'] as const
export type ClientSigningAlg = (typeof clientSigningAlgs)[number]

const rsaBits = { least: 2048, most: 8192 } // RFC 7518 §3.3; what is larger costs more than it protects
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'] // RFC 7518 §6

/** Whether a JWK has no private member. */
export function isPublicJwk(jwk: unknown): jwk is Jwk {
  return typeof jwk === 'object' && jwk !== null && !Array.isArray(jwk) && !privateMembers.some((name) => name in jwk)
}

/** Whether a header shows a private key: whoever read it could have signed. RFC 7515 §4.1.3 */
export function showsPrivateKey({ jwk }: JsonObject): boolean {
  return jwk !== undefined && !isPublicJwk(jwk)
}

/** At most so many keys are remembered, each of so many characters; the ones that were not used for the longest time are forgotten first. */
const mostRemembered = { keys: 2000, characters: 2048 }
/** Valid keys by their required members: checking that a point is on its curve takes as long as verifying a signature. */
const remembered = new Map<string, KeyObject>()

/** The key; undefined unless it is a valid public key for this algorithm. RFC 8725 §3.1 */
export function publicKeyFor(jwk: unknown, alg: ClientSigningAlg): KeyObject | undefined {
  if (!isPublicJwk(jwk) || (jwk.use ?? 'sig') !== 'sig' || !isSameAlg(jwk.alg ?? alg, alg)) return undefined
  const key = importedKey(jwk)
  return key && fits(key, alg) ? key : undefined
}

function importedKey(jwk: Jwk): KeyObject | undefined {
  const members = requiredMembers(jwk)
  const key = remembered.get(members) ?? parsedKey(jwk)
  if (!key || members.length > mostRemembered.characters) return key
  remembered.delete(members) // it moves to the end
  remembered.set(members, key)
  if (remembered.size > mostRemembered.keys) remembered.delete(remembered.keys().next().value!)
  return key
}

function parsedKey(jwk: Jwk): KeyObject | undefined {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' })
  } catch {
    return undefined
  }
}

function fits({ asymmetricKeyType: type, asymmetricKeyDetails: details = {} }: KeyObject, alg: ClientSigningAlg): boolean {
  if (alg === 'ES256') return type === 'ec' && details.namedCurve === 'prime256v1'
  if (alg === 'EdDSA' || alg === 'Ed25519') return type === 'ed25519'
  const bits = details.modulusLength ?? 0
  return type === 'rsa' && bits >= rsaBits.least && bits <= rsaBits.most
}

/** Whether the signature was made with the private key of this one, by this algorithm. */
export function isSignedBy(key: KeyObject, alg: keyof typeof schemes, text: string, signature: Uint8Array): boolean {
  const { digest, options } = schemes[alg]
  return isAsLong(key, signature) && verify(digest, Buffer.from(text), { key, ...options }, signature)
}

/** Of all tenants: a process has one thread for this. */
export const askThread = signatureThread()
const verifyInThread = promisify(verify)

/** The same, by a thread: requests of others go on meanwhile. */
export async function verifySignature(key: KeyObject, alg: keyof typeof schemes, text: string, signature: Uint8Array): Promise<boolean> {
  const { digest, options } = schemes[alg]
  if (!isAsLong(key, signature)) return false
  const copy = new Uint8Array(signature) // a part of a buffer would be sent with the whole
  const isRight = isOfFastKind(key) ? await askThread({ key, digest, options, text, signature: copy }) : undefined
  return typeof isRight === 'boolean' ? isRight : verifyInThread(digest, Buffer.from(text), { key, ...options }, signature)
}

/** A client may have an RSA key that takes a millisecond, and others would wait for it. */
const isOfFastKind = ({ asymmetricKeyType: type }: KeyObject) => type === 'ec' || type === 'ed25519'

/** OpenSSL takes a signature of PSS without its leading zeros. RFC 8017 §8.1.2 */
function isAsLong({ asymmetricKeyDetails: { modulusLength: bits } = {} }: KeyObject, { length }: Uint8Array): boolean {
  return bits === undefined || length === Math.ceil(bits / 8)
}

export function thumbprint(jwk: Jwk): string {
  return sha256(requiredMembers(jwk))
}

/** The required members alone, in the order of their names; absent ones are left out. RFC 7638 §3, RFC 9964 §6 */
function requiredMembers({ alg, crv, e, kty, n, pub, x, y }: Jwk): string {
  return JSON.stringify({ alg: kty === 'AKP' ? alg : undefined, crv, e, kty, n, pub, x, y })
}
