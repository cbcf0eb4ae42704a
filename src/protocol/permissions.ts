/** What a person allows an application: a scope of this server, or a scope at one API — RFC 8707 §2, RFC 6749 §3.3. */
import type { Client } from './client.ts'
import type { Ctx } from './feature.ts'
import { knownScopes, type Resource } from './resource.ts'
import { normalised } from './resource-identifier.ts'
import type { Permission } from './types.ts'

/** No scope can contain it. */
const separator = '"'

/** The permissions for these scopes at these APIs. Scopes that none of them declares, and this server's own, apply to this server. */
export function permissionsFor(ctx: Ctx, scope: readonly string[], resources: readonly Resource[]): Permission[] {
  return scope.flatMap((word) => {
    const at = resources
      .filter((resource) => knownScopes([word], [resource]).length > 0)
      .map(({ identifier }) => `${word}${separator}${identifier}`)
    return at.length === 0 || Object.hasOwn(ctx.tenant.scopes, word) ? [word, ...at.filter((one) => declares(resources, one))] : at
  })
}

/** The scope of a permission, and the API where it is allowed; undefined: at this server. */
export function partsOf(permission: Permission): { word: string; identifier: string | undefined } {
  const at = permission.indexOf(separator) // the first: an identifier may contain the separator, too
  return at < 0 ? { word: permission, identifier: undefined } : { word: permission.slice(0, at), identifier: permission.slice(at + 1) }
}

/** An API that declares no scopes accepts all of them, but this server's own scopes allow nothing there. */
function declares(resources: readonly Resource[], permission: Permission): boolean {
  const { word, identifier } = partsOf(permission)
  return resources.some((resource) => resource.identifier === identifier && Object.hasOwn(resource.scopes, word))
}

/** The scopes of these permissions, each once. */
export function scopesAmong(permissions: readonly Permission[]): string[] {
  return [...new Set(permissions.map((permission) => partsOf(permission).word))]
}

/** Permissions as APIs and commands show them: all scopes, and the scopes for each API. */
export function grantedScope(permissions: readonly Permission[]): { scope: string; resource_scope: Record<string, string> } {
  const found: Record<string, string> = {}
  for (const permission of permissions) {
    const { word, identifier } = partsOf(permission)
    if (identifier !== undefined) found[identifier] = found[identifier] === undefined ? word : `${found[identifier]} ${word}`
  }
  return { scope: scopesAmong(permissions).join(' '), resource_scope: found }
}

/**
 * Which of these scopes the client is registered for at each of these APIs that declares them. `resource_scope` lists them for each API. Without it
 * a scope counts for the only API that declares it; a scope that several declare must be registered for each.
 */
export async function registeredAt(ctx: Ctx, client: Client, scope: readonly string[], resources: readonly Resource[]): Promise<string[]> {
  if (resources.length === 0) return [...scope]
  const shared = Object.keys(client.resource_scope).length > 0 ? [] : await ctx.store.resources.sharedScopes()
  return scope.filter((word) => resources.every((resource) => mayUse(client, resource, word, shared)))
}

function isSame(name: string, { identifier }: Resource): boolean {
  return normalised(name) === normalised(identifier)
}

function mayUse(client: Client, resource: Resource, word: string, shared: readonly string[]): boolean {
  if (!Object.hasOwn(resource.scopes, word)) return true // it means nothing there, or the API declares no scopes
  const own =
    client.resource_scope[resource.identifier] ?? Object.entries(client.resource_scope).find(([name]) => isSame(name, resource))?.[1]
  if (own !== undefined) return own.split(' ').includes(word)
  return Object.keys(client.resource_scope).length === 0 && !shared.includes(word)
}
