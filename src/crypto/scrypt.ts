/** scrypt — RFC 7914, in the forms of passlib and Django. */
import { type ScryptOptions, scrypt } from 'node:crypto'
import { promisify } from 'node:util'
import { type Reading, recomputing } from './hash-form.ts'

/** What a hash costs; `n` as its binary logarithm. RFC 7914 §2. */
export interface ScryptCost {
  ln: number
  r: number
  p: number
}

/** 128 bytes × 2^21 are 256 MiB. About a second. */
const maxBlocks = 2 ** 21
const compute = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt)

export const tooExpensive = 'is scrypt that costs too much to check: at most 256 MiB, in one pass'

export function readScrypt(hash: string): Reading {
  if (!/^\$?scrypt\$/.test(hash)) return undefined
  const kept = readPhc(hash) ?? readDjango(hash)
  if (!kept) return 'is scrypt, but not in the form of passlib or Django'
  if (!isWithinLimits(kept.cost)) return tooExpensive
  return recomputing(kept.tag, (secret) => deriveScrypt(secret, kept.salt, kept.tag.length, kept.cost))
}

export function isWithinLimits({ ln, r, p }: ScryptCost): boolean {
  return ln >= 1 && r >= 1 && p >= 1 && 2 ** ln * r * p <= maxBlocks
}

export function deriveScrypt(secret: string, salt: Buffer, length: number, { ln, r, p }: ScryptCost): Promise<Buffer> {
  const N = 2 ** ln
  return compute(secret, salt, length, { N, r, p, maxmem: 128 * r * (N + p + 2) })
}

interface Scrypt {
  cost: ScryptCost
  salt: Buffer
  tag: Buffer
}

/** `$scrypt$ln=16,r=8,p=1$…$…`, salt and tag in base64 without padding. */
function readPhc(hash: string): Scrypt | undefined {
  const form = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,4}),p=(\d{1,4})\$([A-Za-z0-9+/]{2,88})\$([A-Za-z0-9+/]{22,88})$/.exec(hash)
  if (!form) return undefined
  const [, ln, r, p, salt, tag] = form
  return { cost: { ln: Number(ln), r: Number(r), p: Number(p) }, salt: Buffer.from(salt!, 'base64'), tag: Buffer.from(tag!, 'base64') }
}

/** `scrypt$16384$…$8$5$…`, the salt as it stands, the tag in base64. */
function readDjango(hash: string): Scrypt | undefined {
  const form = /^scrypt\$(\d{1,8})\$([^$\s]{1,128})\$(\d{1,4})\$(\d{1,4})\$([A-Za-z0-9+/]{22,88}={0,2})$/.exec(hash)
  const ln = Math.log2(Number(form?.[1]))
  if (!form || !Number.isInteger(ln)) return undefined
  const [, , salt, r, p, tag] = form
  return { cost: { ln, r: Number(r), p: Number(p) }, salt: Buffer.from(salt!), tag: Buffer.from(tag!, 'base64') }
}
