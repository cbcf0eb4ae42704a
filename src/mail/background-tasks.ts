/** Work that is done after the answer: bounded, and waited for when the house closes. */

/** More than these at once are not begun. */
const most = 200

export interface Errands {
  /** Begins it when the answer is on its way. A failure is told, and is nobody else's. */
  later(work: () => Promise<void>): void
  /** When all that was begun is done. */
  done(): Promise<void>
}

/** `tell`: learns what went wrong, without what was in it. */
export function errands(tell: (problem: object, text: string) => void): Errands {
  const running = new Set<Promise<void>>()
  return {
    later(work) {
      if (running.size >= most) return tell({ waiting: running.size }, 'too much mail is waiting; this one is not sent')
      const errand = new Promise<void>((resolve) => setImmediate(resolve))
        .then(work)
        .catch((error: { code?: unknown; responseCode?: unknown }) =>
          tell({ code: error.code, response: error.responseCode }, 'a mail could not be sent'),
        )
        .finally(() => running.delete(errand))
      running.add(errand)
    },
    async done() {
      await Promise.all(running)
    },
  }
}
