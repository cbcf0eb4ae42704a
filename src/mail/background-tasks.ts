/** Work that is done after the answer: bounded, and waited for when the house closes. */

/** More than these at once are not begun. */
const maxRunning = 200

export interface BackgroundTasks {
  /** Begins it when the answer is on its way. A failure is told, and is nobody else's. */
  start(work: () => Promise<void>): void
  /** When all that was begun is done. */
  drain(): Promise<void>
}

/** `tell`: learns what went wrong, without what was in it. */
export function backgroundTasks(tell: (problem: object, text: string) => void): BackgroundTasks {
  const running = new Set<Promise<void>>()
  return {
    start(work) {
      if (running.size >= maxRunning) return tell({ waiting: running.size }, 'too much mail is waiting; this one is not sent')
      const task = new Promise<void>((resolve) => setImmediate(resolve))
        .then(work)
        .catch((error: { code?: unknown; responseCode?: unknown }) =>
          tell({ code: error.code, response: error.responseCode }, 'a mail could not be sent'),
        )
        .finally(() => running.delete(task))
      running.add(task)
    },
    async drain() {
      await Promise.all(running)
    },
  }
}
