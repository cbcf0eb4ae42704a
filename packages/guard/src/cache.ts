/** A cache that is bounded in number and time. */

export interface Cache<Value> {
  get(key: string): Value | undefined
  /** `until`: seconds since the epoch; from then on the entry is not returned. */
  set(key: string, value: Value, until: number): void
}

/** When it has `max` entries, the next one replaces the oldest. */
export function cache<Value>(max: number, now: () => number): Cache<Value> {
  const entries = new Map<string, { value: Value; until: number }>()
  return {
    get(key) {
      const entry = entries.get(key)
      return entry && entry.until > now() ? entry.value : undefined
    },
    set(key, value, until) {
      if (max === 0 || until <= now()) return
      entries.delete(key)
      if (entries.size >= max) entries.delete(entries.keys().next().value as string)
      entries.set(key, { value, until })
    },
  }
}
