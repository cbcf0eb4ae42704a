/** Trust chains: whether statements link a subject to a trust anchor, and the metadata that the subject has by them — OpenID Federation 1.0 §4, §6, §10.2. */
import { refuse } from '../errors.ts'
import type { PublicJwk } from '../remote.ts'
import { allowedTypes, checkConstraints } from './constraints.ts'
import { checkSignature, type EntityStatement, type Metadata } from './entity-statement.ts'
import { applyPolicy, type MetadataPolicy, mergePolicies, type PolicyChange } from './metadata-policy.ts'

/** Federation keys by entity identifier of the anchor, as the operator configured them. */
export type TrustAnchors = ReadonlyMap<string, readonly PublicJwk[]>

export interface TrustChain {
  /** The configuration of the subject, the statements of its superiors, and the configuration of the anchor unless it was left out. §4 */
  statements: readonly EntityStatement[]
  subject: string
  anchor: string
  /** As the operator configured them when it was verified. */
  anchorKeys: readonly PublicJwk[]
  /** The earliest expiry of its statements, in seconds since the epoch. §10.4 */
  expiresAt: number
  /** The federation keys of the subject, as its superior states them. */
  keys: readonly PublicJwk[]
  metadata: Metadata
  /** What constraints and policies took away or changed. */
  removedTypes: readonly string[]
  changes: readonly PolicyChange[]
}

/** No chain has more statements than these: the subject, eight superiors and the anchor. */
export const maxLength = 10

/** Refuses everything that is not a chain from a subject to one of these anchors, whose statements were each read. §10.2 */
export function verifyChain(statements: readonly EntityStatement[], anchors: TrustAnchors): TrustChain {
  const [configuration] = statements
  const last = statements.at(-1)
  if (!configuration || !last || statements.length > maxLength)
    return refuse('invalid_trust_chain', 'a trust chain must have 1 to 10 entity statements')
  checkLinks(statements)
  const anchorKeys =
    anchors.get(last.iss) ?? refuse('invalid_trust_anchor', 'the trust chain does not end at a trust anchor of this server')
  // Signatures last: they cost the most.
  checkSignature(configuration, configuration.keys)
  for (const [i, statement] of statements.entries()) checkSignature(statement, statements[i + 1]?.keys ?? anchorKeys)
  return {
    ...{ statements, subject: configuration.sub, anchor: last.iss, anchorKeys },
    expiresAt: Math.min(...statements.map(({ exp }) => exp)),
    keys: statements.length > 1 ? statements[1]!.keys : anchorKeys,
    ...resolvedMetadata(statements),
  }
}

/** The issuer of each is the subject of the next, and no entity is its own superior. */
function checkLinks(statements: readonly EntityStatement[]): void {
  const [configuration, superior] = statements as [EntityStatement, EntityStatement | undefined]
  if (configuration.iss !== configuration.sub)
    refuse('invalid_trust_chain', 'a trust chain must begin with the entity configuration of its subject')
  if (superior && !configuration.authorityHints.includes(superior.iss))
    refuse('invalid_trust_chain', 'the superior in a trust chain is none of the authority_hints of its subject') // §3.5 (6)
  const isLinked = statements.every(({ iss }, i) => i === statements.length - 1 || iss === statements[i + 1]!.sub)
  if (!isLinked) refuse('invalid_trust_chain', 'the issuer of a statement in a trust chain is not the subject of the next')
  const inner = statements.slice(1, -1)
  const last = statements.at(-1) as EntityStatement
  const entities = [
    configuration.sub,
    ...inner.map(({ iss }) => iss),
    ...(last.iss === last.sub || statements.length === 1 ? [] : [last.iss]),
  ]
  if (inner.some(({ iss, sub }) => iss === sub) || new Set(entities).size !== entities.length)
    refuse('invalid_trust_chain', 'a trust chain loops: an entity is in it twice')
}

/** §6.1.4, §6.2: the metadata that the immediate superior states, then constraints, then policies from the anchor down. */
function resolvedMetadata(statements: readonly EntityStatement[]): Pick<TrustChain, 'metadata' | 'removedTypes' | 'changes'> {
  const [configuration, ...others] = statements as [EntityStatement, ...EntityStatement[]]
  const superiors = others.filter(({ iss, sub }) => iss !== sub)
  const subjects = [configuration.sub, ...superiors.slice(1).map(({ sub }) => sub)]
  for (const [i, { constraints }] of superiors.entries()) if (constraints) checkConstraints(constraints, subjects.slice(0, i + 1))
  const stated = withSuperior(configuration.metadata, superiors[0]?.metadata ?? {})
  const allowed = superiors.reduce((metadata, { constraints }) => (constraints ? allowedTypes(metadata, constraints) : metadata), stated)
  const policy = superiors
    .toReversed()
    .reduce<MetadataPolicy | undefined>((above, { policy: own }) => (above && own ? mergePolicies(above, own) : (own ?? above)), undefined)
  const removedTypes = Object.keys(stated).filter((type) => !(type in allowed))
  return { removedTypes, ...(policy ? applyPolicy(allowed, policy) : { metadata: allowed, changes: [] }) }
}

/** What the immediate superior states wins, for entity types that the subject has. §3.1 (metadata) */
function withSuperior(metadata: Metadata, stated: Metadata): Metadata {
  return Object.fromEntries(Object.entries(metadata).map(([type, own]) => [type, { ...own, ...stated[type] }]))
}
