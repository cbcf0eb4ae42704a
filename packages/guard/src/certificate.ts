/** The certificate that a token is bound to — RFC 8705 §3 — from the TLS connection, or from a header that a trusted proxy sets — RFC 9440. */
import { hash } from 'node:crypto'
import { BlockList, isIP } from 'node:net'
import { refuse } from './refusal.ts'
import { type GuardRequest, headerValues } from './request.ts'

/** Checks that the client presented the certificate with this SHA-256 thumbprint. */
export type CertificateCheck = (request: GuardRequest, thumbprint: unknown) => void

/** `proxies`: addresses and networks of proxies that end TLS and set `Client-Cert`. From other peers that header is ignored. */
export function certificateCheck(proxies: readonly string[]): CertificateCheck {
  const trusted = addressList(proxies)
  return (request, thumbprint) => {
    const certificate = isTrusted(request.peerAddress, trusted) ? forwardedCertificate(request) : request.peerCertificate
    if (!certificate) refuse('invalid_token', 'the access token is bound to a certificate; present it')
    if (hash('sha256', certificate, 'base64url') !== thumbprint) refuse('invalid_token', 'the access token is bound to another certificate')
  }
}

/** Exactly one byte sequence. RFC 9440 §2.2, RFC 8941 §3.3.5 */
function forwardedCertificate({ headers }: GuardRequest): Uint8Array | undefined {
  const [value = '', ...others] = headerValues(headers, 'client-cert')
  const [, base64] = /^:([A-Za-z\d+/]+={0,2}):$/.exec(value) ?? []
  return base64 === undefined || others.length > 0 ? undefined : Buffer.from(base64, 'base64')
}

function isTrusted(address: string | undefined, trusted: BlockList): boolean {
  const version = isIP(address ?? '')
  return version !== 0 && trusted.check(address as string, version === 6 ? 'ipv6' : 'ipv4')
}

/** Throws TypeError for text that is not an address or network, and for a network of all addresses. */
function addressList(entries: readonly string[]): BlockList {
  const list = new BlockList()
  for (const entry of entries) {
    const [address = '', prefix, ...rest] = entry.split('/')
    const version = isIP(address)
    const bits = version === 6 ? 128 : 32
    const length = prefix === undefined ? bits : /^\d+$/.test(prefix) ? Number(prefix) : 0
    if (version === 0 || rest.length > 0 || length < 1 || length > bits)
      throw new TypeError('mtls.proxies are IP addresses or networks such as 10.0.0.0/8')
    list.addSubnet(address, length, version === 6 ? 'ipv6' : 'ipv4')
  }
  return list
}
