/** How many broken servers were caught, and each that was not, with the reason if there is a good one. */
import { dirname } from 'node:path'
import type { Variant } from './guards.ts'

export interface Tried {
  variant: Variant
  /** The check that noticed; undefined: none. */
  by: string | undefined
  /** How many checks it was tried on; 0: none makes the guard refuse. */
  checks: number
}

/** A variant that cannot be told from outside, or not by a client of any server, and why. */
export interface Excused extends Pick<Variant, 'file' | 'kind' | 'guard'> {
  reason: string
}

export interface Extent {
  chosen: number
  reached: readonly Variant[]
  all: readonly Variant[]
  seed: string
  excused: readonly Excused[]
}

export function reportOf(tried: readonly Tried[], { chosen, reached, all, seed, excused }: Extent): string {
  const survivors = tried.filter(({ by }) => by === undefined).toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1))
  const folders = Object.entries(Object.groupBy(tried, ({ variant }) => dirname(variant.file))).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return [
    ...survivors.map((one) => survivor(one, reasonOf(one, excused))),
    ...(survivors.length > 0 ? [''] : []),
    ...folders.map(([folder, some = []]) => row(folder, some)),
    row('together', tried),
    row(
      'but for those with a reason',
      tried.filter((one) => one.by !== undefined || reasonOf(one, excused) === undefined),
    ),
    `${tried.length} of ${chosen} servers were tried${tried.length < chosen ? ', then time was up' : ''}. Seed ${seed}.`,
    `There are ${all.length} guards; checks run the functions of ${reached.length} of them.`,
  ].join('\n')
}

function reasonOf({ variant }: Tried, excused: readonly Excused[]): string | undefined {
  const same = ({ file, kind, guard }: Excused) => file === variant.file && kind === variant.kind && guard === variant.guard
  return excused.find(same)?.reason
}

function survivor({ variant: { file, line, kind, guard }, checks }: Tried, reason: string | undefined): string {
  const why = reason ?? (checks === 0 ? 'no check makes it refuse' : `${checks} checks do not notice`)
  return `${file}:${line} ${kind}: ${guard}\n    ${why}`
}

function row(name: string, tried: readonly Tried[]): string {
  const caught = tried.filter(({ by }) => by !== undefined).length
  const rate = tried.length === 0 ? '' : `${((100 * caught) / tried.length).toFixed(1)} %`
  return `${name.padEnd(34)}${String(caught).padStart(6)} of ${String(tried.length).padStart(5)}${rate.padStart(10)}`
}

function orderOf({ variant: { file, line } }: Tried): string {
  return `${file}:${String(line).padStart(5, '0')}`
}
