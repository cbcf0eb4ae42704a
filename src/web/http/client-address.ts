/** The IP address of the client: that of the connection, or what trusted proxies say in X-Forwarded-For. */
import { addressMatcher, readAddress } from '../../protocol/ip-address.ts'

/** What is known of a request's origin. */
interface Connection {
  socket: { remoteAddress?: string | undefined }
  headers: Readonly<Record<string, string | string[] | undefined>>
}

/**
 * Reads X-Forwarded-For from its end, as far as it was written by trusted proxies: addresses or CIDR ranges. Text that is not an address is not
 * believed; then the client is the proxy that passed it on.
 */
export function clientAddress(trustedProxies: readonly string[]): (request: Connection) => string {
  const isTrusted = addressMatcher(trustedProxies)
  const peers = new WeakMap<Connection['socket'], string>() // a connection keeps its peer, also when it has closed

  function peerOf(socket: Connection['socket']): string {
    const known = peers.get(socket)
    if (known !== undefined) return known
    const { remoteAddress = '' } = socket
    const peer = readAddress(remoteAddress) ?? remoteAddress
    peers.set(socket, peer)
    return peer
  }

  return ({ socket, headers }) => {
    const header = headers['x-forwarded-for']
    const hops = typeof header === 'string' ? header.split(',').map((hop) => hop.trim()) : []
    let address = peerOf(socket)
    while (hops.length > 0 && isTrusted(address)) {
      const next = readAddress(hops.pop() as string)
      if (next === undefined) return address
      address = next
    }
    return address
  }
}
