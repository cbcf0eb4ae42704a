/** A run of checks against one target, several at a time and bounded in time. */
import { randomBytes } from 'node:crypto'
import type { NamedCheck } from './check.ts'
import { Unjudgeable } from './errors.ts'
import type { Bounds } from './http/wire.ts'
import { judge, type Trial } from './judge.ts'
import { discover } from './metadata.ts'
import type { Report, Result } from './report/report.ts'
import { openSink, type Sink } from './sink.ts'
import { registerClients } from './target/register.ts'
import { isLoopback, type Listener, type Target } from './target/target.ts'
import { version } from './version.ts'

export interface RunOptions {
  checks: readonly NamedCheck[]
  target: Target
  seed?: string | undefined
  /** Stop at the first failure. */
  failFast?: boolean
  /** Allow races against servers outside loopback. */
  allowLoad?: boolean
  /** Time limit of the run. */
  seconds?: number
  /** Time limit of one request, in seconds. */
  timeout?: number | undefined
  /** Aborts the run. */
  signal?: AbortSignal
  onResult?(result: Result): void
}

const atOnce = 4

/** Throws `Unjudgeable` if the server cannot be tested at all. */
export async function runChecks(options: RunOptions): Promise<Report> {
  const { checks, target, seed = randomBytes(8).toString('hex'), seconds = 600, timeout } = options
  const startedAt = new Date().toISOString()
  const begin = performance.now()
  const signal = AbortSignal.any([AbortSignal.timeout(seconds * 1000), ...(options.signal ? [options.signal] : [])])
  const bounds: Bounds = { signal, ca: target.ca, seconds: timeout }
  const metadata = await discover(target, bounds)
  const { clients, remove } = target.register
    ? await registerClients(target, metadata, bounds)
    : { clients: target.clients, remove: async () => {} }
  const allowLoad = options.allowLoad || isLoopback(target.issuer)
  const over = new AbortController()
  const listener = target.listener && (await listen(target.listener, over.signal))
  const trial = { target: { ...target, clients }, metadata, seed, allowLoad, timeout, signal, listener }
  const { results, limited } = await judgeAll(trial, options).finally(() => over.abort())
  await remove()
  const done = new Set(results.map(({ id }) => id))
  return {
    suite: version,
    target: target.name,
    issuer: target.issuer,
    seed,
    startedAt,
    seconds: (performance.now() - begin) / 1000,
    notRun: checks.filter(({ id }) => !done.has(id)).map(({ id }) => id),
    limited,
    results: results.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  }
}

/** For the whole run, as its address is known to the server. */
async function listen({ url, certificate, sink }: Listener, ended: AbortSignal): Promise<Sink> {
  if (sink) return sink
  try {
    return await openSink(ended, { certificate, port: Number(new URL(url).port || 443) })
  } catch (error) {
    throw new Unjudgeable(`the suite cannot listen at ${url}: ${(error as Error).message}`)
  }
}

interface Judged {
  results: Result[]
  /** Checks that the server did not let run. */
  limited: number
}

async function judgeAll(trial: Trial, { checks, failFast = false, onResult }: RunOptions): Promise<Judged> {
  const results: Result[] = []
  let limited = 0
  const queue = [...checks]
  const stop = new AbortController()
  const signal = AbortSignal.any([trial.signal, stop.signal])
  async function work(): Promise<void> {
    for (let check = queue.shift(); check && !signal.aborted; check = queue.shift()) {
      const result = await judge(check, { ...trial, signal })
      if (signal.aborted) return // an aborted check has no verdict
      if (isLimited(result)) {
        limited++
        continue
      }
      results.push(result)
      onResult?.(result)
      if (failFast && result.verdict === 'fail') stop.abort()
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return { results, limited }
}

/** What went wrong may be due to the number of requests alone: RFC 6585 §4, RFC 9110 §15.6.4. */
function isLimited({ verdict, exchanges }: Result): boolean {
  return (
    (verdict === 'fail' || verdict === 'warn') &&
    exchanges.some(
      ({ response }) => response?.status === 429 || (response?.status === 503 && response.headers['retry-after'] !== undefined),
    )
  )
}
