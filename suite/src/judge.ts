/** Runs one check and determines its verdict. */
import { isBinding, type NamedCheck, specificationOf } from './check.ts'
import { openContext } from './context.ts'
import { Failure, NotApplicable } from './expect.ts'
import type { Recorder } from './http/exchange.ts'
import { redact } from './http/redact.ts'
import { connections, Unanswered } from './http/wire.ts'
import type { Metadata } from './metadata.ts'
import { unmet } from './needs.ts'
import type { Result, Verdict } from './report/report.ts'
import type { Sink } from './sink.ts'
import type { Target } from './target/target.ts'

export interface Trial {
  target: Target
  metadata: Metadata
  seed: string
  allowLoad: boolean
  timeout: number | undefined
  signal: AbortSignal
  listener?: Sink | undefined
}

const usualSeconds = 30

export async function judge(check: NamedCheck, trial: Trial): Promise<Result> {
  const { target, metadata, seed, allowLoad, timeout, signal, listener } = trial
  const begin = performance.now()
  const missing = unmet(check.needs ?? [], metadata, target)
  const time = AbortSignal.timeout((check.seconds ?? usualSeconds) * 1000)
  const kept = connections()
  const bounds = { signal: AbortSignal.any([signal, time]), ca: target.ca, seconds: timeout, connections: kept }
  const over = new AbortController()
  const { context, recorder, warnings } = openContext({
    ...{ target, metadata, bounds, seed, allowLoad, listener },
    ...{ id: check.id, ended: over.signal },
  })
  const said = missing === undefined ? await outcomeOf(check, recorder, () => check.run(context)) : absent(missing)
  over.abort()
  kept.close()
  const verdict = said.verdict === 'pass' && warnings.length > 0 ? 'warn' : said.verdict
  return {
    id: check.id,
    clause: check.clause,
    specification: specificationOf(check),
    level: check.level,
    title: check.title,
    verdict,
    reasons: [...said.reasons, ...warnings],
    seconds: (performance.now() - begin) / 1000,
    ...redact(recorder.exchanges, target),
  }
}

interface Outcome {
  verdict: Verdict
  reasons: readonly string[]
}

async function outcomeOf(check: NamedCheck, { exchanges }: Recorder, run: () => Promise<void>): Promise<Outcome> {
  const broken: Verdict = isBinding(check) ? 'fail' : 'warn'
  try {
    await run()
  } catch (error) {
    if (error instanceof NotApplicable) return { verdict: 'not applicable', reasons: [error.message] }
    if (error instanceof Failure || error instanceof Unanswered) return { verdict: broken, reasons: [error.message] }
    return { verdict: broken, reasons: [`the check failed unexpectedly: ${(error as Error).message}`] }
  }
  const seen = (what: 'accepted' | 'refused') => exchanges.some((exchange) => exchange.seen === what)
  // A server that rejects everything must not pass.
  if (seen('refused') && !seen('accepted'))
    return { verdict: broken, reasons: ['the server rejected everything, including valid requests'] }
  return { verdict: 'pass', reasons: [] }
}

function absent(need: string): Outcome {
  return { verdict: 'not applicable', reasons: [`not advertised: ${need}`] }
}
