/** Changing the key-encryption key: counts what is sealed under which key, and reseals it under the current one while the server runs. */
import { keyIdOf, type Sealer, Unsealable } from './seal.ts'
import type { SealedKind, SealedStore, SealedValue } from './types.ts'

/** How many values in the database are sealed under a key-encryption key. */
export interface KeyUse {
  /** Fingerprint of the key: 16 hexadecimal digits. */
  keyId: string
  values: number
}

export interface Resealed {
  /** Values that are now sealed under the current key. */
  resealed: number
  /** Values that do not open: damaged, or sealed under a key that was not given. */
  failed: number
}

export interface Sealing {
  /** Fingerprints of the key-encryption keys that were given, the current one first. */
  readonly keyIds: readonly string[]
  /** One entry for each key that something is sealed under. */
  uses(): Promise<KeyUse[]>
  /** Reseals everything under the current key, slice by slice. `progress`: called after each slice, with totals. `kinds`: only these. */
  reseal(progress: (done: Resealed & { total: number }) => void, kinds?: readonly SealedKind[]): Promise<Resealed>
}

/** Reseals a value if it is not under the current key. A value that changed in the meantime is left unchanged. `plain`: asked for only then. */
export type ResealOnUse = (kind: SealedKind, value: SealedValue, plain: () => Uint8Array) => Promise<void>

const sliceSize = 100

export function sealing(store: SealedStore, sealer: Sealer): Sealing {
  async function resealOne(kind: SealedKind, value: SealedValue): Promise<keyof Resealed> {
    try {
      const plain = sealer.open(contextOf(kind, value), value.sealed)
      await store.replace(kind, value, sealer.seal(contextOf(kind, value), plain))
      return 'resealed'
    } catch (error) {
      if (error instanceof Unsealable) return 'failed'
      throw error
    }
  }

  return {
    keyIds: sealer.keyIds,
    uses: () => keyUses(store),
    async reseal(progress, kinds) {
      const old = (await store.counts()).filter(({ kind, prefix }) => !sealer.isCurrent(prefix) && (kinds?.includes(kind) ?? true))
      const total = old.reduce((sum, { count }) => sum + count, 0)
      const done: Resealed = { resealed: 0, failed: 0 }
      for (const { kind, prefix } of old) {
        let after = { tenant: '', id: '' }
        for (let full = true; full; ) {
          const values = await store.slice(kind, { prefix, after, limit: sliceSize })
          for (const value of values) done[await resealOne(kind, value)]++
          after = values.at(-1) ?? after
          full = values.length === sliceSize
          progress({ ...done, total })
        }
      }
      return done
    },
  }
}

/** What is sealed under which key, for a database that no running application has opened. */
export async function keyUses(store: SealedStore): Promise<KeyUse[]> {
  const byKey = Map.groupBy(await store.counts(), ({ prefix }) => keyIdOf(prefix))
  return [...byKey].map(([keyId, counts]) => ({ keyId, values: counts.reduce((sum, { count }) => sum + count, 0) }))
}

/** A sentence for each key that something is sealed under and that was not given; empty when the database needs no other key. */
export function missingKeys(uses: readonly KeyUse[], keyIds: readonly string[]): string[] {
  return uses
    .filter(({ keyId }) => !keyIds.includes(keyId))
    .map(
      ({ keyId, values }) =>
        `${values} ${values === 1 ? 'value' : 'values'} in the database can be opened only with key-encryption key ${keyId}, which was not given — ` +
        'add its file to previous_key_encryption_key_files, and run "gatehouse keys reseal" before you remove it',
    )
}

export function resealOnUse(store: SealedStore, sealer: Sealer): ResealOnUse {
  return async (kind, value, plain) => {
    if (!sealer.isCurrent(value.sealed)) await store.replace(kind, value, sealer.seal(contextOf(kind, value), plain()))
  }
}

function contextOf(purpose: SealedKind, { tenant, id }: SealedValue) {
  return { purpose, tenant, id }
}
