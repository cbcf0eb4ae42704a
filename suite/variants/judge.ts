/**
 * `npm run suite:judge -- [--seed N] [--sample N] [--minutes M] [--file src/protocol/features/pkce.ts]… [--list]`: takes one guard at a time
 * out of a copy of Gatehouse's sources, runs the checks that reach it, and says which of these servers none of them notices.
 */
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { makeCopies } from '../../test/mutation/copies.ts'
import { hits } from '../../test/mutation/coverage.ts'
import { mutate } from '../../test/mutation/mutants.ts'
import { filesOf } from '../../test/mutation/sources.ts'
import { catalogue } from '../src/catalogue.ts'
import type { NamedCheck } from '../src/check.ts'
import type { Variant } from './guards.ts'
import { type Known, openPlace, type Place } from './place.ts'
import { allVariants, drawn, sourceOf } from './pool.ts'
import { type Excused, reportOf, type Tried } from './report.ts'

const { values: flags } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    sample: { type: 'string', default: '200' },
    minutes: { type: 'string', default: '60' },
    file: { type: 'string', multiple: true },
    list: { type: 'boolean', default: false },
  },
})

/** Checks that one variant is tried on. Those that run what is changed, and little else, come first. */
const most = 30

const over = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => over.abort())
const progress = (text: string) => process.stderr.write(`${text}\n`)
const excused: Excused[] = JSON.parse(readFileSync(join(import.meta.dirname, 'survivors.json'), 'utf8'))

await inPlaces(async (places) => {
  const known = await learn(places)
  const inFiles = allVariants().filter(({ file }) => flags.file === undefined || flags.file.includes(file))
  const reached = inFiles.filter((variant) => known.some(({ coverage }) => isReached(coverage, variant)))
  const chosen = drawn(reached, flags.seed, Number(flags.sample))
  if (flags.list) for (const { file, line, kind, guard } of chosen) console.log(`${file}:${line} ${kind}: ${guard}`)
  else
    console.log(reportOf(await tryAll(chosen, places, known), { chosen: chosen.length, reached, all: inFiles, seed: flags.seed, excused }))
})

/** One for each core, all of which are removed afterwards. */
async function inPlaces(work: (places: readonly Place[]) => Promise<void>): Promise<void> {
  const timer = setTimeout(() => over.abort(), Number(flags.minutes) * 60_000)
  const { copies, remove } = makeCopies(availableParallelism(), filesOf())
  const places: Place[] = []
  try {
    for (const copy of copies) places.push(await openPlace(copy))
    await work(places)
  } finally {
    clearTimeout(timer)
    for (const place of places) place.remove()
    remove()
  }
}

async function learn(places: readonly Place[]): Promise<Known[]> {
  const checks = await catalogue()
  progress(`learning what each of ${checks.length} checks runs`)
  const parts = places.map((_, n) => checks.filter((_, m) => m % places.length === n))
  const known = await Promise.all(
    places.map(async (place, n) => {
      const some: Known[] = []
      for await (const one of place.learn(parts[n]!)) {
        some.push(one)
        if (over.signal.aborted) break
      }
      return some
    }),
  )
  return known.flat()
}

/** The function with the guard was called. */
function isReached(coverage: Known['coverage'], { file, start }: Variant): boolean {
  return hits(coverage, { file, at: start }) > 0
}

function checksFor(variant: Variant, known: readonly Known[]): NamedCheck[] {
  const weight = ({ coverage }: Known) => hits(coverage, variant) / coverage.calls
  const able = known.filter(({ passes, coverage }) => passes && hits(coverage, variant) > 0).toSorted((a, b) => weight(b) - weight(a))
  return able.slice(0, most).map(({ check }) => check)
}

async function tryAll(chosen: readonly Variant[], places: readonly Place[], known: readonly Known[]): Promise<Tried[]> {
  const tried: Tried[] = []
  const left = chosen.values()
  await Promise.all(
    places.map(async (place) => {
      for (const variant of left) {
        if (over.signal.aborted) return
        const [checks, source] = [checksFor(variant, known), sourceOf(variant.file)]
        const by = checks.length === 0 ? undefined : await place.try(variant.file, mutate(variant, source), source, checks)
        tried.push({ variant, by, checks: checks.length })
        progress(
          `${tried.length}/${chosen.length} ${by === undefined ? 'survived' : `caught by ${by}`}: ${variant.file}:${variant.line} ${variant.kind}`,
        )
      }
    }),
  )
  return tried
}
