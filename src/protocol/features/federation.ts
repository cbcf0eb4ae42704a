/** A tenant as a member of a federation: its entity configuration and its former keys — OpenID Federation 1.0 §5.1, §8.7, §9. */
import { metadata } from '../assemble.ts'
import type { Ctx, Endpoint, Feature } from '../feature.ts'
import { federationKeysOf, registersAutomatically, statementLifetime } from '../federation/own-federation.ts'
import type { FormerKey, OwnFederation } from '../federation/store.ts'
import { readTrustMark } from '../federation/trust-mark.ts'
import type { TextReply } from '../request-reply.ts'

const historicalKeysPath = '/federation/historical-keys'

/** Members of `federation_entity`, and when an entity has them: a leaf has no subordinates to tell of. §5.1.1 */
const endpointMembers: readonly [path: string, member: string, has: (own: OwnFederation) => boolean][] = [
  ['/federation/fetch', 'federation_fetch_endpoint', ({ hasSubordinates }) => hasSubordinates],
  ['/federation/list', 'federation_list_endpoint', ({ hasSubordinates }) => hasSubordinates],
  ['/federation/resolve', 'federation_resolve_endpoint', ({ anchors }) => anchors.size > 0],
  ['/federation/trust-mark', 'federation_trust_mark_endpoint', () => true],
  ['/federation/trust-mark-status', 'federation_trust_mark_status_endpoint', () => true],
  ['/federation/trust-mark-list', 'federation_trust_mark_list_endpoint', () => true],
  [historicalKeysPath, 'federation_historical_keys_endpoint', () => true],
]

const configuration: Endpoint = {
  path: '/.well-known/openid-federation',
  methods: ['GET'],
  audience: 'program',
  cors: 'any',
  async handle(ctx) {
    const keys = federationKeysOf(ctx)
    const own = await ctx.store.federation.own()
    const now = ctx.now()
    return signed(
      'entity-statement+jwt',
      await keys.sign('entity-statement+jwt', {
        ...{ iss: ctx.issuer, sub: ctx.issuer, iat: now, exp: now + statementLifetime, jwks: await keys.jwks(now) },
        ...(own.superiors.length > 0 ? { authority_hints: own.superiors } : {}), // never an empty list: §3.2
        metadata: metadataOf(ctx, own),
        ...trustMarksOf(own),
      }),
    )
  },
}

/** By entity type. The metadata of the provider is that of its discovery. §5.1.3, §5.1.4 */
function metadataOf(ctx: Ctx, own: OwnFederation): Readonly<Record<string, object>> {
  const { issuer, server, tenant } = ctx
  const endpoints = endpointMembers.filter(([path, , has]) => server.endpoints.has(path) && has(own))
  const provider = { ...metadata(ctx), ...registrationOf(ctx) }
  return {
    federation_entity: {
      organization_name: tenant.name,
      ...Object.fromEntries(endpoints.map(([path, member]) => [member, issuer + path])),
    },
    ...(server.features.some(({ id }) => id === 'openid') ? { openid_provider: provider } : {}),
    oauth_authorization_server: provider,
  }
}

/** How relying parties become clients. §5.1.3 */
function registrationOf({ server, issuer }: Ctx): object {
  const path = '/federation/register'
  if (!server.endpoints.has(path)) return {}
  const types = registersAutomatically(server) ? ['automatic', 'explicit'] : ['explicit']
  return { client_registration_types_supported: types, federation_registration_endpoint: issuer + path }
}

/** Those that others issued to this tenant, and which ones it accepts as an anchor. §3.2 */
function trustMarksOf({ issuers, owners }: OwnFederation): object {
  const held = issuers.flatMap(({ trust_marks: marks }) =>
    marks.map((jwt) => ({ trust_mark_type: readTrustMark(jwt)?.type, trust_mark: jwt })),
  )
  const types = [...new Set(issuers.flatMap(({ trust_mark_types: accepted }) => accepted))]
  const issuersOf = (type: string) =>
    issuers.filter(({ trust_mark_types: accepted }) => accepted.includes(type)).map(({ entity_id: id }) => id)
  const owned = owners.flatMap(({ entity_id: sub, jwks, trust_mark_types: types }) => types.map((type) => [type, { sub, jwks }] as const))
  return {
    ...(owned.length > 0 ? { trust_mark_owners: Object.fromEntries(owned) } : {}),
    ...(held.length > 0 ? { trust_marks: held } : {}),
    ...(types.length > 0 ? { trust_mark_issuers: Object.fromEntries(types.map((type) => [type, issuersOf(type)])) } : {}),
  }
}

/** §8.7.2 */
const historicalKeys: Endpoint = {
  path: historicalKeysPath,
  methods: ['GET'],
  audience: 'program',
  cors: 'any',
  async handle(ctx) {
    const keys = federationKeysOf(ctx)
    const former = (await ctx.store.federation.formerKeys()).map(historical)
    return signed('jwk-set+jwt', await keys.sign('jwk-set+jwt', { iss: ctx.issuer, iat: ctx.now(), keys: former }))
  },
}

function historical({ jwk, createdAt, removedAt, revoked }: FormerKey): object {
  return { ...jwk, iat: createdAt, exp: removedAt, ...(revoked ? { revoked: { revoked_at: removedAt } } : {}) }
}

function signed(type: string, text: string): TextReply & { headers: Record<string, string> } {
  return { kind: 'text', status: 200, type: `application/${type}`, text, headers: { 'cache-control': 'public, max-age=600' } }
}

export function federation(): Feature {
  return { id: 'federation', spec: 'OpenID Federation 1.0', endpoints: [configuration, historicalKeys] }
}
