/** A tenant's keys: signing and verifying tokens, decrypting, and the JWKS — RFC 7515, RFC 7516, RFC 7517, RFC 7519, RFC 8725. */

import type { KeyAlg, SigningAlg } from '../protocol/algs.ts'
import { decryptJwt, parseJweHeader } from '../protocol/codec/jwe.ts'
import { parseJws, parseObject } from '../protocol/codec/jws.ts'
import type { Keys } from '../protocol/ports.ts'
import { type CertifiedKey, credentialKey } from './credential-key.ts'
import { encode, isInForce, isOfType, maxLength } from './jwt.ts'
import { type KeyPurpose, keyCache, type OpenedKeys, type OpenKey } from './key-cache.ts'
import { keyRotation } from './key-rotation.ts'
import { activeOf, type KeyState, newestOf, type Schedule, stateOf, usualSchedule } from './key-schedule.ts'
import type { ResealOnUse } from './reseal.ts'
import type { Sealer } from './seal.ts'
import { isSignatureOf, isSlow, type KeyPair, signText } from './signer.ts'
import type { KeyStore, SigningKeyRow } from './types.ts'

export interface Keyring extends Keys {
  /**
   * Resolves when the fast algorithms can sign; rejects with `Unsealable` when the key of one does not open. The first key of a slow one is created when the JWKS is requested or something must be
   * signed with it, because most tenants never need one.
   */
  ready(): Promise<void>
  /** The algorithms whose keys are created here; the operator manages the other keys. */
  readonly ownAlgs: readonly KeyAlg[]
  /**
   * Publishes the next key, which signs after the schedule's lead time; or, `immediately`, one that signs now although a cached
   * JWKS may not have it yet. Nodes that rotate at once create one key. Returns the `kid` of the new or waiting key.
   */
  rotate(alg: KeyAlg, how: { immediately: boolean }): Promise<string>
  /** Removes a key from the JWKS and refuses what it signed; an active one is replaced. False when there is no such key. */
  revoke(kid: string): Promise<boolean>
  /** To be called regularly: publishes next keys in time, removes keys that are no longer needed, and reseals old ones. */
  rotateWhenDue(): Promise<void>
  list(): Promise<KeyInfo[]>
}

export interface KeyInfo extends Pick<SigningKeyRow, 'kid' | 'alg' | 'createdAt' | 'activeAt' | 'removeAt'> {
  state: KeyState
}

export interface KeyringOptions {
  store: KeyStore
  /** Signing keys unless given. */
  purpose?: KeyPurpose
  sealer: Sealer
  tenantId: string
  issuer: string
  algs: readonly SigningAlg[]
  /** Does anybody encrypt for this tenant? */
  decrypts?: boolean
  /** Of new keys. */
  rsaBits: number
  /** Seconds since the epoch. */
  now: () => number
  /** Seconds after which a change made by another node is seen. */
  reloadEvery: number
  schedule?: Schedule
  /** Keys that the operator manages; they replace ours and never rotate. */
  fixed?: readonly KeyPair[]
  /** Signs credentials in place of a key of the tenant. */
  certified?: CertifiedKey | undefined
  /** Keys that an earlier keyring of the tenant has opened. */
  opened?: OpenedKeys
  reseal: ResealOnUse
}

