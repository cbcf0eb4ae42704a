/**
 * Firebase's own scrypt: the derived key encrypts the project's signer key (AES-256-CTR), and the ciphertext is the hash.
 *
 * The signer key is secret, and it is not stored here. The derived key affects the ciphertext only through the key stream, so that is
 * extracted from the hash at import, and its digest is stored. The signer key cannot be computed from it, even with the hash.
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

/** The hash of an exported user in the form that is stored. Undefined when its length differs from the signer key's, so that it is not of this project. */
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
  if (!form) return 'is a Firebase hash, but not in the form that "users import" writes'
  const [, ln, r, length, salt, tag] = form
  const cost = { ln: Number(ln), r: Number(r), p: 1 }
  if (!isWithinLimits(cost)) return tooExpensive
  return recomputing(Buffer.from(tag!, 'base64'), async (secret) => {
    const key = await deriveScrypt(secret, Buffer.from(salt!, 'base64'), 32, cost)
    return digest(createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(Number(length))))
  })
}

function digest(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}
