/** Remembers trust chains until they expire, and for a while that there is none — OpenID Federation 1.0 §10.4. */
import { OAuthError, TooMany, Unavailable } from '../errors.ts'
import { type Discovery, type DiscoveryDeps, discover } from './discovery.ts'
import type { EntityStatement } from './entity-statement.ts'
import { readStatement } from './entity-statement.ts'
import type { TrustAnchors, TrustChain } from './trust-chain.ts'
import { verifyChain } from './trust-chain.ts'

/** Seconds: a chain is looked for again after a day at the latest, and one that was not found after a minute. */
const remembered = { found: 86_400, missing: 60 }
/** Entities that are remembered; those found longest ago are forgotten first. */
const maxEntities = 1000
/** Searches at one time, of all and of one network, which could otherwise keep everybody else waiting for slow superiors. */
const maxSearches = { all: 32, network: 8 }

interface Known {
  until: number
  found: Discovery
}

/** Whom a search is for. */
export interface SearchedBy {
  /** The network of the address that asks. */
  network: string
  /** Before each request to another server but the first. */
  count(): Promise<void>
}

interface Search {
  /** The configuration of the entity, where it need not be fetched. */
  given?: EntityStatement | undefined
  /** undefined: an operator. */
  by: SearchedBy | undefined
}

export interface TrustChains {
  /** By asking the superiors, unless that is known. */
  find(anchors: TrustAnchors, entity: string, by?: SearchedBy): Promise<Discovery>
  /** What was remembered of it counts no more. */
  forget(anchors: TrustAnchors, entity: string): void
  /** That of these statements, if they are a chain of this entity; undefined: ask the superiors. `configuration`: in place of the first one. */
  given(anchors: TrustAnchors, entity: string, statements: readonly unknown[], configuration?: EntityStatement): TrustChain | undefined
  /** With this configuration in place of the one that the entity publishes; nothing is remembered. */
  withConfiguration(anchors: TrustAnchors, configuration: EntityStatement, by?: SearchedBy): Promise<Discovery>
}

export function trustChains({ remote, now }: Omit<DiscoveryDeps, 'anchors'>): TrustChains {
  const known = new Map<string, Known>()
  const underWay = new Map<string, Promise<Known>>()
  /** Of each set of anchors, by what is in it: with other anchors there are other chains. */
  const texts = new WeakMap<TrustAnchors, string>()
  const searches = new Map<string, number>()
  let all = 0

  function nameOf(anchors: TrustAnchors, entity: string): string {
    const text = texts.get(anchors) ?? JSON.stringify([...anchors])
    texts.set(anchors, text)
    return `${text} ${entity}`
  }

  async function search(anchors: TrustAnchors, entity: string, { given, by }: Search): Promise<Discovery> {
    const network = by?.network ?? ''
    const own = searches.get(network) ?? 0
    if (all >= maxSearches.all) throw new Unavailable('too many searches for trust chains at one time')
    if (by && own >= maxSearches.network) throw new TooMany('too many searches for trust chains from one address at one time')
    searches.set(network, own + 1)
    all++
    try {
      return await discover({ remote, now, anchors, count: by?.count }, entity, given)
    } finally {
      all--
      const left = searches.get(network)! - 1
      if (left > 0) searches.set(network, left)
      else searches.delete(network)
    }
  }

  function remember(name: string, it: Known): Known {
    known.delete(name)
    known.set(name, it)
    const [oldest = name] = known.keys()
    if (known.size > maxEntities) known.delete(oldest)
    return it
  }

  /** Those who ask while an entity is looked for share the answer, unless the one who began may ask no further. */
  async function searched(anchors: TrustAnchors, entity: string, by: SearchedBy | undefined): Promise<Known> {
    const name = nameOf(anchors, entity)
    for (let begun = underWay.get(name); begun !== undefined; begun = underWay.get(name)) {
      const shared = await begun.catch((error: unknown) => (error instanceof TooMany ? undefined : Promise.reject(error)))
      if (shared) return shared
    }
    const asked = search(anchors, entity, { by })
      .then((found) => remember(name, { found, until: lifetimeOf(found, now()) }))
      .finally(() => underWay.delete(name))
    underWay.set(name, asked)
    return asked
  }

  return {
    async find(anchors, entity, by) {
      const before = known.get(nameOf(anchors, entity))
      return (before && now() < before.until ? before : await searched(anchors, entity, by)).found
    },
    forget(anchors, entity) {
      known.delete(nameOf(anchors, entity))
    },
    given(anchors, entity, statements, configuration) {
      try {
        const [first, ...above] = statements.slice(0, 11).map((jwt) => readStatement(jwt, now()))
        if (first?.iss !== entity || first.sub !== entity) return undefined
        return verifyChain([configuration ?? first, ...above], anchors)
      } catch (error) {
        if (error instanceof OAuthError) return undefined
        throw error
      }
    },
    withConfiguration: (anchors, configuration, by) => search(anchors, configuration.sub, { given: configuration, by }),
  }
}

function lifetimeOf({ chain }: Discovery, now: number): number {
  return chain ? Math.min(chain.expiresAt, now + remembered.found) : now + remembered.missing
}
