/** argon2 — RFC 9106, in PHC strings made by this or another server. */
import { type Argon2Algorithm, argon2 } from 'node:crypto'
import { promisify } from 'node:util'
import { type Reading, recomputing, unpadded } from './hash-form.ts'

/** What a hash costs. */
export interface Cost {
  /** KiB. */
  readonly memory: number
  readonly passes: number
  readonly lanes: number
}

/** A parsed PHC string. */
export interface Argon2 {
  variant: Argon2Algorithm
  cost: Cost
  salt: Buffer
  tag: Buffer
}

/** The highest cost accepted from other servers: 256 MiB, and as much work as one pass over 1 GiB. About a second. */
const maxMemory = 262_144
const maxWork = 1_048_576
const compute = promisify(argon2)
const form = /^(?:argon2)?\$(argon2(?:id|i|d))\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/

/** A hash made elsewhere. Django puts `argon2` before it. */
export function readArgon2(hash: string): Reading {
  if (!/^(?:argon2)?\$argon2/.test(hash)) return undefined
  const kept = parseArgon2(hash)
  if (!kept) return 'is argon2, but not of version 1.3 with salt and tag of 8 to 64 and 16 to 64 bytes: $argon2id$v=19$m=…,t=…,p=…$…$…'
  const { memory, passes } = kept.cost
  if (!isWithinLimits(kept.cost) || memory > maxMemory || memory * passes > maxWork)
    return 'is argon2 that costs too much to check: at most 256 MiB, 10 passes, and 1 GiB over all passes'
  return checkOf(kept)
}

export function parseArgon2(hash: string): Argon2 | undefined {
  const [, variant, memory, passes, lanes, salt, tag] = form.exec(hash) ?? []
  if (variant === undefined) return undefined
  const cost = { memory: Number(memory), passes: Number(passes), lanes: Number(lanes) }
  return { variant: variant as Argon2Algorithm, cost, salt: Buffer.from(salt!, 'base64'), tag: Buffer.from(tag!, 'base64') }
}

export function checkOf(kept: Argon2) {
  return recomputing(kept.tag, (secret) => tagOf(secret, kept, kept.tag.length))
}

export function tagOf(message: string, { variant, cost, salt: nonce }: Omit<Argon2, 'tag'>, tagLength: number): Promise<Buffer> {
  return compute(variant, { message, nonce, tagLength, memory: cost.memory, passes: cost.passes, parallelism: cost.lanes })
}

export function writeArgon2({ variant, cost, salt, tag }: Argon2): string {
  return `$${variant}$v=19$m=${cost.memory},t=${cost.passes},p=${cost.lanes}$${unpadded(salt)}$${unpadded(tag)}`
}

/** Within the limits of argon2 and of a server: at most 1 GiB and 10 passes. */
export function isWithinLimits({ memory, passes, lanes }: Cost): boolean {
  return (
    [memory, passes, lanes].every(Number.isInteger) &&
    lanes >= 1 &&
    memory >= 8 * lanes &&
    memory <= 1_048_576 &&
    passes >= 1 &&
    passes <= 10
  )
}
