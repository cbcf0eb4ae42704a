/** Client secrets that another server hashed, checked against that hash. */
import { createHmac, createSecretKey } from 'node:crypto'
import { framed, type Random } from './derive.ts'
import { checkOfForeign } from './foreign-hashes.ts'
import { workQueue } from './work-queue.ts'

export interface ImportedSecrets {
  /** Immediate when it matched recently. Rejects with `Busy` when too many checks wait. */
  matches(secret: string, hash: string): boolean | Promise<boolean>
}

/** A match is cached for this many seconds … */
const remembered = 600
/** … and at most this many matches. */
const maxRemembered = 10_000
const maxWait = 2000

/** `now`: seconds. `clock`: milliseconds from any start, to measure checks. */
export function importedSecrets(ask: { random: Random; now(): number; clock?: () => number }): ImportedSecrets {
  const { random, now, clock = () => performance.now() } = ask
  const queue = workQueue({ width: 1, maxWait, mean: 200, clock })
  // Under a key that lives only as long as this process, so that a memory dump cannot be used to guess secrets later.
  const key = createSecretKey(random(32))
  const matched = new Map<string, number>()
  const underWay = new Map<string, Promise<boolean>>()

  async function check(name: string, secret: string, hash: string): Promise<boolean> {
    const matches = await queue.run(async () => (await checkOfForeign(hash)?.(secret)) === true)
    if (matches) {
      matched.delete(name)
      matched.set(name, now() + remembered)
      if (matched.size > maxRemembered) matched.delete(matched.keys().next().value as string) // the oldest
    }
    return matches
  }

  /** Concurrent requests of one client cost one check. */
  function checkOnce(name: string, secret: string, hash: string): Promise<boolean> {
    const known = underWay.get(name)
    if (known !== undefined) return known
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

/** Whether the hash was made elsewhere. Ours have no `$`. */
export function isImported(hash: string): boolean {
  return hash.includes('$')
}
