/** The certificate of a TLS client: of our own connection, or as a trusted proxy forwards it — RFC 8705 §6.5, RFC 9440. */
import { addressMatcher } from '../../protocol/ip-address.ts'
import type { Request } from '../../protocol/request-reply.ts'
import { type ForwardedFormat, forwardedFormats } from './forwarded-certificate.ts'

/** What a proxy does with the certificate of its client. */
export interface Forwarded {
  format: ForwardedFormat
  /** In place of the usual header. */
  header: string | undefined
}

/** A certificate that was presented in a handshake, and what led to it. */
interface PeerCertificate {
  readonly raw: Buffer
  readonly issuerCertificate: PeerCertificate | undefined
}

interface Connection {
  readonly socket: {
    readonly remoteAddress?: string | undefined
    /** Absent without TLS. */
    getPeerX509Certificate?: () => PeerCertificate | undefined
  }
  readonly headers: Request['headers']
}

/** Certificates of a handshake that are read. */
const maxChain = 9

/** `headers`: without those that proxies forward certificates in, so that no rule can take them for anything. */
type Read = Pick<Request, 'certificates' | 'headers'>

/**
 * A trusted proxy is believed, whatever certificate it shows itself; everybody else must have presented the certificate in the handshake.
 * `forwarded`: undefined where proxies forward none.
 */
export function certificateOf(forwarded: Forwarded | undefined, trustedProxies: readonly string[]): (request: Connection) => Read {
  if (!forwarded) return ({ socket, headers }) => ({ certificates: presented(socket), headers })
  const format = forwardedFormats[forwarded.format]
  const names = [forwarded.header ?? format.header, ...format.further]
  const isTrusted = addressMatcher(trustedProxies)
  return ({ socket, headers }) => {
    const others = Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)))
    if (!isTrusted(socket.remoteAddress ?? '')) return { certificates: presented(socket), headers: others }
    const [value, chain] = names.map((name) => headers[name])
    if (value === undefined || value === '') return { certificates: undefined, headers: others }
    const read = typeof value === 'string' && !Array.isArray(chain) ? format.read(value, chain) : undefined
    return { certificates: read ?? [], headers: others }
  }
}

function presented(socket: Connection['socket']): Buffer[] | undefined {
  const leaf = socket.getPeerX509Certificate?.()
  if (!leaf) return undefined
  const chain = []
  for (let one: PeerCertificate | undefined = leaf; one && chain.length < maxChain; one = one.issuerCertificate) chain.push(one.raw)
  return chain
}