export function keyring(options: KeyringOptions): Keyring {
  const { issuer, algs, now, reloadEvery, schedule = usualSchedule } = options
  const fixed = (options.fixed ?? []).map((pair): OpenKey => ({ pair, headers: {} }))
  const signing = algs.filter((alg) => !fixed.some(({ pair }) => pair.alg === alg))
  const own: readonly KeyAlg[] = [...signing, ...(options.decrypts ? (['ECDH-ES'] as const) : [])]
  const cache = keyCache(options)
  const { ensure, rotate, revoke, rotateWhenDue } = keyRotation({ ...options, algs: own, cache, schedule })
  /** The set of one second, which follows from these rows. */
  let published: { rows: unknown; at: number; set: Awaited<ReturnType<Keyring['jwks']>> } | undefined

  async function activeKey(alg: KeyAlg): Promise<OpenKey> {
    return fixed.find(({ pair }) => pair.alg === alg) ?? cache.open(await activeRow(alg))
  }

  async function activeRow(alg: KeyAlg): Promise<SigningKeyRow> {
    if (!own.includes(alg)) throw new RangeError('the tenant has no keys for this algorithm')
    let keys = await cache.read(reloadEvery)
    if (!newestOf(keys.rows, alg)) {
      await ensure(alg)
      keys = await cache.readAnew()
    }
    const active = activeOf(keys.rows, alg, now())
    if (!active) throw new Error('a key vanished just after it was made')
    return active
  }

  /** An unknown key may be new from another node, so the store is read again, at most once a second. */
  async function publishedKey(kid: string): Promise<OpenKey | undefined> {
    const kept = fixed.find(({ pair }) => pair.kid === kid)
    if (kept) return kept
    const isNamed = (row: SigningKeyRow) => row.kid === kid
    let { rows } = await cache.read(reloadEvery)
    if (!rows.some(isNamed)) rows = (await cache.read(Math.min(reloadEvery, 1))).rows
    const row = rows.find(isNamed)
    return row && stateOf(rows, row, now()) !== 'removed' ? cache.open(row) : undefined
  }

  return {
    algs,
    ownAlgs: own,
    async ready() {
      await Promise.all(signing.filter((alg) => !isSlow(alg)).map(async (alg) => cache.check(await activeRow(alg))))
    },
    sign: async (alg, typ, claims) => signCompact(await activeKey(alg), typ, claims),
    verify: async (typ, token, at) => {
      const jws = parseJws(token, maxLength)
      if (!jws || typeof jws.header['kid'] !== 'string' || !isOfType(jws.header['typ'], typ)) return undefined
      const pair = (await publishedKey(jws.header['kid']))?.pair
      if (!pair || jws.header['alg'] !== pair.alg || !(await isSignatureOf(pair, jws.input, jws.signature))) return undefined // RFC 8725 §3.1
      const claims = parseObject(jws.payload)
      return claims?.['iss'] === issuer && (at === undefined || isInForce(claims, at)) ? claims : undefined // RFC 8725 §3.8
    },
    publishes: async (kid) => (await publishedKey(kid)) !== undefined,
    decrypt: async (text) => {
      const kid = parseJweHeader(text)?.['kid']
      const pair = typeof kid === 'string' ? (await publishedKey(kid))?.pair : undefined
      return pair?.alg === 'ECDH-ES' ? decryptJwt(text, pair.privateKey) : undefined
    },
    jwks: async (at) => {
      const last = published
      if (last?.at === at && last.rows === (await cache.read(reloadEvery)).rows) return last.set
      await Promise.all(own.map(activeKey))
      const { rows } = await cache.read(reloadEvery)
      const ofStore = rows.filter((row) => isPublished(row.alg, stateOf(rows, row, at))).map((row) => cache.open(row).pair.jwk)
      published = { rows, at, set: { keys: [...fixed.map(({ pair }) => pair.jwk), ...ofStore].toSorted(byAge) } }
      return published.set
    },
    credentials:
      options.certified || algs.includes('ES256')
        ? credentialKey(options.certified, async () => (await activeKey('ES256')).pair, schedule.retireAfter)
        : undefined,
    rotate,
    revoke,
    rotateWhenDue,
    list: async () => listed((await cache.readAnew()).rows, now()),
  }
}

/** Libraries that read the set with less care take its first key, or stumble over a kind that they do not know: the oldest kinds come first, and what does not sign comes last. */
function byAge(one: object, other: object): number {
  const rank = (jwk: object) => kinds.indexOf(String((jwk as { kty?: unknown }).kty))
  const isRs256 = (jwk: object) => (jwk as { alg?: unknown }).alg === 'RS256'
  const decrypts = (jwk: object) => Number((jwk as { use?: unknown }).use === 'enc')
  return decrypts(one) - decrypts(other) || rank(one) - rank(other) || Number(isRs256(other)) - Number(isRs256(one))
}

const kinds = ['RSA', 'EC', 'OKP', 'AKP']

/** Nobody shall encrypt for a key any more that another one follows, nor for one that is not known on every node yet. */
function isPublished(alg: KeyAlg, state: KeyState): boolean {
  return alg === 'ECDH-ES' ? state === 'active' : state !== 'removed'
}

function listed(rows: readonly SigningKeyRow[], at: number): KeyInfo[] {
  return rows.map((row) => {
    const { kid, alg, createdAt, activeAt, removeAt } = row
    return { kid, alg, createdAt, activeAt, removeAt, state: stateOf(rows, row, at) }
  })
}

async function signCompact({ pair, headers }: OpenKey, typ: string, claims: object): Promise<string> {
  headers[typ] ??= encode({ alg: pair.alg, typ, kid: pair.kid })
  const input = `${headers[typ]}.${encode(claims)}`
  return `${input}.${await signText(pair, input)}`
}
