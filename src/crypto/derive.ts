/** Derives a key for each purpose from one key — HKDF with SHA-256, RFC 5869. */
import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'

/** Takes this many random bytes. */
export type Random = (bytes: number) => Uint8Array

/** A 256-bit key for the purpose that the labels name. Other labels give an unrelated key. */
export function derive(key: KeyObject, ...labels: readonly string[]): KeyObject {
  return createSecretKey(deriveBytes(key, 32, ...labels))
}

/** A key that is derived when it is used for the first time. */
export type DerivedKey = () => KeyObject

/** The same as plain bytes, `length` of them. */
export function deriveBytes(key: KeyObject, length: number, ...labels: readonly string[]): Buffer {
  return Buffer.from(hkdfSync('sha256', key, '', framed('gatehouse', ...labels), length))
}

/** The concatenated texts, each preceded by its length, so that different lists give different bytes. */
export function framed(...texts: readonly string[]): Buffer {
  return Buffer.concat(
    texts.flatMap((text) => {
      const length = Buffer.alloc(4)
      length.writeUInt32BE(Buffer.byteLength(text))
      return [length, Buffer.from(text)]
    }),
  )
}
