/** The text of stored tokens: `gth_<kind>_<43 characters of 256 random bits><6 characters of CRC-32>`. */
import { crc32 } from 'node:zlib'
import type { TokenKind } from '../token-kind.ts'
import { base62 } from './base62.ts'

/** A token with these 32 secret bytes. */
export function opaque(kind: TokenKind, bytes: Uint8Array): string {
  if (bytes.length !== 32) throw new RangeError('a token is made of 32 bytes')
  const text = `gth_${kind}_${base62(bytes, 43)}`
  return text + checksum(text)
}

/** True if the text has the form and checksum of this kind, whether or not it was ever issued. */
export function isOpaque(kind: TokenKind, text: string): boolean {
  if (text.length !== 56 || !text.startsWith(`gth_${kind}_`) || !/^[0-9A-Za-z]{49}$/.test(text.slice(7))) return false
  return checksum(text.slice(0, 50)) === text.slice(50)
}

/** Covers the prefix and the kind, so that one kind cannot be rewritten into another. */
function checksum(text: string): string {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(crc32(text))
  return base62(bytes, 6)
}
