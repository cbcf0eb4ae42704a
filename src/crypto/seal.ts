/** Encryption at rest: AES-256-GCM under keys derived from the key-encryption key — NIST SP 800-38D, RFC 5869. */
import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto'
import { fromBase64url } from '../protocol/codec/base64url.ts'
import { derive, deriveBytes, framed, type Random } from './derive.ts'

/** Where sealed bytes belong. They open in no other context. */
export interface SealContext {
  /** What they are, e.g. `signing-key`. Each purpose has a separate key. */
  purpose: string
  tenant: string
  /** Of the row; unique within purpose and tenant. */
  id: string
}

export interface Sealer {
  /** Fingerprints of the key-encryption keys, the sealing one first. */
  readonly keyIds: readonly string[]
  /** Base64url of: version (1 byte), fingerprint of the key (8), nonce (12), ciphertext, tag (16). */
  seal(context: SealContext, plain: Uint8Array): string
  /** Throws `Unsealable`, whatever the reason. */
  open(context: SealContext, sealed: string): Buffer
  /** Whether it is sealed under the first key. If not, it should be resealed. */
  isCurrent(sealed: string): boolean
}

/** Sealed bytes that do not open: changed, moved, or sealed under a key that was not given. */
export class Unsealable extends Error {
  override readonly name = 'Unsealable'
}

const version = 1
const nonceAt = 9
const textAt = nonceAt + 12
const tagLength = 16

/** `keks`: key-encryption keys of 32 bytes; the first seals, all open, so that keys can be changed without downtime. */
export function sealer(keks: readonly Uint8Array[], random: Random): Sealer {
  const keys = new Map(keks.map((kek) => [fingerprint(kek), toKey(kek)]))
  const keyIds = [...keys.keys()]
  const current = keyIds[0]
  if (current === undefined) throw new RangeError('a key-encryption key is needed')
  return {
    keyIds,
    seal: (context, plain) => {
      const nonce = random(12)
      const cipher = createCipheriv('aes-256-gcm', keyFor(keys.get(current)!, context), nonce, { authTagLength: tagLength })
      cipher.setAAD(associated(context))
      const parts = [Buffer.from([version]), Buffer.from(current, 'hex'), nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]
      return Buffer.concat(parts).toString('base64url')
    },
    open: (context, sealed) => {
      const bytes = fromBase64url(sealed)
      if (bytes === undefined || bytes.length < textAt + tagLength || bytes[0] !== version) throw new Unsealable('not a sealed value')
      const key = keys.get(bytes.toString('hex', 1, nonceAt))
      if (key === undefined) throw new Unsealable(`sealed under key ${keyIdOf(sealed)}, which was not given`)
      return decrypt(keyFor(key, context), context, bytes)
    },
    isCurrent: (sealed) => keyIdOf(sealed) === current,
  }
}

/** The id of a key-encryption key, which reveals nothing about it: 16 hexadecimal digits. */
export function fingerprint(kek: Uint8Array): string {
  return deriveBytes(toKey(kek), 8, 'fingerprint').toString('hex')
}

/** The fingerprint of the key that a value names; meaningless when the value is damaged. */
export function keyIdOf(sealed: string): string {
  return Buffer.from(sealed, 'base64url').toString('hex', 1, nonceAt)
}

function decrypt(key: KeyObject, context: SealContext, bytes: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(nonceAt, textAt), { authTagLength: tagLength })
  decipher.setAAD(associated(context))
  decipher.setAuthTag(bytes.subarray(-tagLength))
  const plain = decipher.update(bytes.subarray(textAt, -tagLength))
  try {
    decipher.final()
  } catch {
    throw new Unsealable('changed, or of another context')
  }
  return plain
}

function toKey(kek: Uint8Array): KeyObject {
  if (kek.length !== 32) throw new RangeError('a key-encryption key has 32 bytes')
  return createSecretKey(kek)
}

function keyFor(key: KeyObject, context: SealContext): KeyObject {
  return derive(key, 'seal', context.purpose, context.tenant)
}

function associated(context: SealContext): Buffer {
  return framed(String(version), context.purpose, context.tenant, context.id)
}
