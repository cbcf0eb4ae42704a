/** Which URLs a page may contain, and how its security policy names them — Content Security Policy Level 3 §2.3.1. */

/** The address when it is an absolute http or https URL; undefined when not. For client metadata. */
export function webUrl(address: string | undefined): string | undefined {
  if (address === undefined || !URL.canParse(address)) return undefined
  return /^https?:$/.test(new URL(address).protocol) ? address : undefined
}

/** An address a person is sent to: http, https or the private-use scheme of a native app (RFC 8252 §7.1). Throws for any other. */
export function destination(address: string): string {
  if (webUrl(address) !== undefined) return address
  if (URL.canParse(address) && new URL(address).protocol.includes('.')) return address
  throw new TypeError('a page must not link to a URL of this scheme')
}

/** The narrowest source expression that covers a URL; undefined when none can be written safely. */
export function cspSource(address: string): string | undefined {
  const { protocol, host, origin } = new URL(address)
  if (!/^https?:$/.test(protocol)) return protocol
  if (host.startsWith('[')) return protocol // the grammar of host-source has no IPv6
  return /^[\w.-]+(:\d+)?$/.test(host) ? origin : undefined // a host may contain ; and , which would end the directive
}
