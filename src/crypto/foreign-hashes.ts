/** The hashes that people and programs bring from other servers. Each form says which costs can be borne. */
import { readArgon2 } from './argon2.ts'
import { readBcrypt } from './bcrypt.ts'
import { readFirebaseScrypt } from './firebase-scrypt.ts'
import type { Check } from './hash-form.ts'
import { readPbkdf2 } from './pbkdf2.ts'
import { readScrypt } from './scrypt.ts'

const forms = [readArgon2, readBcrypt, readScrypt, readFirebaseScrypt, readPbkdf2]

/** How to check it; undefined when it is of no form we know or too dear. */
export function checkOfForeign(hash: string): Check | undefined {
  const reading = read(hash)
  return typeof reading === 'string' ? undefined : reading
}

/** Why it cannot be brought here: "is …"; undefined when it can. */
export function foreignHashProblem(hash: string): string | undefined {
  const reading = read(hash)
  return typeof reading === 'string' ? reading : undefined
}

function read(hash: string): Check | string {
  for (const form of forms) {
    const reading = form(hash)
    if (reading !== undefined) return reading
  }
  return 'is no hash of argon2, bcrypt, scrypt or PBKDF2 that can be checked here'
}
