/** A tenant's signing keys as last read from the store, opened and ready. */
import type { KeyAlg } from '../protocol/algs.ts'
import type { ResealOnUse } from './reseal.ts'
import type { Sealer } from './seal.ts'
import { fromPkcs8, type KeyPair, toPkcs8 } from './signer.ts'
import type { KeyStore, SigningKeyRow } from './types.ts'

export interface OpenKey {
  readonly pair: KeyPair
  /** Protected headers by `typ`, in base64url, serialised once. */
  readonly headers: Record<string, string>
}

export interface LoadedKeys {
  readonly rows: readonly SigningKeyRow[]
  /** When the read began. */
  readonly at: number
}

/** What was last read, and the keys of it that were used. It is kept when the keyring is not, so that each is opened once. */
export interface OpenedKeys {
  latest: LoadedKeys
  keys: readonly OpenKey[]
}

export const noOpenedKeys = (): OpenedKeys => ({ latest: { rows: [], at: Number.NEGATIVE_INFINITY }, keys: [] })

/** What the keys of a tenant sign: tokens, or the statements of its federation. */
export type KeyPurpose = 'signing-key' | 'federation-key'

export interface KeyCache {
  /** The keys as they were at most `maxAge` seconds ago. Concurrent callers share one read. */
  read(maxAge: number): Promise<LoadedKeys>
  /** The current keys, including our own changes. */
  readAnew(): Promise<LoadedKeys>
  /** The key of a row, which is opened when it is used for the first time. Throws `Unsealable`. */
  open(row: SigningKeyRow): OpenKey
  /** Throws `Unsealable` when the key of the row cannot be opened, and keeps nothing. */
  check(row: SigningKeyRow): void
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
  opened?: OpenedKeys
}): KeyCache {
  const { store, sealer, now, tenantId: tenant, purpose = 'signing-key', opened = noOpenedKeys() } = options
  // The seal covers algorithm and kid: write access to rows is not enough to add a key or to use one with another algorithm.
  const sealContextOf = (alg: KeyAlg, kid: string) => ({ purpose, tenant, id: `${alg}:${kid}` })
  let underWay: Promise<LoadedKeys> | undefined
  let begun = 0
  let kept = 0

  const unsealed = ({ alg, kid, sealedKey }: SigningKeyRow) => sealer.open(sealContextOf(alg, kid), sealedKey)

  function open(row: SigningKeyRow): OpenKey {
    const { alg, kid } = row
    const known = opened.keys.find(({ pair }) => pair.kid === kid)
    if (known) return known
    const key = { pair: fromPkcs8(alg, kid, unsealed(row)), headers: {} }
    opened.keys = [...opened.keys, key]
    return key
  }

  async function readAnew(): Promise<LoadedKeys> {
    const mine = ++begun
    const at = now()
    const rows = await store.signingKeys.list()
    if (rows === opened.latest.rows) return opened.latest // the store remembers them
    if (mine < kept) return opened.latest // a later read was faster
    kept = mine
    opened.latest = { rows, at }
    opened.keys = opened.keys.filter(({ pair }) => rows.some(({ kid }) => kid === pair.kid))
    return opened.latest
  }

  return {
    read: async (maxAge) => {
      if (Math.abs(now() - opened.latest.at) < maxAge) return opened.latest // also if the clock was set back
      underWay ??= readAnew().finally(() => {
        underWay = undefined
      })
      return underWay
    },
    readAnew,
    open,
    check(row) {
      unsealed(row)
    },
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
      for (const row of opened.latest.rows) {
        const { alg, kid, sealedKey: sealed } = row
        await options.reseal(purpose, { tenant, id: `${alg}:${kid}`, sealed }, () => toPkcs8(open(row).pair))
      }
    },
  }
}
