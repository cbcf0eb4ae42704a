/** Finds the trust chains of an entity by asking its superiors, within bounds — OpenID Federation 1.0 §8.1, §9, §10.1. */
import { OAuthError, refuse, TooMany } from '../errors.ts'
import type { Remote } from '../remote.ts'
import { configurationUrl } from './entity-identifier.ts'
import { type EntityStatement, maxStatement, readConfiguration, readStatement } from './entity-statement.ts'
import { maxLength, type TrustAnchors, type TrustChain, verifyChain } from './trust-chain.ts'

/** What one search may cost: seconds for all its requests, seconds for one of them, and how many there may be. */
const limits = { seconds: 10, perRequest: 3, requests: 40 }
/** Paths towards the anchors that are followed at one distance from the subject. */
const maxPaths = 20

export interface DiscoveryDeps {
  remote: Remote
  anchors: TrustAnchors
  /** Before each request to another server but the first: whether the one who asks may cause it. Refuses, which ends the search. */
  count?: (() => Promise<void>) | undefined
  /** Seconds since the epoch. */
  now: () => number
}

/** Why a path did not lead to an anchor. */
export interface DeadEnd {
  /** The entities of the path, the subject first. */
  path: readonly string[]
  problem: string
}

export interface Discovery {
  chain: TrustChain | undefined
  /** False: the subject publishes no entity configuration, as far as this server can see. */
  isEntity: boolean
  deadEnds: readonly DeadEnd[]
  /** The first refusal of a path, for those who are told one. */
  fault: OAuthError | undefined
}

interface Path {
  statements: readonly EntityStatement[]
  /** The configuration of the entity that the next superior must vouch for. */
  top: EntityStatement
}

/** The shortest valid chain. `given`: the configuration of the subject where it need not be fetched. */
export async function discover(deps: DiscoveryDeps, subject: string, given?: EntityStatement): Promise<Discovery> {
  const ask = asker(deps)
  const deadEnds: DeadEnd[] = []
  let fault: OAuthError | undefined
  const ended = (chain: TrustChain | undefined, isEntity = true): Discovery => {
    return { chain, isEntity, deadEnds, fault: chain ? undefined : fault }
  }
  const attempt = async <T>(path: readonly string[], work: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await work()
    } catch (error) {
      if (error instanceof TooMany) throw error
      if (error instanceof OAuthError) fault ??= error
      deadEnds.push({ path, problem: problemOf(error) })
      return undefined
    }
  }
  const configuration = given ?? (await attempt([subject], () => ask.configuration(subject)))
  if (!configuration) return ended(undefined, fault !== undefined)
  if (deps.anchors.has(subject)) return ended(await attempt([subject], () => verifyChain([configuration], deps.anchors)))
  let paths: Path[] = [{ statements: [configuration], top: configuration }]
  for (let length = 2; length < maxLength; length++) {
    const longer: Path[] = []
    for (const { path, superior } of paths.flatMap((path) => superiorsOf(path, deps.anchors))) {
      const entities = [...path.statements.map(({ iss }) => iss), superior]
      const found = await attempt(entities, () => extended(ask, path, superior))
      if (!found) continue
      const chain =
        deps.anchors.has(superior) && (await attempt(entities, () => verifyChain([...found.statements, found.top], deps.anchors)))
      if (chain) return ended(chain)
      if (longer.length < maxPaths) longer.push(found)
    }
    paths = longer
  }
  fault ??= new OAuthError('invalid_trust_anchor', 'no superior of the entity leads to a trust anchor of this server')
  return ended(undefined)
}

/** The superiors that the topmost entity names; anchors first. Those that are in the path already would make it loop. */
function superiorsOf(path: Path, anchors: TrustAnchors): { path: Path; superior: string }[] {
  const inPath = new Set(path.statements.map(({ iss }) => iss))
  return path.top.authorityHints
    .filter((hint) => !inPath.has(hint))
    .toSorted((one, other) => Number(anchors.has(other)) - Number(anchors.has(one)))
    .map((superior) => ({ path, superior }))
}

/** With the statement of this superior about the topmost entity. */
async function extended(ask: Asker, { statements, top }: Path, superior: string): Promise<Path> {
  const configuration = await ask.configuration(superior)
  const endpoint = configuration.metadata['federation_entity']?.['federation_fetch_endpoint']
  if (typeof endpoint !== 'string' || !URL.canParse(endpoint))
    return refuse('invalid_trust_chain', 'a superior has no federation_fetch_endpoint')
  const statement = await ask.statement(endpoint, { iss: superior, sub: top.sub })
  return { statements: [...statements, statement], top: configuration }
}

/** The configuration that an entity publishes, signed with its own keys: nobody vouches for them yet. */
export function fetchConfiguration(deps: Pick<DiscoveryDeps, 'remote' | 'now'>, entity: string): Promise<EntityStatement> {
  return asker(deps).configuration(entity)
}

type Asker = ReturnType<typeof asker>

/** Asks for each statement once in one search, and for no more than the limits allow. */
function asker({ remote, now, count }: Pick<DiscoveryDeps, 'remote' | 'now' | 'count'>) {
  const begun = now()
  const asked = new Map<string, Promise<EntityStatement>>()

  async function fetched(url: string): Promise<string> {
    const left = limits.seconds - (now() - begun)
    if (left <= 0 || asked.size > limits.requests)
      refuse('invalid_trust_chain', 'the trust chain takes too long, or too many requests, to find')
    if (asked.size > 1) await count?.()
    const headers = { accept: 'application/entity-statement+jwt' }
    const timeout = Math.min(left, limits.perRequest)
    const answer = await remote.request({ url, headers, timeout, maxBytes: maxStatement })
    const type = answer.headers['content-type']?.split(';')[0]?.trim().toLowerCase()
    if (answer.status !== 200 || type !== 'application/entity-statement+jwt')
      throw new Error(`the answer has status ${answer.status}, or is no application/entity-statement+jwt`)
    return answer.body.trim()
  }

  function once(url: string, read: (jwt: string) => EntityStatement): Promise<EntityStatement> {
    const known = asked.get(url)
    if (known !== undefined) return known
    const statement = Promise.resolve(url).then(fetched).then(read)
    asked.set(url, statement)
    return statement
  }

  return {
    configuration: (entity: string) =>
      once(configurationUrl(entity), (jwt) => {
        const statement = readConfiguration(jwt, now())
        return statement.sub === entity
          ? statement
          : refuse('invalid_trust_chain', 'an entity configuration is not about the entity that publishes it') // §3.5 (4)
      }),
    statement(endpoint: string, { iss, sub }: { iss: string; sub: string }): Promise<EntityStatement> {
      const url = new URL(endpoint)
      url.searchParams.set('sub', sub) // §8.1.1
      return once(url.href, (jwt) => {
        const statement = readStatement(jwt, now())
        return statement.iss === iss && statement.sub === sub
          ? statement
          : refuse('invalid_trust_chain', 'a superior answered with a statement about or of another entity')
      })
    },
  }
}

function problemOf(error: unknown): string {
  return error instanceof OAuthError ? error.description : (error as Error).message
}
