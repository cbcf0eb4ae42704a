/** What the forms of password hashes have in common, ours and those of other servers. */
import { timingSafeEqual } from 'node:crypto'

/** Is this the secret? Takes its time, off the event loop. */
export type Check = (secret: string) => Promise<boolean>

/** How a hash is checked; or why it is not, for people: "is …"; undefined: it is of another form. */
export type Reading = Check | string | undefined

/** A check that computes the tag anew and compares in constant time. */
export function recomputing(tag: Buffer, compute: (secret: string) => Promise<Buffer>): Check {
  return async (secret) => timingSafeEqual(await compute(secret), tag)
}

export function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}
