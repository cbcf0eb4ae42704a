/**
 * `npm run test:mutation -- [--seed N] [--sample N] [--minutes M] [--folder src/protocol]… [--list]`: puts small faults into the
 * sources, one at a time and in a copy of the checkout, and says which of them no test notices.
 */
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startPostgres } from '../postgres-server.ts'
import { startCheck } from './check.ts'
import { type Copy, makeCopies } from './copies.ts'
import { forgetOthers, keptCoverage, learnCoverage } from './coverage.ts'
import { type Mutant, mutate } from './mutants.ts'
import { reportOf, type Tried } from './report.ts'
import { allMutants, type Equivalent, type Known, sample } from './sample.ts'
import { readCheckout, type TestFile } from './sources.ts'
import { type Place, tryMutant } from './try.ts'

const { values: flags } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    sample: { type: 'string', default: '200' },
    minutes: { type: 'string', default: '30' },
    folder: { type: 'string', multiple: true, default: ['src'] },
    list: { type: 'boolean', default: false },
  },
})

/** By the time asked for, or when interrupted. */
const over = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => over.abort())
const progress = (text: string): void => {
  process.stderr.write(`${text}\n`)
}

const checkout = readCheckout()
const equivalents: Equivalent[] = JSON.parse(readFileSync(join(import.meta.dirname, 'equivalent.json'), 'utf8'))
const folders = flags.folder.map((folder) => folder.replace(/\/+$/, ''))
const all = allMutants(checkout, folders, equivalents)
if (all.length === 0) throw new Error(`there is nothing to change in ${folders.join(', ')}`)
await inCopies(async (places) => {
  const chosen = await choose(places[0] as Place)
  if (flags.list) for (const { file, line, operator, change } of chosen) console.log(`${file}:${line} ${operator}: ${change}`)
  else {
    const tried = await tryAll(chosen, places, await learn(chosen, places))
    console.log(reportOf(tried, { chosen: chosen.length, all: all.length, seed: flags.seed }))
  }
})

/** Of those that `npm run check` does not refuse. */
async function choose({ copy }: Place): Promise<Mutant[]> {
  const { textOf } = checkout
  const check = startCheck(copy)
  let refused = 0
  const isAllowed = async (mutant: Mutant) => {
    if (over.signal.aborted) return false
    const original = textOf(mutant.file)
    const refuses = await check.refuses(mutant.file, mutate(mutant, original), original)
    if (refuses) refused++
    return !refuses
  }
  const chosen = await sample(all, { seed: flags.seed, count: Number(flags.sample), textOf, isAllowed })
  check.end()
  progress(`chose ${chosen.length}; ${refused} others do not pass npm run check`)
  return chosen
}

/** With a place for each core, all of which are removed afterwards. */
async function inCopies(work: (places: readonly Place[]) => Promise<void>): Promise<void> {
  const timer = setTimeout(() => over.abort(), Number(flags.minutes) * 60_000)
  const server = await startPostgres()
  const { copies, folder, remove } = makeCopies(availableParallelism(), checkout.files)
  const place = (copy: Copy): Place => ({ copy, postgres: server.url, compiled: join(folder, 'compiled'), signal: over.signal })
  try {
    await work(copies.map(place))
  } finally {
    clearTimeout(timer)
    remove()
    await server.stop()
  }
}

/** What each test that can reach a chosen source runs of it. */
async function learn(chosen: readonly Mutant[], places: readonly Place[]): Promise<Known[]> {
  forgetOthers(checkout)
  const files = new Set(chosen.map(({ file }) => file))
  const canReach = ({ imports, starts }: TestFile) => [...imports, ...starts].some((file) => files.has(file))
  const tests = checkout.tests.filter(canReach)
  const known: Known[] = []
  await share(tests, places, async (test, place) => {
    const kept = keptCoverage(checkout, test, files)
    if (!kept) progress(`learning what ${test.path} runs`)
    const coverage = kept ?? (await learnCoverage(checkout, test, place).catch(({ message }: Error) => progress(message)))
    if (coverage) known.push({ test, coverage })
  })
  const untried = tests.length - known.length
  if (untried > 0) progress(`${untried} test files are not tried: time was up, or they failed; the next run learns what they run`)
  return known.sort((a, b) => (a.test.path < b.test.path ? -1 : 1))
}

async function tryAll(chosen: readonly Mutant[], places: readonly Place[], known: readonly Known[]): Promise<Tried[]> {
  const tried: Tried[] = []
  await share(chosen, places, async (mutant, place) => {
    const found = await tryMutant(mutant, { known, place, textOf: checkout.textOf })
    if (over.signal.aborted) return
    tried.push(found)
    const outcome = found.by === undefined ? 'survived' : `killed by ${found.by}`
    progress(`${tried.length}/${chosen.length} ${outcome}: ${mutant.file}:${mutant.line} ${mutant.operator}`)
  })
  return tried
}

/** Each place takes the next one when it is done with the one before. A failure ends all, but not before each is done with its own. */
async function share<T>(things: readonly T[], places: readonly Place[], work: (thing: T, place: Place) => Promise<void>): Promise<void> {
  const left = things.values()
  const ended = await Promise.allSettled(
    places.map(async (place) => {
      for (const thing of left) {
        if (over.signal.aborted) return
        await work(thing, place).catch((error: unknown) => {
          over.abort()
          throw error
        })
      }
    }),
  )
  const failed = ended.find((one) => one.status === 'rejected')
  if (failed) throw failed.reason
}
