/** Remembers trust chains until they expire, and for a while that there is none — OpenID Federation 1.0 §10.4. */
import { OAuthError, Unavailable } from '../errors.ts'
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

export interface TrustChains {
  /** By asking the superiors, unless that is known. */
  find(anchors: TrustAnchors, entity: string): Promise<Discovery>
  /** That of these statements, if they are a chain of this entity; undefined: ask the superiors. */
  given(anchors: TrustAnchors, entity: string, statements: readonly unknown[]): TrustChain | undefined
  /** With this configuration in place of the one that the entity publishes; nothing is remembered. */
  withConfiguration(anchors: TrustAnchors, configuration: EntityStatement): Promise<Discovery>
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

  async function search(anchors: TrustAnchors, entity: string, given?: EntityStatement): Promise<Discovery> {
    if (searches >= maxSearches) throw new Unavailable('too many searches for trust chains at one time')
    searches++
    try {
      return await discover({ remote, now, anchors }, entity, given)
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

  /** Those who ask while an entity is looked for share the answer. */
  function searched(anchors: TrustAnchors, entity: string): Promise<Known> {
    const name = nameOf(anchors, entity)
    const begun = underWay.get(name)
    if (begun !== undefined) return begun
    const asked = search(anchors, entity)
      .then((found) => remember(name, { found, until: lifetimeOf(found, now()) }))
      .finally(() => underWay.delete(name))
    underWay.set(name, asked)
    return asked
  }

  return {
    async find(anchors, entity) {
      const before = known.get(nameOf(anchors, entity))
      return before && now() < before.until ? { ...before.found, requests: 0 } : (await searched(anchors, entity)).found
    },
    given(anchors, entity, statements) {
      try {
        const chain = verifyChain(
          statements.slice(0, 11).map((jwt) => readStatement(jwt, now())),
          anchors,
        )
        return chain.subject === entity ? chain : undefined
      } catch (error) {
        if (error instanceof OAuthError) return undefined
        throw error
      }
    },
    withConfiguration: (anchors, configuration) => search(anchors, configuration.sub, configuration),
  }
}

function lifetimeOf({ chain }: Discovery, now: number): number {
  return chain ? Math.min(chain.expiresAt, now + remembered.found) : now + remembered.missing
}
