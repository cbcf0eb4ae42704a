/** What all forms of password hashes have in common. */
import { timingSafeEqual } from 'node:crypto'

/** Whether this is the secret. Slow, and off the event loop. */
export type Check = (secret: string) => Promise<boolean>

/** How a hash is checked; or why it cannot be, for people, as "is …"; undefined for a hash of another form. */
export type Reading = Check | string | undefined

/** A check that recomputes the tag and compares in constant time. */
export function recomputing(tag: Buffer, compute: (secret: string) => Promise<Buffer>): Check {
  return async (secret) => timingSafeEqual(await compute(secret), tag)
}

export function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}
