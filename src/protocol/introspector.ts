/** Who may introspect which tokens — RFC 7662 §2.1, §4: a client, or a resource server with its own credentials. */
import { matchesOne, readBasic } from './basic.ts'
import { authenticateConfidentialClient, refuseClient } from './client-auth.ts'
import { refuse } from './errors.ts'
import type { Ctx } from './feature.ts'
import type { Request } from './request-reply.ts'
import { knownScopes, type Resource } from './resource.ts'
import type { Credential, Introspector } from './types.ts'

/** Refuses with `invalid_client`, with the same description whatever was wrong. */
export async function authenticateIntrospector(ctx: Ctx, request: Request): Promise<Introspector> {
  const own = await authenticateResource(ctx, request)
  if (own) return { clientId: undefined, audience: own.identifier, resource: own }
  const { client_id: clientId, resource_server: audience } = await authenticateConfidentialClient(ctx, request)
  const resource = audience === undefined ? undefined : await ctx.store.resources.find(audience)
  return { clientId, audience: resource?.identifier ?? audience, resource }
}

/** The resource of this name, if it has secrets. It takes precedence over a client of the same name, because only operators register resources. */
async function authenticateResource(ctx: Ctx, request: Request): Promise<Resource | undefined> {
  const given = readBasic(request)
  const resource = given && (await ctx.store.resources.named(given.id))
  if (!resource || resource.secretHashes.length === 0) return undefined
  if (['client_id', 'client_secret', 'client_assertion'].some((name) => request.params.get(name) !== undefined))
    refuse('invalid_request', 'a resource server authenticates by the Authorization header alone') // RFC 6749 §2.3
  return (await matchesOne(ctx, given.secrets, resource.secretHashes)) ? resource : refuseClient('wrong secret of a resource')
}

/** Only the client it was issued to and the resource servers it is for may introspect a token. RFC 9701 §5. */
export function concerns(token: Credential, by: Introspector): boolean {
  return isOwn(token, by) || (by.audience !== undefined && token.audience.includes(by.audience))
}

/** The scopes that the introspector may see: all of them for the client, those it declares for a resource server. RFC 9701 §5. */
export function visibleScope(token: Credential, by: Introspector): readonly string[] {
  return isOwn(token, by) || !by.resource ? token.scope : knownScopes(token.scope, [by.resource])
}

/** Some credentials were not issued to a client, and some introspectors are not clients. */
function isOwn({ clientId }: Credential, by: Introspector): boolean {
  return clientId !== undefined && clientId === by.clientId
}
