/** Which addresses may stand in a page, and how its security policy names them — Content Security Policy Level 3 §2.3.1. */

/** The address when it is an absolute http or https URL; undefined when not. For client metadata. */
export function webUrl(address: string | undefined): string | undefined {
  if (address === undefined || !URL.canParse(address)) return undefined
  return /^https?:$/.test(new URL(address).protocol) ? address : undefined
}

/** An address a person is sent to: http, https or the private-use scheme of a native app (RFC 8252 §7.1). Throws for any other. */
export function destination(address: string): string {
  if (webUrl(address) !== undefined) return address
  if (URL.canParse(address) && new URL(address).protocol.includes('.')) return address
  throw new TypeError('a page must not lead to an address of this kind')
}

/** The narrowest source expression that covers an address; undefined when none can be written without harm to the policy. */
export function cspSource(address: string): string | undefined {
  const { protocol, host, origin } = new URL(address)
  if (!/^https?:$/.test(protocol)) return protocol
  if (host.startsWith('[')) return protocol // the grammar of host-source has no IPv6
  return /^[\w.-]+(:\d+)?$/.test(host) ? origin : undefined // a host may hold ; and , which would end the directive
}
