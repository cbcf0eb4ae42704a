/** Work that is done every few seconds, beside answering requests. */
import type { Log } from './web/http/deps.ts'

export interface PeriodicTask {
  /** Resolves once the work is not under way any more. */
  stop(): Promise<void>
}

/** Does the work every so many seconds, never twice at once. A failure is logged, and the work is tried again the next time. */
export function periodicTask(seconds: number, work: () => Promise<void>, log: Log): PeriodicTask {
  let underWay: Promise<void> | undefined
  const timer = setInterval(() => {
    underWay ??= work()
      .catch((err: unknown) => log.warn({ err }, 'a periodic task failed and will be tried again'))
      .finally(() => {
        underWay = undefined
      })
  }, seconds * 1000)
  timer.unref()
  return {
    async stop() {
      clearInterval(timer)
      await underWay
    },
  }
}
