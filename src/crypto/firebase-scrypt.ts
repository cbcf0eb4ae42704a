/**
 * Firebase's own scrypt: the derived key encrypts the project's signer key (AES-256-CTR), and the ciphertext is the hash.
 *
 * The signer key is a secret, and it is not kept here. What the derived key brings to the ciphertext is the key stream alone, so that is
 * taken out of the hash at the import, and its digest is kept: nobody can compute the signer key from it, not even beside the hash.
 */
import { createCipheriv, createHash } from 'node:crypto'
import { type Reading, recomputing, unpadded } from './hash-form.ts'
import { deriveScrypt, isWithinLimits, tooExpensive } from './scrypt.ts'

/** The "password hash parameters" of a project. */
export interface FirebaseProject {
  signerKey: Buffer
  saltSeparator: Buffer
  /** The `r` of scrypt. */
  rounds: number
  /** The binary logarithm of its `N`. */
  memCost: number
}

/** The hash of an exported user as we keep it. Undefined when it is not as long as the signer key, and so not of this project. */
export function fromFirebase(project: FirebaseProject, { hash, salt }: { hash: Buffer; salt: Buffer }): string | undefined {
  const { signerKey, saltSeparator, rounds, memCost } = project
  if (hash.length !== signerKey.length) return undefined
  const stream = hash.map((byte, i) => byte ^ (signerKey[i] as number))
  const cost = `ln=${memCost},r=${rounds},l=${stream.length}`
  return `$firebase-scrypt$${cost}$${unpadded(Buffer.concat([salt, saltSeparator]))}$${unpadded(digest(stream))}`
}

export function readFirebaseScrypt(hash: string): Reading {
  if (!hash.startsWith('$firebase-scrypt$')) return undefined
  const form = /^\$firebase-scrypt\$ln=(\d{1,2}),r=(\d{1,4}),l=(\d{2})\$([A-Za-z0-9+/]{2,172})\$([A-Za-z0-9+/]{43})$/.exec(hash)
  if (!form) return 'is of Firebase, but not as "users import" writes it'
  const [, ln, r, length, salt = '', tag = ''] = form
  const cost = { ln: Number(ln), r: Number(r), p: 1 }
  if (!isWithinLimits(cost)) return tooExpensive
  return recomputing(Buffer.from(tag, 'base64'), async (secret) => {
    const key = await deriveScrypt(secret, Buffer.from(salt, 'base64'), 32, cost)
    return digest(createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(Number(length))))
  })
}

function digest(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}
