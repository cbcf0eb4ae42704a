/** Values by name, as many as memory is meant for. Their sizes differ a thousandfold and are chosen by others, so they are counted and weighed. */
import { serialize } from 'node:v8'

export interface BoundedValues<Value> {
  get(name: string): Value | undefined
  /** As the latest. Nothing is kept that is too large for a tenth of all to have its size. */
  set(name: string, value: Value): void
  delete(name: string): void
}

/** Bytes of a value as it is written, which are a third to a half of those that it takes in memory. */
export function sizeOf(value: unknown): number {
  return serialize(value).length
}

/** Of more than `most`, or more than so many `bytes` together, the oldest tenth is forgotten. */
export function boundedValues<Value>({ most, bytes }: { most: number; bytes: number }): BoundedValues<Value> {
  const all = new Map<string, { value: Value; size: number }>()
  let total = 0

  function forget(name: string): void {
    total -= all.get(name)?.size ?? 0
    all.delete(name)
  }

  return {
    get: (name) => all.get(name)?.value,
    set(name, value) {
      forget(name)
      const size = sizeOf(value)
      if (size > bytes / 10) return
      all.set(name, { value, size })
      total += size
      if (all.size <= most && total <= bytes) return
      for (const oldest of all.keys()) {
        if (all.size <= most * 0.9 && total <= bytes * 0.9) return
        forget(oldest)
      }
    },
    delete: forget,
  }
}
