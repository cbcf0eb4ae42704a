/** Who an access token is for, and how it is made: client, resource and tenant each have a say. */
import type { Client } from './client.ts'
import type { Ctx } from './feature.ts'
import type { Params } from './params.ts'
import type { Resource } from './ports.ts'
import type { Issuance, Target } from './types.ts'

export async function aim(ctx: Ctx, params: Params, issuance: Issuance): Promise<Target> {
  let resources: readonly Resource[] = []
  for (const feature of ctx.server.features)
    if (feature.aim) resources = (await feature.aim(ctx, { params, issuance })) ?? resources
  return target(ctx, issuance.client, issuance.scope, resources)
}

/** Without a resource the audience is this server: its own UserInfo endpoint, or APIs that take the issuer for their name. */
function target(ctx: Ctx, client: Client, scope: readonly string[], resources: readonly Resource[]): Target {
  const identifiers = resources.map((r) => r.identifier)
  const lifetimes = [
    client.access_token_lifetime ?? ctx.tenant.lifetimes.accessToken,
    ...resources.flatMap((r) => r.accessTokenLifetime ?? []),
  ]
  const opaque = resources.some((r) => r.accessTokenFormat === 'opaque')
  const told = resources.find((r) => r.accessTokenFormat !== undefined)?.accessTokenFormat
  return {
    audience: identifiers.length === 0 || scope.includes('openid') ? [...identifiers, ctx.issuer] : identifiers,
    scope,
    format: opaque ? 'opaque' : (told ?? client.access_token_format),
    alg: resources.find((r) => r.accessTokenAlg !== undefined)?.accessTokenAlg ?? client.access_token_signed_response_alg,
    lifetime: Math.min(...lifetimes),
  }
}
