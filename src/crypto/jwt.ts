/** Checks of every JWT, independent of the key that signed it — RFC 7519 §4.1, RFC 8725 §3. */
import type { JsonObject } from '../protocol/codec/jws.ts'

/** The longest token that is parsed, in characters. */
export const maxLength = 16_384
const clockSkew = 60

/** A JSON object as a part of a JWT. */
export function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** Media types are compared without regard to case, and `application/` may be left out. RFC 7515 §4.1.9. */
export function isOfType(typ: unknown, expected: readonly string[]): boolean {
  const plain = (text: string) => text.toLowerCase().replace(/^application\//, '')
  return typeof typ === 'string' && expected.some((one) => plain(one) === plain(typ))
}

/** Whether it has not expired and is already valid. */
export function isInForce(claims: JsonObject, at: number): boolean {
  const { exp, nbf, iat } = claims
  if (typeof exp !== 'number' || exp <= at) return false // RFC 7519 §4.1.4
  return [nbf, iat].every((time) => time === undefined || (typeof time === 'number' && time <= at + clockSkew)) // §4.1.5
}
