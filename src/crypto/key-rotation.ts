/** Creating, replacing and removing signing keys, on any number of nodes at once. */
import type { KeyAlg } from '../protocol/algs.ts'
import type { KeyCache } from './key-cache.ts'
import { activeOf, needsNext, newestOf, type Schedule, stateOf } from './key-schedule.ts'
import type { Sealer } from './seal.ts'
import { type KeyPair, makeKeyPair } from './signer.ts'
import type { SigningKeyRow } from './types.ts'

export interface Rotation {
  /** Creates the first key of an algorithm that has none. */
  ensure(alg: KeyAlg): Promise<void>
  rotate(alg: KeyAlg, how: { immediately: boolean }): Promise<string>
  revoke(kid: string): Promise<boolean>
  rotateWhenDue(): Promise<void>
}

export function keyRotation(options: {
  cache: KeyCache
  sealer: Sealer
  algs: readonly KeyAlg[]
  rsaBits: number
  schedule: Schedule
  now: () => number
}): Rotation {
  const { cache, sealer, algs, rsaBits, schedule, now } = options
  const making = new Map<KeyAlg, Promise<void>>()

  /** False when another node has just created this generation. */
  function addAfter(previous: SigningKeyRow | undefined, pair: KeyPair, delay: number): Promise<boolean> {
    const createdAt = now()
    const activeAt = createdAt + delay
    const when = { generation: (previous?.generation ?? 0) + 1, createdAt, activeAt }
    return cache.add(pair, when, previous && activeAt + schedule.retireAfter)
  }

  async function makeFirst(alg: KeyAlg): Promise<void> {
    if (newestOf((await cache.readAnew()).rows, alg)) return
    await addAfter(undefined, await makeKeyPair(alg, rsaBits), 0)
    await cache.readAnew() // our key, or the key of a faster node
  }

  function ensure(alg: KeyAlg): Promise<void> {
    const underWay = making.get(alg)
    if (underWay !== undefined) return underWay
    const made = makeFirst(alg)
    making.set(alg, made)
    const forget = () => making.delete(alg) // so that a failure can be retried
    made.then(forget, forget)
    return made
  }

  async function rotate(alg: KeyAlg, { immediately }: { immediately: boolean }): Promise<string> {
    if (!algs.includes(alg)) throw new RangeError('the tenant makes no keys for this algorithm')
    let newest = newestOf((await cache.readAnew()).rows, alg)
    if (newest && newest.activeAt > now() && !immediately) return newest.kid
    const pair = await makeKeyPair(alg, rsaBits)
    while (!(await addAfter(newest, pair, immediately ? 0 : schedule.lead))) {
      newest = newestOf((await cache.readAnew()).rows, alg)
      if (newest && (newest.activeAt <= now() || !immediately)) return newest.kid // another node rotated
    }
    await cache.readAnew()
    return pair.kid
  }

  async function revoke(kid: string): Promise<boolean> {
    const { rows } = await cache.readAnew()
    const row = rows.find((row) => row.kid === kid)
    if (!row) return false
    // The successor first, or the key before this one would sign again.
    if (row === activeOf(rows, row.alg, now()) && algs.includes(row.alg)) await rotate(row.alg, { immediately: true })
    const removed = await cache.remove(kid)
    await cache.readAnew()
    return removed
  }

  async function rotateWhenDue(): Promise<void> {
    const { rows } = await cache.readAnew()
    const at = now()
    for (const alg of algs) {
      const active = activeOf(rows, alg, at)
      if (!active) continue // created when it is needed
      const isOutdated = Number.isFinite(schedule.maxAge) && !sealer.isCurrent(active.sealedKey)
      if (needsNext(rows, alg, at, schedule) || isOutdated) await rotate(alg, { immediately: false })
    }
    const removed = rows.filter((row) => stateOf(rows, row, at) === 'removed')
    for (const row of removed) await cache.remove(row.kid)
    if (removed.length > 0) await cache.readAnew()
    await cache.resealOld() // the active key has a successor now
  }

  return { ensure, rotate, revoke, rotateWhenDue }
}
