/**
 * Runs test files in one process more than there are cores, as much of the time is waiting. Each takes file after file: warmed up, it needs half
 * the time of a new one.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { run } from 'node:test'
import { spec, type TestEvent } from 'node:test/reporters'

export interface Counts {
  passed: number
  failed: number
}

/** Milliseconds without progress after which a file counts as hung. The slowest tests take a quarter of that. */
const maxSilence = 60_000
const program = join(import.meta.dirname, 'worker.ts')

interface Work {
  files: readonly string[]
  /** A folder. A worker marks there, with its name, each file that it takes. */
  marks: string
  /** Takes the test runner's events, those of one file together. */
  report: PassThrough
  interrupted: AbortSignal
}

/** Writes to standard output how each test went. */
export async function runFiles(files: readonly string[], interrupted: AbortSignal): Promise<Counts> {
  const marks = mkdtempSync(join(tmpdir(), 'gatehouse-tests-'))
  const report = new PassThrough({ objectMode: true })
  const printed = print(report)
  const workers = Array.from({ length: Math.min(availableParallelism() + 1, files.length) }, (_, n) => String(n))
  try {
    const counts = await Promise.all(workers.map((worker) => runWorker(worker, { files, marks, report, interrupted })))
    return counts.reduce((sum, { passed, failed }) => ({ passed: sum.passed + passed, failed: sum.failed + failed }))
  } finally {
    report.end()
    await printed
    rmSync(marks, { recursive: true })
  }
}

/** A process that is lost fails the file it was in, and another goes on with the rest. */
async function runWorker(worker: string, work: Work): Promise<Counts> {
  const counts = { passed: 0, failed: 0 }
  const ended = new Set<string>()
  for (;;) {
    const lost = await runProcess(worker, work, { counts, ended })
    if (!lost) return counts
    end(worker, work)
    counts.failed++
    // Usually one; those before it, too, when their results were not sent yet.
    const files = takenBy(worker, work).filter((taken) => !ended.has(taken))
    work.report.write({
      ...lost,
      data: { ...lost.data, name: `${files.join(', ') || 'after the last test'}: the process hung or ended early` },
    })
    if (files.length === 0 || work.interrupted.aborted) return counts
    for (const file of files) ended.add(file)
  }
}

/** A process that hangs, or that tests made deaf to SIGTERM, would live on, and take files that nobody hears of. */
function end(worker: string, { marks }: Work): void {
  try {
    process.kill(Number(readFileSync(join(marks, `${worker}.pid`), 'utf8')), 'SIGKILL')
  } catch (error) {
    if (!['ESRCH', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}

/** Returns the event of its loss; undefined when it ended as it should. */
async function runProcess(
  worker: string,
  { files, marks, report, interrupted }: Work,
  so: { counts: Counts; ended: Set<string> },
): Promise<TestEvent | undefined> {
  const silent = new AbortController()
  const timer = setTimeout(() => silent.abort(), maxSilence)
  const signal = AbortSignal.any([interrupted, silent.signal])
  let lost: TestEvent | undefined
  let ofFile: TestEvent[] = []
  for await (const event of run({ files: [program], argv: [marks, worker, ...files], signal }) as AsyncIterable<TestEvent>) {
    timer.refresh()
    const ends = event.type === 'test:pass' || event.type === 'test:fail'
    if (event.type === 'test:fail' && event.data.name === program) lost = event
    if (isOfAll(event)) continue
    ofFile.push(event)
    if (!ends) continue
    count(event, so.counts)
    if (event.data.nesting > 0) continue
    so.ended.add(event.data.name)
    for (const one of ofFile) report.write(one)
    ofFile = []
  }
  clearTimeout(timer)
  for (const one of ofFile) report.write(one)
  return lost
}

/** Of the process, not of a file. */
function isOfAll(event: TestEvent): boolean {
  if (event.type === 'test:diagnostic') return event.data.nesting === 0
  return event.type === 'test:summary' || (event.data !== undefined && 'name' in event.data && event.data.name === program)
}

/** A suite counts when it fails although its tests pass, in a hook or on the way to them. */
function count(event: TestEvent, counts: Counts): void {
  if (event.type === 'test:pass' && event.data.details.type !== 'suite' && !event.data.skip && !event.data.todo) counts.passed++
  if (event.type !== 'test:fail' || event.data.todo) return
  const { type, error } = event.data.details
  if (type !== 'suite' || (error as { failureType?: string }).failureType !== 'subtestsFailed') counts.failed++
}

function takenBy(worker: string, { files, marks }: Work): string[] {
  return readdirSync(marks)
    .filter((n) => !n.endsWith('.pid') && readFileSync(join(marks, n), 'utf8') === worker)
    .map((n) => files[Number(n)] as string)
}

/** What the events say, for people. */
async function print(events: PassThrough): Promise<void> {
  for await (const text of events.compose(new spec())) process.stdout.write(text)
}
