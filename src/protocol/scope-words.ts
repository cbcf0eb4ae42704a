/** What a scope allows, in words for whoever is asked — OpenID Connect Core §3.1.2.4. */
import type { Ctx } from './feature.ts'

/**
 * The server's own words count alone. A scope that an API declares and attributes share says what both make of it: neither can hide the
 * other. `resources`: the scopes of those that are concerned.
 */
export function describeScopes({ server, tenant }: Ctx, resources: Readonly<Record<string, string>>, scope: string): string {
  if (Object.hasOwn(server.scopes, scope)) return server.scopes[scope] as string
  const said = [resources, tenant.scopes].filter((table) => Object.hasOwn(table, scope)).map((table) => table[scope])
  return said.join('; ') || scope
}
