/** A key store that forgets everything at the end. */
import type { KeyStore, SigningKeyRow } from '../src/crypto/types.ts'

/** `rows` may be looked into and tampered with. */
export function memoryKeyStore(): KeyStore & { rows: SigningKeyRow[]; reads: number } {
  const store = {
    rows: [] as SigningKeyRow[],
    reads: 0,
    signingKeys: {
      list: async () => {
        store.reads++
        return structuredClone(store.rows)
      },
      add: async (row: SigningKeyRow, previousRemoveAt: number | undefined) => {
        const sameAlg = store.rows.filter((other) => other.alg === row.alg)
        if (sameAlg.some((other) => other.generation === row.generation)) return false
        const previous = sameAlg.find((other) => other.generation === row.generation - 1)
        if (previous) previous.removeAt = previousRemoveAt
        store.rows.push(structuredClone(row))
        return true
      },
      remove: async (kid: string) => {
        const before = store.rows.length
        store.rows = store.rows.filter((row) => row.kid !== kid)
        return store.rows.length < before
      },
    },
  }
  return store
}
