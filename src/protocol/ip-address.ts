/** IP addresses as text: parsing, canonical form, and grouping by subscriber — RFC 4291, RFC 5952. */
import ipaddr from 'ipaddr.js'

/**
 * The canonical form: IPv4 in dotted decimal, also when it was mapped into IPv6; IPv6 as in RFC 5952, without a zone.
 * A port after it is dropped (RFC 7239 §6). Undefined when the text is no address.
 */
export function readAddress(text: string): string | undefined {
  const address = parse(text)
  if (address === undefined) return undefined
  return address instanceof ipaddr.IPv6 ? address.toRFC5952String() : address.toString()
}

/** The network of one subscriber: an IPv4 address, or the /64 of an IPv6 address. Text that is not an address is returned unchanged. */
export function networkOf(address: string): string {
  const parsed = parse(address)
  if (!(parsed instanceof ipaddr.IPv6)) return parsed?.toString() ?? address
  const prefix = parsed.parts.slice(0, 4).map((part) => part.toString(16))
  return `${prefix.join(':')}::/64`
}

/** A test for membership of these addresses and CIDR ranges. */
export function addressMatcher(ranges: readonly string[]): (address: string) => boolean {
  const networks = ranges.map((range) => (range.includes('/') ? ipaddr.parseCIDR(range) : wholeOf(ipaddr.process(range))))
  return (text) => {
    const address = parse(text)
    return address !== undefined && networks.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits))
  }
}

/** True unless a registry lists it as special: private, loopback, link-local, shared, reserved, multicast, or carrying an IPv4 address. RFC 6890 */
export function isPublicAddress(text: string): boolean {
  return parse(text)?.range() === 'unicast'
}

type Address = ipaddr.IPv4 | ipaddr.IPv6

function wholeOf(address: Address): [Address, number] {
  return [address, address.kind() === 'ipv4' ? 32 : 128]
}

function parse(text: string): Address | undefined {
  const [bare = ''] = withoutPort(text).split('%', 1)
  const isAddress = bare.includes(':') ? ipaddr.IPv6.isValid(bare) : ipaddr.IPv4.isValidFourPartDecimal(bare)
  return isAddress ? ipaddr.process(bare) : undefined
}

function withoutPort(text: string): string {
  const [, bracketed] = /^\[([^[\]]+)\](?::\d{1,5})?$/.exec(text) ?? []
  return bracketed ?? text.replace(/^([\d.]+):\d{1,5}$/, '$1')
}

/** The bytes of an address in hexadecimal, 4 of IPv4 or 16 of IPv6; undefined when the text is no address alone. */
export function addressBytes(text: string): string | undefined {
  const isAddress = text.includes(':') ? ipaddr.IPv6.isValid(text) && !text.includes('%') : ipaddr.IPv4.isValidFourPartDecimal(text)
  return isAddress ? Buffer.from(ipaddr.parse(text).toByteArray()).toString('hex') : undefined
}
