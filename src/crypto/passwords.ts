/** Passwords: argon2id, prepared like OpaqueString of RFC 8265 §4.2; and imported hashes, until their owner signs in. */
import { type Cost, checkOf, isWithinLimits, parseArgon2, tagOf, writeArgon2 } from './argon2.ts'
import type { Random } from './derive.ts'
import { checkOfForeign, foreignHashProblem } from './foreign-hashes.ts'
import type { Check } from './hash-form.ts'
import { isPopular } from './popular-passwords.ts'
import { type WorkQueue, workQueue } from './work-queue.ts'

export const usualCost: Cost = { memory: 47_104, passes: 1, lanes: 1 }
export const floorCost: Cost = { memory: 19_456, passes: 2, lanes: 1 }

export interface Passwords {
  /** A PHC string. Throws `UnusablePassword`, or `Busy` when too many wait. */
  hash(password: string): Promise<string>
  /** A hash made elsewhere, in the form that is stored. Throws `UnusablePassword` when its form is unknown or its cost too high. */
  adopt(hash: string): string
  /** `undefined`, for people without a password and accounts that do not exist, takes the same time and is false. Throws `Busy` when too many wait. */
  verify(password: string, phc: string | undefined): Promise<boolean>
  /** True for imported hashes and hashes of another cost: rehash at the next sign-in. */
  needsRehash(phc: string): boolean
  /** Whether the whole password, in any case, is on the list of common passwords. */
  isPopular(password: string): boolean
  load(): ReturnType<WorkQueue['load']>
}

/** An unusable password; the message says why, for people. */
export class UnusablePassword extends Error {
  override readonly name = 'UnusablePassword'
}

const maxWait = 2000
/** Bytes. */
const tagLength = 32

/**
 * `cores`: how many hashes at once; each runs on a thread of Node's pool and holds `cost.memory`. A cost below both `usualCost` and
 * `floorCost` is refused unless `insecure`, which is for tests. `clock`: milliseconds from any start, to measure hashes.
 */
export function passwords(options: { cost?: Cost; cores: number; random: Random; clock?: () => number; insecure?: boolean }): Passwords {
  const { cost = usualCost, cores, random, clock = () => performance.now(), insecure = false } = options
  if (!insecure && !isAtLeast(cost, usualCost) && !isAtLeast(cost, floorCost))
    throw new RangeError('password hashing cost is below the floor')
  if (!isWithinLimits(cost)) throw new RangeError('password hashing cost is out of bounds')
  const queue = workQueue({ width: cores, maxWait, mean: 50, clock })
  const variant = 'argon2id'
  const nobody: Check = async (secret) => {
    await tagOf(secret, { variant, cost, salt: Buffer.alloc(16) }, tagLength)
    return false
  }

  return {
    hash: async (password) => {
      const text = prepared(password)
      const problem = problemOf(text)
      if (problem) throw new UnusablePassword(problem)
      const fresh = { variant, cost, salt: Buffer.from(random(16)) } as const
      return writeArgon2({ ...fresh, tag: await queue.run(() => tagOf(text, fresh, tagLength)) })
    },
    adopt: (hash) => {
      const problem = foreignHashProblem(hash)
      if (problem) throw new UnusablePassword(`The hash ${problem}`)
      return hash
    },
    verify: async (password, hash) => {
      if (problemOf(prepared(password))) return false // for every account
      const check = (hash === undefined ? undefined : (ownCheck(hash) ?? checkOfForeign(hash))) ?? nobody
      // Other servers hashed the password as typed. If that differs it is tried too, whether or not the account exists.
      for (const text of new Set([prepared(password), password])) if (await queue.run(() => check(text))) return true
      return false
    },
    needsRehash: (hash) => {
      const kept = parseArgon2(hash)
      return kept?.variant !== variant || !isAtLeast(kept.cost, cost) || !isAtLeast(cost, kept.cost)
    },
    isPopular,
    load: queue.load,
  }
}

/** In the form that is hashed. RFC 8265 §4.2.2 */
function prepared(password: string): string {
  return password.replace(/\p{Zs}/gu, ' ').normalize('NFC')
}

/** What is wrong with a prepared password, for people. */
function problemOf(text: string): string | undefined {
  if (/[\p{Cc}\p{Cs}]/u.test(text)) return 'A password cannot contain control characters'
  if (text === '') return 'A password cannot be empty'
  return Buffer.byteLength(text) > 1024 ? 'A password cannot be longer than 1024 bytes' : undefined
}

function ownCheck(hash: string): Check | undefined {
  const kept = parseArgon2(hash)
  return kept && isWithinLimits(kept.cost) ? checkOf(kept) : undefined
}

function isAtLeast(cost: Cost, other: Cost): boolean {
  return cost.memory >= other.memory && cost.passes >= other.passes && cost.lanes >= other.lanes
}
