/** Web origins, whose scripts may call this server — RFC 6454, Fetch Standard §3.2. */

/** The web origins from which a client's scripts may read our answers: those of its redirect URIs, and those it registered. */
export function originsOf(client: { redirect_uris: readonly string[]; web_origins: readonly string[] }): string[] {
  const origins = client.redirect_uris.filter((uri) => /^https?:/.test(uri)).map((uri) => new URL(uri).origin)
  return [...new Set([...origins, ...client.web_origins])]
}

/** An origin as browsers send it: scheme and host in lower case, no default port, no path. RFC 6454 §6.1 */
export function isWebOrigin(text: string): boolean {
  if (!/^[a-z][a-z0-9+.-]*:\/\/[a-z0-9.[\]:_-]+$/.test(text) || !URL.canParse(text)) return false
  const { protocol, host } = new URL(text)
  return text === `${protocol}//${host}` && !['file:', 'data:', 'blob:'].includes(protocol)
}
