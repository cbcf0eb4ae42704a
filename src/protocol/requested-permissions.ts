/** What an authorization request asks a person to allow — RFC 6749 §4.1.1, RFC 8707 §2.1. */
import type { Ctx } from './feature.ts'
import { permissionsFor } from './permissions.ts'
import type { ConsentItem } from './request-reply.ts'
import type { Resource } from './resource.ts'
import type { AuthorizationRequest, Grant, Permission } from './types.ts'

export async function permissionsOf(ctx: Ctx, asked: AuthorizationRequest): Promise<Permission[]> {
  return permissionsIn(ctx, asked, await resourcesOf(ctx, asked))
}

/** The same, for those who know the APIs already. */
export function permissionsIn(ctx: Ctx, asked: AuthorizationRequest, resources: readonly Resource[]): Permission[] {
  const further = ctx.server.having('consentScopes').flatMap((feature) => feature.consentScopes(ctx, asked))
  return [...new Set([...permissionsFor(ctx, asked.scope, resources), ...permissionsFor(ctx, further, [])])]
}

/** What it asks for besides scopes. */
export function consentItemsOf(ctx: Ctx, asked: AuthorizationRequest, grant: Grant | undefined): ConsentItem[] {
  return ctx.server.having('consentItems').flatMap((feature) => feature.consentItems(ctx, asked, grant?.details ?? []))
}

/** Whether the grant holds all that is asked for. */
export async function isAllowed(ctx: Ctx, asked: AuthorizationRequest, grant: Grant | undefined): Promise<boolean> {
  const permissions = await permissionsOf(ctx, asked)
  return (
    permissions.every((permission) => grant?.scope.includes(permission)) && consentItemsOf(ctx, asked, grant).every(({ known }) => known)
  )
}

/** The APIs that a request names and that are still registered. */
export async function resourcesOf(ctx: Ctx, { extensions }: AuthorizationRequest): Promise<Resource[]> {
  const identifiers = extensions['resource']?.split(' ') ?? []
  const found = await Promise.all(identifiers.map((identifier) => ctx.store.resources.find(identifier)))
  return found.filter((resource) => resource !== undefined)
}
