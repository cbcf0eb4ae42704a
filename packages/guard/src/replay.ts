/** The record of used DPoP proofs — RFC 9449 §11.1. */

/** Processes that serve one API must share one. */
export interface ReplayStore {
  /**
   * True the first time, false from then on. `id` is a hash of 43 characters, `until` a whole number of seconds since the epoch,
   * until which the id must be stored. One atomic act, such as `SET id 1 NX EXAT until` of Redis. When it throws, the request gets 503.
   */
  first(id: string, until: number): boolean | Promise<boolean>
}

/** Old ids are dropped a few at a time, so that no request bears the cost of an earlier burst. */
const DROPPED_AT_ONCE = 8

/** In the memory of this process. Drops no id before it expires: with `max` unexpired ids it throws instead. */
export function memoryReplayStore(max: number, now: () => number): ReplayStore {
  const used = new Map<string, number>()
  return {
    first(id, until) {
      for (const [oldest, time] of used.entries().take(DROPPED_AT_ONCE)) {
        if (time > now()) break
        used.delete(oldest)
      }
      if (used.has(id)) return false
      if (used.size >= max) throw new Error(`more than ${max} DPoP proofs within their lifetime`)
      used.set(id, until)
      return true
    },
  }
}
