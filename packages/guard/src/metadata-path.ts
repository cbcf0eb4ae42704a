/** Where the metadata of a protected resource is — RFC 9728 §3.1. */

/** Where to find it: the well-known part goes between host and path. §3.1 */
export function metadataPathOf(resource: string): string {
  const { pathname } = new URL(resource)
  return `/.well-known/oauth-protected-resource${pathname === '/' ? '' : pathname}`
}
