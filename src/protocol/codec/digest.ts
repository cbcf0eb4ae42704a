/** Digests and comparison of secrets — FIPS 180-4 (SHA-256). */
import { hash, timingSafeEqual } from 'node:crypto'

/** SHA-256 of the text's UTF-8 bytes, in base64url without padding: 43 characters. */
export function sha256(text: string): string {
  return hash('sha256', text, 'base64url')
}

/** Compares two texts in constant time. The time reveals only whether their lengths differ. */
export function equal(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a, 'utf16le'), Buffer.from(b, 'utf16le'))
}

/** `at_hash` and `c_hash`: the left half of the digest with the algorithm's hash function — OpenID Connect Core §3.1.3.6. */
export function leftHalfHash(alg: string, text: string): string {
  const whole = hash(alg === 'EdDSA' ? 'sha512' : 'sha256', text, 'buffer') // Ed25519 digests with SHA-512: RFC 8032 §5.1
  return whole.subarray(0, whole.length / 2).toString('base64url')
}
