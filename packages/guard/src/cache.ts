/** What is remembered for a while, and never more than so many things. */

export interface Cache<Value> {
  get(key: string): Value | undefined
  /** `until`: seconds since the epoch; from then on it is forgotten. */
  set(key: string, value: Value, until: number): void
}

/** When it is full the oldest goes. */
export function cache<Value>(most: number, now: () => number): Cache<Value> {
  const kept = new Map<string, { value: Value; until: number }>()
  return {
    get(key) {
      const found = kept.get(key)
      return found && found.until > now() ? found.value : undefined
    },
    set(key, value, until) {
      if (most === 0 || until <= now()) return
      kept.delete(key)
      if (kept.size >= most) kept.delete(kept.keys().next().value as string)
      kept.set(key, { value, until })
    },
  }
}

/** Tells whether a name is used for the first time. Forgets nothing before its time: when it is full, it takes no more. `until` never goes back. */
export function onlyOnce(most: number, now: () => number): (name: string, until: number) => 'first' | 'again' | 'full' {
  const used = new Map<string, number>()
  return (name, until) => {
    for (const [oldest, time] of used) {
      if (time > now()) break
      used.delete(oldest)
    }
    if (used.has(name)) return 'again'
    if (used.size >= most) return 'full'
    used.set(name, until)
    return 'first'
  }
}
