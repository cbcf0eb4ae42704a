/** The audience, scope and form of an access token, from the registration of client and resource and the settings of the tenant — RFC 8707 §2.2. */
import type { Client } from './client.ts'
import { refuse } from './errors.ts'
import type { Ctx } from './feature.ts'
import type { Params } from './params.ts'
import { registeredAt } from './permissions.ts'
import { knownScopes, type Resource } from './resource.ts'
import type { Issuance, Target } from './types.ts'

export async function resolveTarget(ctx: Ctx, params: Params, issuance: Issuance): Promise<Target> {
  let resources: readonly Resource[] = []
  for (const feature of ctx.server.having('resolveResources'))
    resources = (await feature.resolveResources(ctx, { params, issuance })) ?? resources
  const { client, audience } = issuance
  const scope = await registeredAt(ctx, client, issuance.scope, resources)
  if (scope.length === 0 && issuance.scope.length > 0)
    refuse('invalid_scope', 'this client is not registered for these scopes at this resource; set them in resource_scope')
  const made = target(ctx, client, scopeFor(ctx, scope, resources), resources)
  return audience === undefined ? made : { ...made, audience }
}

/** Identifiers of the APIs that its tokens are for when a request names none. */
export function defaultResources({ default_resource: identifier }: Pick<Client, 'default_resource'>): readonly string[] {
  return identifier === undefined ? [] : [identifier]
}

/** The APIs with these identifiers. §2 */
export async function resourcesNamed(ctx: Ctx, identifiers: readonly string[]): Promise<readonly Resource[]> {
  const found = await Promise.all(identifiers.map((identifier) => ctx.store.resources.find(identifier)))
  return found.map((one) => one ?? refuse('invalid_target', 'resource is not known here'))
}

/**
 * The scopes that the audience understands; other granted scopes may go into another token. With `openid` the token is for UserInfo too,
 * which understands the scopes of this server. §2.2.
 */
function scopeFor(ctx: Ctx, granted: readonly string[], resources: readonly Resource[]): readonly string[] {
  const atResources = knownScopes(granted, resources)
  const scope = granted.filter((s) => atResources.includes(s) || (granted.includes('openid') && Object.hasOwn(ctx.tenant.scopes, s)))
  return scope.length > 0 || granted.length === 0 ? scope : refuse('invalid_scope', 'the resource knows none of the scopes')
}

/** Without a resource the audience is this server: its own UserInfo endpoint, or APIs that use the issuer as their identifier. */
function target(ctx: Ctx, client: Client, scope: readonly string[], resources: readonly Resource[]): Target {
  const identifiers = resources.map((r) => r.identifier)
  const lifetimes = [
    client.access_token_lifetime ?? ctx.tenant.lifetimes.accessToken,
    ...resources.flatMap((r) => r.access_token_lifetime ?? []),
  ]
  const opaque = resources.some((r) => r.access_token_format === 'opaque')
  const told = resources.find((r) => r.access_token_format !== undefined)?.access_token_format
  const typ = resources.find((r) => r.access_token_typ !== undefined)?.access_token_typ
  const alg = resources.find((r) => r.access_token_signed_response_alg !== undefined)?.access_token_signed_response_alg
  return {
    audience: identifiers.length === 0 || scope.includes('openid') ? [...identifiers, ctx.issuer] : identifiers,
    scope,
    format: opaque ? 'opaque' : (told ?? client.access_token_format),
    typ: typ ?? client.access_token_typ,
    alg: alg ?? client.access_token_signed_response_alg,
    lifetime: Math.min(...lifetimes),
    claimSources: Object.assign({}, ...resources.toReversed().map((r) => r.access_token_claim_sources)), // the first named wins
  }
}
