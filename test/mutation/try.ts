/** Tries one mutant on the tests that run what it changes. */
import type { Copy } from './copies.ts'
import { type Mutant, mutate } from './mutants.ts'
import type { Tried } from './report.ts'
import { type Known, testsFor } from './sample.ts'
import type { Checkout, TestFile } from './sources.ts'
import { runTrial, type Verdict } from './trial.ts'

export interface Place {
  copy: Copy
  /** Address of a PostgreSQL. */
  postgres: string
  /** A folder for compiled sources. */
  compiled: string
  signal: AbortSignal
}

/** Milliseconds of test files are enough for one mutant, and so many files at least: those that come after have little to do with it. */
const enough = { time: 90_000, files: 8 }

export async function tryMutant(
  mutant: Mutant,
  { known, place, textOf }: { known: readonly Known[]; place: Place; textOf: Checkout['textOf'] },
): Promise<Tried> {
  const source = textOf(mutant.file)
  const durations = new Map(known.map(({ test, coverage }) => [test.path, coverage.duration]))
  const able = testsFor(mutant, known)
  const tests = nearest(able, durations)
  place.copy.write(mutant.file, mutate(mutant, source))
  try {
    const verdict = await judge(tests, { durations, place, speaksSql: /\bsql`|from 'pg'/.test(source) })
    const by = verdict.outcome === 'passed' ? undefined : verdict.by
    return { mutant, by, tests: tests.length, able: able.length }
  } finally {
    place.copy.write(mutant.file, source)
  }
}

/** Those in a browser come last. */
function nearest(able: readonly TestFile[], durations: ReadonlyMap<string, number>): TestFile[] {
  const inOrder = [...able.filter(({ needsBrowser }) => !needsBrowser), ...able.filter(({ needsBrowser }) => needsBrowser)]
  let time = 0
  return inOrder.filter(({ path }, n) => {
    time += durations.get(path) ?? 0
    return n < enough.files || time <= enough.time
  })
}

/** On SQLite, which is quicker; what passes there and may differ on PostgreSQL, there too; in a browser last. */
async function judge(
  tests: readonly TestFile[],
  { durations, place, speaksSql }: { durations: ReadonlyMap<string, number>; place: Place; speaksSql: boolean },
): Promise<Verdict> {
  const { copy, signal, compiled, postgres } = place
  const limitOf = (file: string) => 10_000 + 5 * (durations.get(file) ?? 0)
  const quick = tests.filter(({ needsBrowser }) => !needsBrowser)
  const runs = [
    { database: 'none', some: quick.filter(({ needsPostgres }) => !needsPostgres) },
    { database: postgres, some: quick.filter(({ needsPostgres }) => speaksSql || needsPostgres) },
    { database: 'none', some: tests.filter(({ needsBrowser }) => needsBrowser) },
  ]
  for (const { database, some } of runs) {
    const files = some.map(({ path }) => path)
    if (files.length === 0) continue
    const verdict = await runTrial({ copy, signal, limitOf, files, postgres: database, env: { NODE_COMPILE_CACHE: compiled } })
    if (verdict.outcome !== 'passed') return verdict
  }
  return { outcome: 'passed' }
}
