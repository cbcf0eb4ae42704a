/** Stopping the server on a signal, within a time limit. */
import { constants } from 'node:os'

const signals = ['SIGTERM', 'SIGINT'] as const

/** Resolves at the first SIGTERM or SIGINT. A later one ends the process at once. */
export function untilSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let stopping = false
    let impatient = false
    for (const signal of signals) {
      process.on(signal, () => {
        if (impatient) process.exit(128 + constants.signals[signal])
        if (stopping) return
        stopping = true
        resolve(signal)
        // npm and a terminal may both forward the same Ctrl-C.
        setTimeout(() => {
          impatient = true
        }, 500).unref()
      })
    }
  })
}

/** False if the work takes longer. */
export function within(seconds: number, work: Promise<void>): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(false), seconds * 1000)
    work.then(() => resolve(true), reject).finally(() => clearTimeout(timer))
  })
}
