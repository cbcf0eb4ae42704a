/** A queue for expensive work: a fixed number at once, first in first out, with a bounded wait. */
import { Unavailable } from '../protocol/errors.ts'

/** Too much work is waiting. The HTTP answer is 503 with Retry-After. */
export class Busy extends Unavailable {
  override readonly name = 'Busy'
  /** Seconds. */
  constructor(retryAfter: number) {
    super('too much work is waiting', retryAfter)
  }
}

export interface WorkQueue {
  /** Does the work in its turn. Throws `Busy` at once if it would have to wait too long. */
  run<T>(work: () => Promise<T>): Promise<T>
  /** For metrics. `done` counts failures too. */
  load(): { running: number; waiting: number; done: number }
}

/**
 * `width`: how many at once. `maxWait`: the longest expected wait, in milliseconds. `mean`: the assumed duration of a piece of work, in
 * milliseconds; measured from then on. `clock`: milliseconds, from any start.
 */
export function workQueue(options: { width: number; maxWait: number; mean: number; clock: () => number }): WorkQueue {
  const { width, maxWait, clock } = options
  const waiting: (() => void)[] = []
  let { mean } = options
  let running = 0
  let done = 0

  async function turn(): Promise<void> {
    if (running < width) {
      running++
      return
    }
    const wait = ((waiting.length + 1) * mean) / width
    if (wait > maxWait) throw new Busy(Math.ceil(wait / 1000))
    await new Promise<void>((resolve) => waiting.push(resolve))
  }

  function finish(took: number): void {
    mean += (took - mean) / 16
    done++
    const next = waiting.shift()
    if (next)
      next() // takes our place, so `running` stays
    else running--
  }

  return {
    run: async (work) => {
      await turn()
      const start = clock()
      try {
        return await work()
      } finally {
        finish(clock() - start)
      }
    },
    load: () => ({ running, waiting: waiting.length, done }),
  }
}
