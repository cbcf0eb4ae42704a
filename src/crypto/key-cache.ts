/** A tenant's signing keys as last read from the store, opened and ready. */
import type { KeyAlg } from '../protocol/algs.ts'
import type { ResealOnUse } from './reseal.ts'
import type { Sealer } from './seal.ts'
import { fromPkcs8, type KeyPair, toPkcs8 } from './signer.ts'
import type { KeyStore, SigningKeyRow } from './types.ts'

export interface OpenKey {
  readonly pair: KeyPair
  /** Protected headers by `typ`, in base64url, serialised once. */
  readonly headers: Map<string, string>
}

export interface LoadedKeys {
  readonly rows: readonly SigningKeyRow[]
  /** By kid, one for each row. */
  readonly open: ReadonlyMap<string, OpenKey>
  /** When the read began. */
  readonly at: number
}

/** What the keys of a tenant sign: tokens, or the statements of its federation. */
export type KeyPurpose = 'signing-key' | 'federation-key'

export interface KeyCache {
  /** The keys as they were at most `maxAge` seconds ago. Concurrent callers share one read. */
  read(maxAge: number): Promise<LoadedKeys>
  /** The current keys, including our own changes. */
  readAnew(): Promise<LoadedKeys>
  /** Stores a pair. False if this algorithm already has a key of that generation. */
  add(
    pair: KeyPair,
    when: Pick<SigningKeyRow, 'generation' | 'createdAt' | 'activeAt'>,
    previousRemoveAt: number | undefined,
  ): Promise<boolean>
  remove(kid: string): Promise<boolean>
  /** Reseals keys that are not under the current key-encryption key. */
  resealOld(): Promise<void>
}

/** `now`: seconds since the epoch. */
export function keyCache(options: {
  store: KeyStore
  sealer: Sealer
  tenantId: string
  now: () => number
  reseal: ResealOnUse
  purpose?: KeyPurpose
}): KeyCache {
  const { store, sealer, now, tenantId: tenant, purpose = 'signing-key' } = options
  // The seal covers algorithm and kid: write access to rows is not enough to add a key or to use one with another algorithm.
  const sealContextOf = (alg: KeyAlg, kid: string) => ({ purpose, tenant, id: `${alg}:${kid}` })
  let latest: LoadedKeys = { rows: [], open: new Map(), at: Number.NEGATIVE_INFINITY }
  let underWay: Promise<LoadedKeys> | undefined
  let begun = 0
  let kept = 0

  function openRow(row: SigningKeyRow): OpenKey {
    const der = sealer.open(sealContextOf(row.alg, row.kid), row.sealedKey)
    return { pair: fromPkcs8(row.alg, row.kid, der), headers: new Map() }
  }

  async function readAnew(): Promise<LoadedKeys> {
    const mine = ++begun
    const at = now()
    const rows = await store.signingKeys.list()
    if (rows === latest.rows) return latest // the store remembers them
    const open = new Map(rows.map((row) => [row.kid, latest.open.get(row.kid) ?? openRow(row)]))
    if (mine < kept) return latest // a later read was faster
    kept = mine
    latest = { rows, open, at }
    return latest
  }

  return {
    read: async (maxAge) => {
      if (Math.abs(now() - latest.at) < maxAge) return latest // also if the clock was set back
      underWay ??= readAnew().finally(() => {
        underWay = undefined
      })
      return underWay
    },
    readAnew,
    add: (pair, when, previousRemoveAt) => {
      const { alg, kid } = pair
      const sealedKey = sealer.seal(sealContextOf(alg, kid), toPkcs8(pair))
      return store.signingKeys.add(
        { kid, alg, publicJwk: JSON.stringify(pair.jwk), sealedKey, ...when, removeAt: undefined },
        previousRemoveAt,
      )
    },
    remove: (kid) => store.signingKeys.remove(kid),
    async resealOld() {
      const { rows, open } = latest
      for (const { alg, kid, sealedKey: sealed } of rows)
        await options.reseal(purpose, { tenant, id: `${alg}:${kid}`, sealed }, () => toPkcs8(open.get(kid)!.pair))
    },
  }
}
