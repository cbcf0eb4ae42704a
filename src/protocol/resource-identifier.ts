/** When two identifiers of a resource name the same one — RFC 3986 §6.2. */

const defaultPorts: Readonly<Record<string, string>> = { http: '80', https: '443' }

/**
 * The form in which identifiers are compared: case of scheme and host, percent-encoding, dot segments, and a default port make no difference
 * (§6.2.2, §6.2.3); neither does the slash after a host that nothing follows. `identifier`: an absolute URI without fragment.
 */
export function normalised(identifier: string): string {
  const [, scheme = '', authority, path = '', query = ''] = /^([^:/?#]+):(?:\/\/([^/?#]*))?([^?#]*)(\?[^#]*)?/s.exec(identifier) ?? []
  const lowerScheme = scheme.toLowerCase()
  if (authority === undefined) return `${lowerScheme}:${encoded(path)}${encoded(query)}`
  const [, userinfo = '', host = '', port = ''] = /^(.*@)?(.*?)(?::(\d*))?$/s.exec(authority) ?? []
  const shownPort = port === '' || port === defaultPorts[lowerScheme] ? '' : `:${port}`
  const whole = withoutDotSegments(encoded(path))
  return `${lowerScheme}://${encoded(userinfo)}${encoded(host).toLowerCase()}${shownPort}${whole === '/' ? '' : whole}${encoded(query)}`
}

/** §6.2.2.1, §6.2.2.2: hexadecimal digits in upper case, and nothing encoded that need not be. */
function encoded(text: string): string {
  return text.replace(/%[0-9a-f]{2}/gi, (triplet) => {
    const character = String.fromCharCode(Number.parseInt(triplet.slice(1), 16))
    return /[A-Za-z0-9._~-]/.test(character) ? character : triplet.toUpperCase()
  })
}

/** §5.2.4 */
function withoutDotSegments(path: string): string {
  const segments: string[] = []
  for (const [i, segment] of path.split('/').entries()) {
    const last = i === path.split('/').length - 1
    if (segment === '..' && segments.length > 1) segments.pop()
    if (segment !== '.' && segment !== '..') segments.push(segment)
    else if (last) segments.push('')
  }
  return segments.join('/')
}
