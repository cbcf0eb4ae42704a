/** Signing keys and raw signatures — RFC 7518 §3, RFC 8037, RFC 7638. */
import {
  constants,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  type SignKeyObjectInput,
  sign,
  verify,
  type webcrypto,
} from 'node:crypto'
import { promisify } from 'node:util'
import type { SigningAlg } from '../protocol/algs.ts'
import { sha256 } from '../protocol/codec/digest.ts'

/** RFC 7517: public members only. */
export interface PublicJwk extends webcrypto.JsonWebKey {
  kid: string
  alg: SigningAlg
  use: 'sig'
  /** RFC 7517 §4.7. */
  x5c?: string[]
  /** RFC 7517 §4.9. */
  'x5t#S256'?: string
}

/** A key pair, for one algorithm only. */
export interface KeyPair {
  alg: SigningAlg
  /** RFC 7638 thumbprint. */
  kid: string
  jwk: PublicJwk
  privateKey: KeyObject
  publicKey: KeyObject
}

interface Scheme {
  /** undefined: the algorithm brings its own. */
  digest: string | undefined
  options: Omit<SignKeyObjectInput, 'key'>
  /** Off the event loop, because a signature takes milliseconds. */
  slow: boolean
}

const schemes: Readonly<Record<SigningAlg, Scheme>> = {
  ES256: { digest: 'sha256', options: { dsaEncoding: 'ieee-p1363' }, slow: false }, // RFC 7518 §3.4
  EdDSA: { digest: undefined, options: {}, slow: false },
  RS256: { digest: 'sha256', options: { padding: constants.RSA_PKCS1_PADDING }, slow: true },
  PS256: {
    digest: 'sha256',
    options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }, // RFC 7518 §3.5
    slow: true,
  },
  'ML-DSA-44': { digest: undefined, options: {}, slow: true }, // RFC 9964 §5
  'ML-DSA-65': { digest: undefined, options: {}, slow: true },
}

const generate = promisify(generateKeyPair)

/** Does making a key and signing take long? */
export function isSlow(alg: SigningAlg): boolean {
  return schemes[alg].slow
}

/** A new key pair, whose kid does not begin with a hyphen: on a command line it would be taken for an option. `rsaBits` is for RS256 and PS256. */
export async function makeKeyPair(alg: SigningAlg, rsaBits: number): Promise<KeyPair> {
  const pair = toKeyPair(alg, (await generatePair(alg, rsaBits)).privateKey)
  return pair.kid.startsWith('-') ? makeKeyPair(alg, rsaBits) : pair
}

function generatePair(alg: SigningAlg, rsaBits: number): Promise<{ privateKey: KeyObject }> {
  if (alg === 'ES256') return generate('ec', { namedCurve: 'P-256' })
  if (alg === 'EdDSA') return generate('ed25519')
  if (alg === 'ML-DSA-44') return generate('ml-dsa-44')
  if (alg === 'ML-DSA-65') return generate('ml-dsa-65')
  return generate('rsa', { modulusLength: rsaBits })
}

/** Back from what `toPkcs8` gave. */
export function fromPkcs8(alg: SigningAlg, der: Buffer): KeyPair {
  return toKeyPair(alg, createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }))
}

export function toPkcs8(pair: KeyPair): Buffer {
  return pair.privateKey.export({ format: 'der', type: 'pkcs8' })
}

/** With its public half, as a JWK under its thumbprint. */
export function toKeyPair(alg: SigningAlg, privateKey: KeyObject): KeyPair {
  const publicKey = createPublicKey(privateKey)
  const members = publicKey.export({ format: 'jwk' })
  const kid = thumbprint(members)
  return { alg, kid, jwk: { ...members, kid, alg, use: 'sig' }, privateKey, publicKey }
}

/** The required members alone, in the order of their names. RFC 7638 §3, RFC 9964 §6. */
export function thumbprint({ alg, crv, e, kty, n, pub, x, y }: webcrypto.JsonWebKey & { pub?: string }): string {
  return sha256(JSON.stringify({ alg: kty === 'AKP' ? alg : undefined, crv, e, kty, n, pub, x, y })) // absent ones are left out
}

/** The signature in base64url; at once for the fast algorithms, from a thread for the slow ones. */
export function signText(pair: Pick<KeyPair, 'alg' | 'privateKey'>, text: string): string | Promise<string> {
  const { digest, options, slow } = schemes[pair.alg]
  const key = { key: pair.privateKey, ...options }
  if (!slow) return sign(digest, Buffer.from(text), key).toString('base64url')
  return new Promise((resolve, reject) =>
    sign(digest, Buffer.from(text), key, (error, signature) => (error ? reject(error) : resolve(signature.toString('base64url')))),
  )
}

/** Is it this key's signature, by this key's algorithm? */
export function isSignatureOf(pair: Pick<KeyPair, 'alg' | 'publicKey'>, text: string, signature: Uint8Array): boolean {
  const { digest, options } = schemes[pair.alg]
  return verify(digest, Buffer.from(text), { key: pair.publicKey, ...options }, signature)
}
