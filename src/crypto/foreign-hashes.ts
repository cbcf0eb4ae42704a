/** Password and secret hashes made by other servers. Each form defines the costs it accepts. */
import { readArgon2 } from './argon2.ts'
import { readBcrypt } from './bcrypt.ts'
import { readFirebaseScrypt } from './firebase-scrypt.ts'
import type { Check } from './hash-form.ts'
import { readPbkdf2 } from './pbkdf2.ts'
import { readScrypt } from './scrypt.ts'

const forms = [readArgon2, readBcrypt, readScrypt, readFirebaseScrypt, readPbkdf2]

/** How to check it; undefined when its form is unknown or its cost too high. */
export function checkOfForeign(hash: string): Check | undefined {
  const reading = read(hash)
  return typeof reading === 'string' ? undefined : reading
}

/** Why it cannot be imported, as "is …"; undefined when it can. */
export function foreignHashProblem(hash: string): string | undefined {
  const reading = read(hash)
  return typeof reading === 'string' ? reading : undefined
}

function read(hash: string): Check | string {
  for (const form of forms) {
    const reading = form(hash)
    if (reading !== undefined) return reading
  }
  return 'is not a supported hash of argon2, bcrypt, scrypt or PBKDF2'
}
