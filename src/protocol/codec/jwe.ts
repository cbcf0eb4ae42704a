/** Encrypted objects — RFC 7516, with the algorithms of RFC 7518 §4 and §5: a signed token put into an encrypted one, RFC 7519 §11.2. */
import { createPublicKey, type KeyObject, type webcrypto } from 'node:crypto'
import { fromBase64url } from './base64url.ts'
import { type JsonObject, parseObject } from './jws.ts'

/** How the key of the content is agreed on or wrapped. RFC 7518 §4.1; not RSA1_5, whose decryption is open to padding oracles. */
export const keyEncryptionAlgs = ['RSA-OAEP-256', 'ECDH-ES', 'ECDH-ES+A128KW', 'ECDH-ES+A256KW'] as const
export type KeyEncryptionAlg = (typeof keyEncryptionAlgs)[number]

/** Those by which others encrypt for a tenant, whose keys are on P-256. */
export const decryptionAlgs = ['ECDH-ES', 'ECDH-ES+A128KW', 'ECDH-ES+A256KW'] as const

/** How the content is encrypted. RFC 7518 §5.1. */
export const contentEncryptionAlgs = ['A128CBC-HS256', 'A256CBC-HS512', 'A128GCM', 'A256GCM'] as const
export type ContentEncryptionAlg = (typeof contentEncryptionAlgs)[number]

/** A public key to encrypt for. */
export interface EncryptionKey {
  kid: string | undefined
  publicKey: KeyObject
}

type Jwk = webcrypto.JsonWebKey & { kid?: unknown }

const fewestRsaBits = 2048 // RFC 7518 §4.3
const curves = ['prime256v1', 'secp384r1', 'secp521r1']

/** The first of these keys (RFC 7517) that is valid and may be used with this algorithm; undefined if there is none. */
export function encryptionKey(keys: readonly object[], alg: KeyEncryptionAlg): EncryptionKey | undefined {
  for (const jwk of keys as readonly Jwk[]) {
    const publicKey = (jwk.use ?? 'enc') === 'enc' && (jwk.alg ?? alg) === alg ? publicKeyOf(jwk) : undefined
    if (publicKey && fits(publicKey, alg)) return { kid: typeof jwk.kid === 'string' ? jwk.kid : undefined, publicKey }
  }
  return undefined
}

function publicKeyOf(jwk: Jwk): KeyObject | undefined {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' })
  } catch {
    return undefined
  }
}

function fits({ asymmetricKeyType: type, asymmetricKeyDetails: details = {} }: KeyObject, alg: KeyEncryptionAlg): boolean {
  if (alg === 'RSA-OAEP-256') return type === 'rsa' && (details.modulusLength ?? 0) >= fewestRsaBits
  return type === 'x25519' || (type === 'ec' && curves.includes(details.namedCurve ?? ''))
}

/** Compact JWE. `isJwt`: around a compact JWS. RFC 7519 §5.2 */
export async function encrypt(
  text: string,
  how: { alg: KeyEncryptionAlg; enc: ContentEncryptionAlg; key: EncryptionKey; isJwt: boolean },
): Promise<string> {
  const { alg, enc, key, isJwt } = how
  const { CompactEncrypt } = await import('jose') // loaded only where something is encrypted
  const header = { alg, enc, ...(isJwt ? { cty: 'JWT' } : {}), ...(key.kid === undefined ? {} : { kid: key.kid }) }
  return new CompactEncrypt(Buffer.from(text)).setProtectedHeader(header).encrypt(key.publicKey)
}

/** Compact JWE around a JSON object. */
export async function encryptJson(
  value: object,
  { alg, enc, key }: { alg: KeyEncryptionAlg; enc: ContentEncryptionAlg; key: EncryptionKey },
): Promise<string> {
  const { CompactEncrypt } = await import('jose')
  const header = { alg, enc, ...(key.kid === undefined ? {} : { kid: key.kid }) }
  return new CompactEncrypt(Buffer.from(JSON.stringify(value))).setProtectedHeader(header).encrypt(key.publicKey)
}

const maxHeader = 2048

/** The protected header of a compact JWE; undefined when the text is none, or asks for what is not supported: compression is a way to hide size. */
export function parseJweHeader(text: string): JsonObject | undefined {
  const [first = '', , , , fifth, ...more] = text.split('.', 6)
  const bytes = fifth === undefined || more.length > 0 || first.length > maxHeader ? undefined : fromBase64url(first)
  const header = bytes && parseObject(bytes)
  return header && !('crit' in header) && !('zip' in header) ? header : undefined // RFC 7516 §4.1.13, RFC 8725 §3.6
}

/** The content of a compact JWE for this key; undefined when it was not encrypted for it, or was changed. */
export async function decryptJwt(text: string, key: KeyObject): Promise<string | undefined> {
  const { compactDecrypt } = await import('jose') // loaded only where something is decrypted
  const allowed = { keyManagementAlgorithms: [...decryptionAlgs], contentEncryptionAlgorithms: [...contentEncryptionAlgs] }
  try {
    return Buffer.from((await compactDecrypt(text, key, allowed)).plaintext).toString()
  } catch {
    return undefined
  }
}
