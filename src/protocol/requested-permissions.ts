/** What an authorization request asks a person to allow — RFC 6749 §4.1.1, RFC 8707 §2.1. */
import type { Ctx } from './feature.ts'
import { permissionsFor } from './permissions.ts'
import type { Resource } from './resource.ts'
import type { AuthorizationRequest, Permission } from './types.ts'

export async function permissionsOf(ctx: Ctx, asked: AuthorizationRequest): Promise<Permission[]> {
  return permissionsIn(ctx, asked, await resourcesOf(ctx, asked))
}

/** The same, for those who know the APIs already. */
export function permissionsIn(ctx: Ctx, asked: AuthorizationRequest, resources: readonly Resource[]): Permission[] {
  const further = ctx.server.features.flatMap((feature) => feature.consentScopes?.(ctx, asked) ?? [])
  return [...new Set([...permissionsFor(ctx, asked.scope, resources), ...permissionsFor(ctx, further, [])])]
}

/** The APIs that a request names and that are still registered. */
export async function resourcesOf(ctx: Ctx, { extensions }: AuthorizationRequest): Promise<Resource[]> {
  const identifiers = extensions['resource']?.split(' ') ?? []
  const found = await Promise.all(identifiers.map((identifier) => ctx.store.resources.find(identifier)))
  return found.filter((resource) => resource !== undefined)
}
