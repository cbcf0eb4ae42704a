/** The result of a run, from which all output formats are generated. */
import type { Level } from '../check.ts'
import type { Exchange } from '../http/exchange.ts'

export type Verdict = 'pass' | 'fail' | 'warn' | 'not applicable'

export interface Result {
  id: string
  clause: string
  specification: string
  level: Level
  title: string
  verdict: Verdict
  /** Why the verdict is not "pass". */
  reasons: readonly string[]
  seconds: number
  /** Without secrets. */
  exchanges: readonly ShownExchange[]
  /** Header and claims of JWTs by their label. */
  jwts: Readonly<Record<string, { header: unknown; claims: unknown }>>
}

/** An exchange whose secrets are replaced by labels. */
export interface ShownExchange extends Omit<Exchange, 'request' | 'response'> {
  request: { method: string; url: string; headers: Readonly<Record<string, string>>; body?: string }
  response?: { status: number; headers: Readonly<Record<string, string>>; body: string }
}

export interface Report {
  suite: string
  target: string
  issuer: string
  seed: string
  startedAt: string
  seconds: number
  /** Ids of checks without a verdict: the run was over, or the server limited the rate of requests. */
  notRun: readonly string[]
  /** How many of them are without a verdict because the server asked for fewer requests. */
  limited: number
  results: readonly Result[]
}

/** Why checks have no verdict, as a sentence; undefined if all have one. */
export function unfinished({ notRun, limited }: Report): string | undefined {
  if (notRun.length === 0) return undefined
  if (limited === 0) return `The run ended early: ${notRun.length} checks were not run.`
  return `${limited} checks have no verdict, because the server asked for fewer requests (status 429 or 503). Raise its limits, or run fewer checks at a time.`
}

export const verdicts: readonly Verdict[] = ['pass', 'fail', 'warn', 'not applicable']

export type Counts = Readonly<Record<Verdict, number>>

export function countsOf(results: readonly Result[]): Counts {
  const of = (verdict: Verdict) => results.filter((result) => result.verdict === verdict).length
  return { pass: of('pass'), fail: of('fail'), warn: of('warn'), 'not applicable': of('not applicable') }
}

export function bySpecification(results: readonly Result[]): ReadonlyMap<string, readonly Result[]> {
  return Map.groupBy(results, ({ specification }) => specification)
}
