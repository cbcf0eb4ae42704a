/** PBKDF2 — RFC 8018 §5.2, in the forms of Hydra, passlib and Django. */
import { pbkdf2 } from 'node:crypto'
import { promisify } from 'node:util'
import { type Reading, recomputing } from './hash-form.ts'

interface Pbkdf2 {
  digest: string
  iterations: number
  salt: Buffer
  tag: Buffer
}

const maxIterations = 2_000_000
const compute = promisify(pbkdf2)

export function readPbkdf2(hash: string): Reading {
  if (!/^\$?pbkdf2[-_$]/.test(hash)) return undefined
  const kept = readHydra(hash) ?? readPasslib(hash) ?? readDjango(hash)
  if (!kept) return 'is PBKDF2, but not in the form of Hydra, passlib, Django or Keycloak'
  if (kept.iterations < 1 || kept.iterations > maxIterations) return `is PBKDF2 of more than ${maxIterations} iterations, or none`
  return recomputing(kept.tag, (secret) => compute(secret, kept.salt, kept.iterations, kept.tag.length, kept.digest))
}

/** `$pbkdf2-sha256$i=25000,l=32$…$…`, salt and tag in base64 without padding. */
function readHydra(hash: string): Pbkdf2 | undefined {
  const form = /^\$pbkdf2-(sha1|sha256|sha512)\$i=(\d{1,8}),l=(\d{2})\$([A-Za-z0-9+/]{2,88})\$([A-Za-z0-9+/]{22,88})$/.exec(hash)
  if (!form) return undefined
  const [, digest, iterations, length, salt, tag] = form
  const read = { digest: digest!, iterations: Number(iterations), salt: Buffer.from(salt!, 'base64'), tag: Buffer.from(tag!, 'base64') }
  return read.tag.length === Number(length) ? read : undefined
}

/** `$pbkdf2-sha256$29000$…$…`, salt and tag in base64 without padding and with `.` for `+`; `$pbkdf2$` is of SHA-1. */
function readPasslib(hash: string): Pbkdf2 | undefined {
  const form = /^\$pbkdf2(?:-(sha256|sha512))?\$(\d{1,8})\$([A-Za-z0-9./]{0,88})\$([A-Za-z0-9./]{22,88})$/.exec(hash)
  if (!form) return undefined
  const [, digest = 'sha1', iterations, salt, tag] = form
  const [saltBytes, tagBytes] = [salt!, tag!].map((text) => Buffer.from(text.replaceAll('.', '+'), 'base64')) as [Buffer, Buffer]
  return { digest, iterations: Number(iterations), salt: saltBytes, tag: tagBytes }
}

/** `pbkdf2_sha256$600000$…$…`, the salt as it stands, the tag in base64. */
function readDjango(hash: string): Pbkdf2 | undefined {
  const form = /^pbkdf2_(sha1|sha256)\$(\d{1,8})\$([^$\s]{1,128})\$([A-Za-z0-9+/]{22,88}={0,2})$/.exec(hash)
  if (!form) return undefined
  const [, digest, iterations, salt, tag] = form
  return { digest: digest!, iterations: Number(iterations), salt: Buffer.from(salt!), tag: Buffer.from(tag!, 'base64') }
}
