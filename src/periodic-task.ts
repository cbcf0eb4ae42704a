/** What the house does now and then beside answering. */
import type { Log } from './web/http/deps.ts'

export interface PeriodicTask {
  /** Resolves once it is not being done any more. */
  stop(): Promise<void>
}

/** Does the work every so many seconds, never twice at once. A failure is told, and the next time is another try. */
export function periodicTask(seconds: number, work: () => Promise<void>, log: Log): PeriodicTask {
  let underWay: Promise<void> | undefined
  const timer = setInterval(() => {
    underWay ??= work()
      .catch((err: unknown) => log.warn({ err }, 'housekeeping will be tried again'))
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
