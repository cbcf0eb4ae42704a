/** Work that is done after the answer: bounded, and waited for at shutdown. */

/** More than these at once are not started. */
const maxRunning = 200

export interface BackgroundTasks {
  /** Starts it when the answer is on its way. A failure is logged, and affects no other task. */
  start(work: () => Promise<unknown>): void
  /** Resolves once all that was started is done. */
  drain(): Promise<void>
}

/** `tell`: learns what failed, without the content. */
export function backgroundTasks(tell: (problem: object, text: string) => void): BackgroundTasks {
  const running = new Set<Promise<void>>()
  return {
    start(work) {
      if (running.size >= maxRunning)
        return tell({ waiting: running.size }, 'too much work is waiting; a message is not sent before its next turn')
      const task = new Promise<void>((resolve) => setImmediate(resolve))
        .then(work)
        .then(() => undefined)
        .catch((error: { code?: unknown; responseCode?: unknown }) =>
          tell({ code: error.code, response: error.responseCode }, 'work after an answer failed'),
        )
        .finally(() => running.delete(task))
      running.add(task)
    },
    async drain() {
      await Promise.all(running)
    },
  }
}
