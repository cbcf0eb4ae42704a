/** The state of each signing key, computed from the stored rows and the clock, the same on every node. */
import type { KeyAlg } from '../protocol/algs.ts'
import type { SigningKeyRow } from './types.ts'

/** Seconds. */
export interface Schedule {
  /** How long a key is published before it signs, so that every cached JWKS has it by then. */
  readonly lead: number
  /** How long a key signs; without end, it is replaced by command alone. */
  readonly maxAge: number
  /** How long a key stays published after it last signed: at least as long as the longest-lived token. */
  readonly retireAfter: number
}

const day = 86_400
export const usualSchedule: Schedule = { lead: day, maxAge: 90 * day, retireAfter: 14 * day }

export type KeyState = 'next' | 'active' | 'retired' | 'removed'
type Rows = readonly SigningKeyRow[]

/** The newest key, whether it already signs or not. */
export function newestOf(rows: Rows, alg: KeyAlg): SigningKeyRow | undefined {
  return ofAlg(rows, alg).at(-1)
}

/** The key that signs. A first key signs at once, even if this clock is behind that of the node which created it. */
export function activeOf(rows: Rows, alg: KeyAlg, now: number): SigningKeyRow | undefined {
  const mine = ofAlg(rows, alg)
  return mine.findLast((row) => row.activeAt <= now) ?? mine[0]
}

export function stateOf(rows: Rows, row: SigningKeyRow, now: number): KeyState {
  const active = activeOf(rows, row.alg, now)
  if (row === active) return 'active'
  if (active && row.generation > active.generation) return 'next'
  return row.removeAt !== undefined && row.removeAt <= now ? 'removed' : 'retired'
}

/** Whether it is time to publish the next key. Not while one is already waiting. */
export function needsNext(rows: Rows, alg: KeyAlg, now: number, schedule: Schedule): boolean {
  const newest = newestOf(rows, alg)
  return newest !== undefined && newest.activeAt <= now - (schedule.maxAge - schedule.lead)
}

function ofAlg(rows: Rows, alg: KeyAlg): SigningKeyRow[] {
  return rows.filter((row) => row.alg === alg).sort((a, b) => a.generation - b.generation)
}
