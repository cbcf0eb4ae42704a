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
/** Searches at one time. */
const maxSearches = 32

interface Known {
  until: number
  found: Discovery
}

interface Search {
  /** The configuration of the entity, where it need not be fetched. */
  given?: EntityStatement | undefined
  count: DiscoveryDeps['count']
}

export interface TrustChains {
  /** By asking the superiors, unless that is known. `count`: before each request to one of them. */
  find(anchors: TrustAnchors, entity: string, count?: DiscoveryDeps['count']): Promise<Discovery>
  /** That of these statements, if they are a chain of this entity; undefined: ask the superiors. `configuration`: in place of the first one. */
  given(anchors: TrustAnchors, entity: string, statements: readonly unknown[], configuration?: EntityStatement): TrustChain | undefined
  /** With this configuration in place of the one that the entity publishes; nothing is remembered. */
  withConfiguration(anchors: TrustAnchors, configuration: EntityStatement, count?: DiscoveryDeps['count']): Promise<Discovery>
}

export function trustChains({ remote, now }: Omit<DiscoveryDeps, 'anchors'>): TrustChains {
  const known = new Map<string, Known>()
  const underWay = new Map<string, Promise<Known>>()
  /** Of each set of anchors, by what is in it: with other anchors there are other chains. */
  const texts = new WeakMap<TrustAnchors, string>()
  let searches = 0

  function nameOf(anchors: TrustAnchors, entity: string): string {
    const text = texts.get(anchors) ?? JSON.stringify([...anchors])
    texts.set(anchors, text)
    return `${text} ${entity}`
  }

  async function search(anchors: TrustAnchors, entity: string, { given, count }: Search): Promise<Discovery> {
    if (searches >= maxSearches) throw new Unavailable('too many searches for trust chains at one time')
    searches++
    try {
      return await discover({ remote, now, anchors, count }, entity, given)
    } finally {
      searches--
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
  async function searched(anchors: TrustAnchors, entity: string, count: DiscoveryDeps['count']): Promise<Known> {
    const name = nameOf(anchors, entity)
    for (let begun = underWay.get(name); begun !== undefined; begun = underWay.get(name)) {
      const shared = await begun.catch((error: unknown) => (error instanceof TooMany ? undefined : Promise.reject(error)))
      if (shared) return shared
    }
    const asked = search(anchors, entity, { count })
      .then((found) => remember(name, { found, until: lifetimeOf(found, now()) }))
      .finally(() => underWay.delete(name))
    underWay.set(name, asked)
    return asked
  }

  return {
    async find(anchors, entity, count) {
      const before = known.get(nameOf(anchors, entity))
      return (before && now() < before.until ? before : await searched(anchors, entity, count)).found
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
    withConfiguration: (anchors, configuration, count) => search(anchors, configuration.sub, { given: configuration, count }),
  }
}

function lifetimeOf({ chain }: Discovery, now: number): number {
  return chain ? Math.min(chain.expiresAt, now + remembered.found) : now + remembered.missing
}
