/** Passwords: argon2id — RFC 9106, prepared like OpaqueString of RFC 8265 §4.2, kept as PHC strings. */
import { argon2, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import type { Random } from './derive.ts'
import { isPopular } from './popular-passwords.ts'
import { type WorkQueue, workQueue } from './work-queue.ts'

/** What a hash costs. */
export interface Cost {
  /** KiB. */
  readonly memory: number
  readonly passes: number
  readonly lanes: number
}
export const usualCost: Cost = { memory: 47_104, passes: 1, lanes: 1 }
export const floorCost: Cost = { memory: 19_456, passes: 2, lanes: 1 }

export interface Passwords {
  /** A PHC string. Throws `UnusablePassword`, or `Busy` when too many wait. */
  hash(password: string): Promise<string>
  /** `undefined`, for who has no password or does not exist, takes as long and is false. Throws `Busy` when too many wait. */
  verify(password: string, phc: string | undefined): Promise<boolean>
  /** Was it made with another cost than today's? Then hash anew at the next sign-in. */
  needsRehash(phc: string): boolean
  /** Is it, whole and whatever its case, on the list of passwords that many people use? */
  isPopular(password: string): boolean
  load(): ReturnType<WorkQueue['load']>
}

/** A password that cannot be one; the message says why, for people. */
export class UnusablePassword extends Error {
  override readonly name = 'UnusablePassword'
}

const maxWait = 2000
const compute = promisify(argon2)

interface Hash {
  cost: Cost
  salt: Buffer
  tag: Buffer
}

/**
 * `cores`: how many hashes at once; each runs on a thread of Node's pool and holds `cost.memory`. A cost below both `usualCost` and
 * `floorCost` is refused unless `insecure`, which is for tests. `clock`: milliseconds from any beginning, to learn how long a hash takes.
 */
export function passwords(options: { cost?: Cost; cores: number; random: Random; clock?: () => number; insecure?: boolean }): Passwords {
  const { cost = usualCost, cores, random, clock = () => performance.now(), insecure = false } = options
  if (!insecure && !isAtLeast(cost, usualCost) && !isAtLeast(cost, floorCost))
    throw new RangeError('password hashing cost is below the floor')
  if (!isBearable(cost)) throw new RangeError('password hashing cost is out of bounds')
  const queue = workQueue({ width: cores, maxWait, mean: 50, clock })
  const digest = (password: Buffer, { cost, salt, tag }: Hash) => queue.run(() => argon2id(password, cost, salt, tag.length))
  const nobody: Hash = { cost, salt: Buffer.alloc(16), tag: Buffer.alloc(32) }

  return {
    hash: async (password) => {
      const bytes = prepare(password)
      if (typeof bytes === 'string') throw new UnusablePassword(bytes)
      const fresh = { cost, salt: Buffer.from(random(16)), tag: Buffer.alloc(32) }
      return write({ ...fresh, tag: await digest(bytes, fresh) })
    },
    verify: async (password, phc) => {
      const bytes = prepare(password)
      if (typeof bytes === 'string') return false // whoever it is for
      const kept = phc === undefined ? undefined : read(phc)
      const tag = await digest(bytes, kept ?? nobody)
      return timingSafeEqual(tag, (kept ?? nobody).tag) && kept !== undefined
    },
    needsRehash: (phc) => {
      const kept = read(phc)
      return !kept || !isAtLeast(kept.cost, cost) || !isAtLeast(cost, kept.cost)
    },
    isPopular,
    load: queue.load,
  }
}

/** The bytes to hash, or what is wrong. */
function prepare(password: string): Buffer | string {
  const text = password.replace(/\p{Zs}/gu, ' ').normalize('NFC') // RFC 8265 §4.2.2
  if (/[\p{Cc}\p{Cs}]/u.test(text)) return 'A password cannot contain control characters'
  const bytes = Buffer.from(text)
  if (bytes.length === 0) return 'A password cannot be empty'
  return bytes.length > 1024 ? 'A password cannot be longer than 1024 bytes' : bytes
}

function argon2id(message: Buffer, cost: Cost, nonce: Buffer, tagLength: number): Promise<Buffer> {
  return compute('argon2id', { message, nonce, tagLength, memory: cost.memory, passes: cost.passes, parallelism: cost.lanes })
}

function write({ cost, salt, tag }: Hash): string {
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.lanes}$${unpadded(salt)}$${unpadded(tag)}`
}

function read(phc: string): Hash | undefined {
  const form = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/.exec(phc)
  if (!form) return undefined
  const [, memory, passes, lanes, salt = '', tag = ''] = form
  const cost = { memory: Number(memory), passes: Number(passes), lanes: Number(lanes) }
  return isBearable(cost) ? { cost, salt: Buffer.from(salt, 'base64'), tag: Buffer.from(tag, 'base64') } : undefined
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}

function isAtLeast(cost: Cost, other: Cost): boolean {
  return cost.memory >= other.memory && cost.passes >= other.passes && cost.lanes >= other.lanes
}

/** Within what argon2 takes and a server can stand: at most 1 GiB and 10 passes. */
function isBearable({ memory, passes, lanes }: Cost): boolean {
  return (
    [memory, passes, lanes].every(Number.isInteger) &&
    lanes >= 1 &&
    memory >= 8 * lanes &&
    memory <= 1_048_576 &&
    passes >= 1 &&
    passes <= 10
  )
}
