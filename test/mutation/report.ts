/** How many mutants were killed, by folder, and each that survived. */
import { dirname } from 'node:path'
import type { Mutant } from './mutants.ts'

export interface Tried {
  mutant: Mutant
  /** The test that noticed; undefined: it survived. */
  by: string | undefined
  /** How many test files it was tried on, of how many that run what it changes. */
  tests: number
  able: number
}

export function reportOf(tried: readonly Tried[], { chosen, all, seed }: { chosen: number; all: number; seed: string }): string {
  const folders = Object.entries(Object.groupBy(tried, ({ mutant }) => dirname(mutant.file))).sort(([a], [b]) => (a < b ? -1 : 1))
  const lines = [...folders.map(([folder, some = []]) => row(folder, some)), row('together', tried)]
  const survivors = tried.filter(({ by }) => by === undefined).sort((a, b) => orderOf(a).localeCompare(orderOf(b)))
  return [
    ...survivors.map(survivor),
    ...(survivors.length > 0 ? [''] : []),
    ...lines,
    `${tried.length} of ${chosen} mutants were tried${tried.length < chosen ? ', then time was up' : ''}; there are ${all}. Seed ${seed}.`,
  ].join('\n')
}

function row(name: string, tried: readonly Tried[]): string {
  const killed = tried.filter(({ by }) => by !== undefined).length
  const rate = tried.length === 0 ? '' : `${((100 * killed) / tried.length).toFixed(1)} %`
  return `${name.padEnd(32)}${String(killed).padStart(6)} of ${String(tried.length).padStart(5)}${rate.padStart(10)}`
}

function survivor({ mutant: { file, line, operator, change }, tests, able }: Tried): string {
  const where = able === 0 ? 'no test runs it' : `survived ${tests === able ? tests : `the nearest ${tests} of ${able}`} test files`
  return `${file}:${line} ${operator}: ${change} (${where})`
}

function orderOf({ mutant }: Tried): string {
  return `${mutant.file}:${String(mutant.line).padStart(5, '0')}`
}
