/** What a redirect URI may be — RFC 6749 §3.1.2, RFC 8252 §7, RFC 9700 §4.1. */

/** Where a redirect URI leads: to a web server, to a program on this very machine, or to an app that has claimed a scheme. */
export const redirectClasses = ['https', 'loopback', 'private-use'] as const
export type RedirectClass = (typeof redirectClasses)[number]

export function redirectClassOf(uri: string): RedirectClass {
  if (isLoopback(uri)) return 'loopback'
  return uri.startsWith('https:') ? 'https' : 'private-use'
}

/** Parameters of an authorization response, which a registered URI must not bring of its own. RFC 6749 §4.1.2, RFC 9207 §2 */
const ofResponses = ['code', 'state', 'iss', 'error', 'response', 'access_token', 'id_token']

/** What is wrong with a URI to be registered; undefined when nothing is. */
export function redirectUriProblem(uri: string, applicationType: 'web' | 'native'): string | undefined {
  if (!URL.canParse(uri)) return 'must be an absolute URI'
  if (/[\s\\]|[^\x21-\x7e]/.test(uri)) return 'must have neither spaces, backslashes nor characters outside ASCII'
  if (uri.includes('#')) return 'must have no fragment' // RFC 6749 §3.1.2
  if (uri.includes('*')) return 'must have no *: it is compared as it stands'
  const { protocol, username, password, searchParams } = new URL(uri)
  if (ofResponses.some((name) => searchParams.has(name))) return 'must not carry a parameter of an authorization response'
  if (username || password) return 'must not carry a user name or password'
  // Others are read in different ways: as an app's scheme, or as a path at this server.
  if (/^https?:$/.test(protocol) && !/^https?:\/\/[^/?]/.test(uri)) return 'must begin with https:// or http://, in lower case, and a host'
  if (protocol === 'https:') return undefined
  if (protocol === 'http:') return isLoopback(uri) ? undefined : 'must be https; http is for loopback addresses only'
  if (applicationType !== 'native') return 'must be https for a web application'
  return protocol.includes('.') ? undefined : 'a private-use scheme must be a reversed domain name, such as com.example.app' // RFC 8252 §7.1
}

/** Whether it is an http URI of the person's own machine. */
export function isLoopback(uri: string): boolean {
  return /^http:\/\/(?:127\.0\.0\.1|\[::1\]|localhost)(?::\d{1,5})?(?:[/?]|$)/.test(uri)
}
