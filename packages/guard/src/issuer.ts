/** The issuer as it describes itself — RFC 8414 — and its keys — RFC 7517; read anew when they grow old or a key is not among them. */

import { type Cache, cache } from './cache.ts'
import type { Claims } from './caller.ts'
import { type Fetch, fetchJson, isSafe } from './fetch-json.ts'
import { type Algorithm, type VerifyingKey, verifyingKey } from './public-key.ts'
import { refuse } from './refusal.ts'

/** Seconds after which what is known is read again: a key that the issuer takes back is trusted no longer than this. */
const FRESH = 300
/** Seconds for which it still serves while the issuer is away. */
const KEPT = 3600
/** Seconds from one attempt to the next, whatever the reason. */
const AGAIN = 10
const MOST_KEYS = 64

/** One reading. */
export interface Known {
  /** Seconds since the epoch. */
  at: number
  introspectionEndpoint: string | undefined
  /** `kid` undefined: the only key of this algorithm, if there is just one. */
  keyFor(kid: string | undefined, alg: Algorithm): VerifyingKey | undefined
  /** Tokens found good by these keys, by hash: with the keys goes what they vouched for. */
  verified: Cache<Claims>
}

export interface Issuer {
  /** Refuses with temporarily_unavailable when nothing is known, or only what is too old. */
  known(): Promise<Known>
  /** A later reading than this one, if there may be one already. Refuses with temporarily_unavailable when that cannot be told. */
  newer(than: Known): Promise<Known>
}

export interface IssuerOptions {
  issuer: string
  algorithms: readonly Algorithm[]
  /** How many verified tokens to remember. */
  cachedTokens: number
  fetch: Fetch
  /** Seconds since the epoch. */
  now(): number
}

export function issuer(options: IssuerOptions): Issuer {
  const { now } = options
  let latest: Known | undefined
  let failure: unknown
  let triedAt = Number.NEGATIVE_INFINITY
  let underWay: Promise<void> | undefined
  const isYounger = (time: number, seconds: number) => Math.abs(now() - time) < seconds // a clock that was set back makes it old too
  const unavailable = () => refuse('temporarily_unavailable', 'the issuer of access tokens cannot be asked', failure)

  async function readAnew(): Promise<void> {
    try {
      latest = await read(options)
      failure = undefined
    } catch (error) {
      failure = error
    } finally {
      underWay = undefined
    }
  }

  async function refresh(): Promise<void> {
    if (!underWay && isYounger(triedAt, AGAIN)) return
    if (!underWay) triedAt = now()
    underWay ??= readAnew()
    await underWay
  }

  return {
    async known() {
      if (latest && isYounger(latest.at, FRESH)) return latest
      await refresh()
      return latest && isYounger(latest.at, KEPT) ? latest : unavailable()
    },
    async newer(than) {
      if (latest === than) await refresh()
      return failure === undefined ? (latest as Known) : unavailable()
    },
  }
}

async function read({ issuer, algorithms, cachedTokens, fetch, now }: IssuerOptions): Promise<Known> {
  const at = now()
  const document = await fetchJson(fetch, metadataUrl(issuer))
  if (document['issuer'] !== issuer) throw new Error('the metadata document is that of another issuer') // RFC 8414 §3.3
  const jwksUri = endpoint(document, 'jwks_uri')
  const { keys = [] } = jwksUri === undefined ? {} : await fetchJson(fetch, jwksUri)
  if (!Array.isArray(keys) || keys.length > MOST_KEYS) throw new Error(`${jwksUri} has no list of keys, or too long a one`)
  return {
    at,
    introspectionEndpoint: endpoint(document, 'introspection_endpoint'),
    keyFor: keyTable(keys, algorithms),
    verified: cache(cachedTokens, now),
  }
}

/** The well-known part goes between host and path. RFC 8414 §3.1. */
function metadataUrl(issuer: string): string {
  const { origin, pathname } = new URL(issuer)
  return `${origin}/.well-known/oauth-authorization-server${pathname.replace(/\/$/, '')}`
}

function endpoint(document: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const url = document[name]
  if (url === undefined) return undefined
  if (typeof url !== 'string' || !URL.canParse(url) || !isSafe(new URL(url))) throw new Error(`${name} of the issuer is no https URL`)
  return url
}

function keyTable(keys: readonly unknown[], algorithms: readonly Algorithm[]): Known['keyFor'] {
  const byName = new Map<string, VerifyingKey>()
  const byAlgorithm = new Map<Algorithm, VerifyingKey[]>(algorithms.map((alg) => [alg, []]))
  for (const jwk of keys) {
    for (const alg of algorithms) {
      const key = verifyingKey(jwk, alg)
      if (!key) continue
      const { kid } = jwk as { kid?: unknown }
      if (typeof kid === 'string') byName.set(`${alg} ${kid}`, key)
      byAlgorithm.get(alg)?.push(key)
    }
  }
  return (kid, alg) => {
    if (kid !== undefined) return byName.get(`${alg} ${kid}`)
    const [only, ...others] = byAlgorithm.get(alg) ?? []
    return others.length === 0 ? only : undefined
  }
}
