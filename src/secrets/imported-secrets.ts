/** Client secrets that another server hashed: bcrypt, and PBKDF2 (RFC 8018 §5.2) as Hydra and Django write it. Checked as they are. */
import { createHmac, createSecretKey, pbkdf2, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { isBcrypt, matchesBcrypt } from './bcrypt.ts'
import { framed, type Random } from './derive.ts'
import { workQueue } from './work-queue.ts'

export interface ImportedSecrets {
  /** At once when it was found to match not long ago. Rejects with `Busy` when too many checks wait. */
  matches(secret: string, hash: string): boolean | Promise<boolean>
}

/** A match is remembered for so many seconds … */
const remembered = 600
/** … and so many matches at most. */
const mostRemembered = 10_000
const maxWait = 2000
const maxIterations = 2_000_000
const compute = promisify(pbkdf2)

/** `now`: seconds. `clock`: milliseconds from any beginning, to learn how long a check takes. */
export function importedSecrets(ask: { random: Random; now(): number; clock?: () => number }): ImportedSecrets {
  const { random, now, clock = () => performance.now() } = ask
  const queue = workQueue({ width: 1, maxWait, mean: 200, clock })
  // Under a key that lives no longer than this process: what a dump of its memory shows cannot be guessed at elsewhere.
  const key = createSecretKey(random(32))
  const matched = new Map<string, number>()
  const underWay = new Map<string, Promise<boolean>>()

  async function check(name: string, secret: string, hash: string): Promise<boolean> {
    const matches = await queue.run(() => verify(secret, hash))
    if (matches) {
      matched.delete(name)
      matched.set(name, now() + remembered)
      if (matched.size > mostRemembered) matched.delete(matched.keys().next().value as string) // the oldest
    }
    return matches
  }

  /** Many requests of one client at once cost one check. */
  function checkOnce(name: string, secret: string, hash: string): Promise<boolean> {
    const known = underWay.get(name)
    if (known) return known
    const checking = check(name, secret, hash).finally(() => underWay.delete(name))
    underWay.set(name, checking)
    return checking
  }

  return {
    matches(secret, hash) {
      const name = createHmac('sha256', key).update(framed(hash, secret)).digest('base64url')
      return (matched.get(name) ?? 0) > now() || checkOnce(name, secret, hash)
    },
  }
}

/** Was the hash made elsewhere? Ours have no `$`. */
export function isImported(hash: string): boolean {
  return hash.includes('$')
}

/** Is it a hash that can be imported: of a known form, and bearable to check? */
export function isImportable(hash: string): boolean {
  return isBcrypt(hash) || readPbkdf2(hash) !== undefined
}

async function verify(secret: string, hash: string): Promise<boolean> {
  if (isBcrypt(hash)) return matchesBcrypt(secret, hash)
  const kept = readPbkdf2(hash)
  return kept !== undefined && timingSafeEqual(await compute(secret, kept.salt, kept.iterations, kept.tag.length, kept.digest), kept.tag)
}

interface Pbkdf2 {
  digest: string
  iterations: number
  salt: Buffer
  tag: Buffer
}

function readPbkdf2(hash: string): Pbkdf2 | undefined {
  const read = readHydra(hash) ?? readDjango(hash)
  return read && read.iterations >= 1 && read.iterations <= maxIterations && read.tag.length >= 16 ? read : undefined
}

/** `$pbkdf2-sha256$i=25000,l=32$…$…`, salt and tag in base64 without padding. */
function readHydra(hash: string): Pbkdf2 | undefined {
  const form = /^\$pbkdf2-(sha1|sha256|sha512)\$i=(\d{1,7}),l=(\d{2})\$([A-Za-z0-9+/]{2,88})\$([A-Za-z0-9+/]{22,88})$/.exec(hash)
  if (!form) return undefined
  const [, digest = '', iterations, length, salt = '', tag = ''] = form
  const read = { digest, iterations: Number(iterations), salt: Buffer.from(salt, 'base64'), tag: Buffer.from(tag, 'base64') }
  return read.tag.length === Number(length) ? read : undefined
}

/** `pbkdf2_sha256$600000$…$…`, the salt as it stands, the tag in base64. */
function readDjango(hash: string): Pbkdf2 | undefined {
  const form = /^pbkdf2_(sha1|sha256)\$(\d{1,7})\$([^$\s]{1,128})\$([A-Za-z0-9+/]{22,88}={0,2})$/.exec(hash)
  if (!form) return undefined
  const [, digest = '', iterations, salt = '', tag = ''] = form
  return { digest, iterations: Number(iterations), salt: Buffer.from(salt), tag: Buffer.from(tag, 'base64') }
}
