/** Which test file runs which part of which source: measured by running each once, and stored until the test changes. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Copy } from './copies.ts'
import { type Checkout, isSource, root, type TestFile } from './sources.ts'
import { runTrial, type Trial } from './trial.ts'

export interface Coverage {
  /** Milliseconds. */
  duration: number
  /** How often it ran any function of the sources. */
  calls: number
  /** By source, for each process that loaded it: start, end and count of each range, one after the other, as V8 counts them. */
  ranges: Readonly<Record<string, readonly (readonly number[])[]>>
}

/** Milliseconds. */
const longest = 300_000
const cache = join(root, 'node_modules', '.cache', 'gatehouse-mutation')

/** How often the test file ran what stands there; of what runs when the source is loaded: how often it ran anything of it. */
export function hits({ ranges }: Coverage, { file, at }: { file: string; at: number | undefined }): number {
  return (ranges[file] ?? []).reduce((sum, process) => sum + (at === undefined ? countOfAll(process) : countAt(at, process)), 0)
}

function countOfAll(ranges: readonly number[]): number {
  return ranges.reduce((sum, value, n) => sum + (n % 3 === 2 ? value : 0), 0)
}

/** The innermost range counts; of two of the same length the later, which is inside the other. */
function countAt(offset: number, ranges: readonly number[]): number {
  let [count, length] = [0, Number.POSITIVE_INFINITY]
  for (let n = 0; n < ranges.length; n += 3) {
    const [from, to] = [ranges[n] as number, ranges[n + 1] as number]
    if (from <= offset && offset < to && to - from <= length) [count, length] = [ranges[n + 2] as number, to - from]
  }
  return count
}

/** As it is stored, with the hash of each source that the test could reach. */
interface Kept extends Coverage {
  hashes: Readonly<Record<string, string>>
}

/**
 * Undefined when the test has to be run to know which part of these sources it runs. Where a source has changed since, it is a guess: a test
 * that for this reason is not tried can make a mutant survive, but never kill it.
 */
export function keptCoverage(checkout: Checkout, test: TestFile, sources: ReadonlySet<string>): Coverage | undefined {
  const path = join(cache, `${checkout.keyOf(test)}.json`)
  if (!existsSync(path)) return undefined
  const kept: Kept = JSON.parse(readFileSync(path, 'utf8'))
  const asked = sourcesOf(test).filter((file) => sources.has(file))
  if (!asked.every((file) => existsSync(textPath(kept.hashes[file])))) return undefined
  const changed = asked.filter((file) => file in kept.ranges && kept.hashes[file] !== checkout.hashOf(file))
  const moved = changed.map((file) => {
    const move = moveBetween(readFileSync(textPath(kept.hashes[file]), 'utf8'), checkout.textOf(file))
    return [file, kept.ranges[file]?.map((list) => list.map((value, n) => (n % 3 === 2 ? value : move(value, n % 3 === 1))))]
  })
  return { ...kept, ranges: { ...kept.ranges, ...Object.fromEntries(moved) } }
}

/** Where an offset of the old text is in the new one. Within what differs: at its start, or at its end. */
export function moveBetween(before: string, now: string): (offset: number, toEnd: boolean) => number {
  const most = Math.min(before.length, now.length)
  let head = 0
  while (head < most && before[head] === now[head]) head++
  let tail = 0
  while (tail < most - head && before.at(-1 - tail) === now.at(-1 - tail)) tail++
  return (offset, toEnd) => {
    if (offset <= head) return offset
    if (offset >= before.length - tail) return offset + now.length - before.length
    return toEnd ? now.length - tail : head
  }
}

/** Texts of sources as tests have run them. */
function textPath(hash: string | undefined): string {
  return join(cache, 'sources', hash ?? 'unknown')
}

function sourcesOf({ imports, starts }: TestFile): string[] {
  return [...new Set([...imports, ...starts])].filter(isSource)
}

/** Removes what was learned from tests as they no longer are. */
export function forgetOthers(checkout: Checkout): void {
  const keys = new Set(checkout.tests.map((test) => `${checkout.keyOf(test)}.json`))
  for (const name of existsSync(cache) ? readdirSync(cache) : []) if (name.endsWith('.json') && !keys.has(name)) rmSync(join(cache, name))
}

/** Undefined when it was ended early. Throws when it fails with nothing changed. */
export async function learnCoverage(
  checkout: Checkout,
  test: TestFile,
  how: Pick<Trial, 'copy' | 'postgres' | 'signal'>,
): Promise<Coverage | undefined> {
  const reports = join(how.copy.temporary, 'coverage')
  const ranges: Record<string, number[][]> = {}
  let calls = 0
  const ended = () => {
    for (const name of existsSync(reports) ? readdirSync(reports) : [])
      calls += addReport(JSON.parse(readFileSync(join(reports, name), 'utf8')), how.copy, ranges)
  }
  const started = performance.now()
  const env = { NODE_V8_COVERAGE: reports }
  const verdict = await runTrial({ ...how, files: [test.path], limitOf: () => longest, env, ended })
  if (how.signal.aborted) return undefined
  if (verdict.outcome !== 'passed') throw new Error(`a test fails with nothing changed: ${verdict.by}`)
  const hashes = Object.fromEntries(sourcesOf(test).map((file) => [file, checkout.hashOf(file)]))
  const coverage: Kept = { duration: performance.now() - started, calls, ranges, hashes }
  mkdirSync(join(cache, 'sources'), { recursive: true })
  for (const [file, hash] of Object.entries(hashes)) if (!existsSync(textPath(hash))) writeFileSync(textPath(hash), checkout.textOf(file))
  writeFileSync(join(cache, `${checkout.keyOf(test)}.json`), JSON.stringify(coverage))
  return coverage
}

interface Report {
  result: { url: string; functions: { ranges: { startOffset: number; endOffset: number; count: number }[] }[] }[]
}

/** Types are replaced by spaces when a source runs, so offsets are those of the file. Returns how many calls there were. */
function addReport({ result }: Report, { path }: Copy, ranges: Record<string, number[][]>): number {
  const here = `${pathToFileURL(path).href}/`
  let calls = 0
  for (const { url, functions } of result) {
    if (!url.startsWith(here) || !isSource(url.slice(here.length))) continue
    const list: number[] = []
    for (const { ranges: parts } of functions) {
      calls += parts[0]?.count ?? 0
      for (const { startOffset, endOffset, count } of parts) list.push(startOffset, endOffset, count)
    }
    const file = url.slice(here.length)
    ranges[file] = [...(ranges[file] ?? []), list]
  }
  return calls
}
