/** What a protected resource says of itself — RFC 9728 §2. */

export interface ResourceMetadata {
  resource: string
  authorization_servers: readonly string[]
  scopes_supported?: readonly string[]
  bearer_methods_supported: readonly ['header']
  resource_name?: string
  dpop_signing_alg_values_supported?: readonly string[]
}

/** Where it is found: the well-known part goes between host and path. §3.1. */
export function metadataPathOf(resource: string): string {
  const { pathname } = new URL(resource)
  return `/.well-known/oauth-protected-resource${pathname === '/' ? '' : pathname}`
}

/** Any website may read it, as any client may. */
export const metadataHeaders = {
  'content-type': 'application/json',
  'access-control-allow-origin': '*',
  'cache-control': 'public, max-age=3600',
} as const
