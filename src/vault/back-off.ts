/** Providers that fail are asked less and less often, each connection by itself. */

/** Pause after the first failure, in seconds; doubled with each further one. */
const firstPause = 2
const longestPause = 300

export interface BackOff {
  /** How many seconds until the provider may be asked again; undefined: now. */
  wait(connection: string): number | undefined
  /** Returns the seconds until it may be asked again. */
  failed(connection: string): number
  succeeded(connection: string): void
}

/** `chance`: from 0 to 1, so that nodes that failed at the same moment do not ask again at the same moment. */
export function backOff({ now, chance }: { now(): number; chance(): number }): BackOff {
  const failing = new Map<string, { times: number; until: number }>()
  return {
    wait(connection) {
      const until = failing.get(connection)?.until ?? 0
      return until > now() ? until - now() : undefined
    },
    failed(connection) {
      const times = (failing.get(connection)?.times ?? 0) + 1
      const longest = Math.min(longestPause, firstPause * 2 ** (times - 1))
      const pause = Math.ceil(longest * (0.5 + chance() / 2))
      failing.set(connection, { times, until: now() + pause })
      return pause
    },
    succeeded: (connection) => void failing.delete(connection),
  }
}
