/** Nonces that are not stored: every node computes the same ones — RFC 9449 §8. */
import { createHmac } from 'node:crypto'
import { equal } from '../protocol/codec/digest.ts'
import type { Tokens } from '../protocol/ports.ts'
import type { DerivedKey } from './derive.ts'

/** A new one each minute, in seconds; the last five are valid. */
const period = 60
const good = 5

/** `key`: used only for this purpose in this tenant. */
export function nonces(key: DerivedKey): Pick<Tokens, 'nonce' | 'isNonce'> {
  const of = (purpose: string, minute: number) => createHmac('sha256', key()).update(`${purpose} ${minute}`).digest('base64url')
  const minuteOf = (now: number) => Math.floor(now / period)
  return {
    nonce: (purpose, now) => of(purpose, minuteOf(now)),
    isNonce: (purpose, text, now) => Array.from({ length: good }, (_, i) => of(purpose, minuteOf(now) - i)).some((one) => equal(one, text)),
  }
}
