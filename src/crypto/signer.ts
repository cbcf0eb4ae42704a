/** Signing keys and raw signatures — RFC 7518 §3, RFC 8037, RFC 7638. */
import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject, sign, type webcrypto } from 'node:crypto'
import { promisify } from 'node:util'
import type { KeyAlg } from '../protocol/algs.ts'
import { askThread, schemes, thumbprint, verifySignature } from '../protocol/codec/public-key.ts'
import { madeOnUse } from '../protocol/made-on-use.ts'

/** RFC 7517: public members only. */
export interface PublicJwk extends webcrypto.JsonWebKey {
  kid: string
  /** Absent from a key that decrypts: it serves several algorithms. */
  alg?: string
  use: 'sig' | 'enc'
  /** RFC 7517 §4.7. */
  x5c?: string[]
  /** RFC 7517 §4.9. */
  'x5t#S256'?: string
}

/** A key pair, for one algorithm only, or for ECDH-ES in all its forms. */
export interface KeyPair {
  alg: KeyAlg
  /** RFC 7638 thumbprint. */
  kid: string
  jwk: PublicJwk
  privateKey: KeyObject
  publicKey: KeyObject
}

/** Algorithms whose signatures take milliseconds, so they are computed off the event loop. */
const slow: readonly KeyAlg[] = ['RS256', 'PS256', 'ML-DSA-44', 'ML-DSA-65']

const generate = promisify(generateKeyPair)
const signInThread = promisify(sign)

/** Whether creating a key and signing are slow. */
export function isSlow(alg: KeyAlg): boolean {
  return slow.includes(alg)
}

/** A new key pair, whose kid does not begin with a hyphen: on a command line it would be taken for an option. `rsaBits` is for RS256 and PS256. */
export async function makeKeyPair(alg: KeyAlg, rsaBits: number): Promise<KeyPair> {
  const pair = toKeyPair(alg, (await generatePair(alg, rsaBits)).privateKey)
  return pair.kid.startsWith('-') ? makeKeyPair(alg, rsaBits) : pair
}

function generatePair(alg: KeyAlg, rsaBits: number): Promise<{ privateKey: KeyObject }> {
  if (alg === 'ES256' || alg === 'ECDH-ES') return generate('ec', { namedCurve: 'P-256' })
  if (alg === 'EdDSA') return generate('ed25519')
  if (alg === 'ML-DSA-44') return generate('ml-dsa-44')
  if (alg === 'ML-DSA-65') return generate('ml-dsa-65')
  return generate('rsa', { modulusLength: rsaBits })
}

/** The inverse of `toPkcs8`, for a pair of this `kid`. The public half is made when it is used. */
export function fromPkcs8(alg: KeyAlg, kid: string, der: Buffer): KeyPair {
  return withPublicHalf({ alg, kid, privateKey: createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }) })
}

const withPublicHalf = madeOnUse<Omit<KeyPair, 'publicKey' | 'jwk'>, Pick<KeyPair, 'publicKey' | 'jwk'>>({
  publicKey: ({ privateKey }) => createPublicKey(privateKey),
  jwk: ({ alg, kid, publicKey }) => publicJwk(alg, kid, publicKey.export({ format: 'jwk' })),
})

export function toPkcs8(pair: KeyPair): Buffer {
  return pair.privateKey.export({ format: 'der', type: 'pkcs8' })
}

/** With its public key, as a JWK named by its thumbprint. */
export function toKeyPair(alg: KeyAlg, privateKey: KeyObject): KeyPair {
  const publicKey = createPublicKey(privateKey)
  const members = publicKey.export({ format: 'jwk' })
  const kid = thumbprint(members)
  return { alg, kid, jwk: publicJwk(alg, kid, members), privateKey, publicKey }
}

function publicJwk(alg: KeyAlg, kid: string, members: webcrypto.JsonWebKey): PublicJwk {
  const use = alg === 'ECDH-ES' ? ({ use: 'enc' } as const) : ({ alg, use: 'sig' } as const)
  return { ...members, kid, ...use }
}

/** The signature in base64url. A slow one is made by a thread, and fast ones too when several are made at once. */
export async function signText({ alg, privateKey }: Pick<KeyPair, 'alg' | 'privateKey'>, text: string | Uint8Array): Promise<string> {
  if (alg === 'ECDH-ES') throw new RangeError('this key does not sign')
  const { digest, options } = schemes[alg]
  const key = { key: privateKey, ...options }
  if (isSlow(alg)) return (await signInThread(digest, Buffer.from(text), key)).toString('base64url')
  const made = await askThread({ key: privateKey, digest, options, text })
  return typeof made === 'string' ? made : sign(digest, Buffer.from(text), key).toString('base64url')
}

/** Whether it is a signature of this key, by this key's algorithm. */
export async function isSignatureOf(pair: Pick<KeyPair, 'alg' | 'publicKey'>, text: string, signature: Uint8Array): Promise<boolean> {
  return pair.alg !== 'ECDH-ES' && (await verifySignature(pair.publicKey, pair.alg, text, signature))
}
