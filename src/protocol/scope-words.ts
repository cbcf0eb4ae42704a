/** What a scope allows, in words for the consent page — OpenID Connect Core §3.1.2.4. */
import type { Ctx } from './feature.ts'

/**
 * For the server's own scopes only its own words count. A scope shared by an API and by attributes shows the words of both, so neither can hide the
 * other. `resources`: the scopes of the APIs concerned.
 */
export function describeScopes({ server, tenant }: Ctx, resources: Readonly<Record<string, string>>, scope: string): string {
  if (Object.hasOwn(server.scopes, scope)) return server.scopes[scope] as string
  const said = [resources, tenant.scopes].filter((table) => Object.hasOwn(table, scope)).map((table) => table[scope])
  return said.join('; ') || scope
}
