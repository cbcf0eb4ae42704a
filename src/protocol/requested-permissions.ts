/** What an authorization request asks a person to allow — RFC 6749 §4.1.1, RFC 8707 §2.1. */
import type { Ctx } from './feature.ts'
import { permissionsFor } from './permissions.ts'
import type { Resource } from './resource.ts'
import type { AuthorizationRequest, Permission } from './types.ts'

export async function permissionsOf(ctx: Ctx, asked: AuthorizationRequest): Promise<Permission[]> {
  return permissionsFor(ctx, asked.scope, await resourcesOf(ctx, asked))
}

/** The APIs that a request names and that are still registered. */
export async function resourcesOf(ctx: Ctx, { extensions }: AuthorizationRequest): Promise<Resource[]> {
  const identifiers = extensions['resource']?.split(' ') ?? []
  const found = await Promise.all(identifiers.map((identifier) => ctx.store.resources.find(identifier)))
  return found.filter((resource) => resource !== undefined)
}
