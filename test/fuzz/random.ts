/** A seeded pseudo-random number generator. */

export interface Random {
  /** An integer from 0 to `bound` − 1. */
  below(bound: number): number
  chance(probability: number): boolean
  /** Throws when the list is empty. */
  pick<T>(list: readonly T[]): T
  /** Each entry with probability 1/2. */
  some<T>(list: readonly T[]): T[]
}

/** `stream`: each seed has independent streams, one for each test case. */
export function randomFrom(seed: number, stream: number): Random {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(stream + 1, 0xc2b2ae35)
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
  }
  const below = (bound: number) => Math.floor(next() * bound)
  return {
    below,
    chance: (probability) => next() < probability,
    pick(list) {
      if (list.length === 0) throw new Error('there is nothing to pick from')
      return list[below(list.length)]!
    },
    some: (list) => list.filter(() => next() < 0.5),
  }
}
