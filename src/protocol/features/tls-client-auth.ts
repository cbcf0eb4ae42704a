/** Clients that authenticate by a certificate of an authority — RFC 8705 §2.1. */
import type { Client } from '../client.ts'
import { presentedCertificate } from '../client-certificate.ts'
import { contentOf, type Names } from '../codec/certificate.ts'
import { pathFault } from '../codec/certificate-path.ts'
import { isName, parseDistinguishedName } from '../distinguished-name.ts'
import type { ClientAuth, Feature } from '../feature.ts'
import { addressBytes } from '../ip-address.ts'

const tlsClient: ClientAuth = {
  method: 'tls_client_auth',
  carrier: 'client_id', // §2: the request names the client, whatever the certificate says
  claimedClient: (_ctx, { params }) => params.get('client_id'),
  async verify(ctx, request, client) {
    const presented = presentedCertificate(ctx, request)
    if ('fault' in presented) return presented.fault
    const { certificate, chain } = presented
    const fault = await pathFault(certificate, { presented: chain, trusted: ctx.mutualTls.authorities, now: ctx.now() })
    if (fault !== undefined) return fault
    return client && isNamed(client, await contentOf(certificate)) ? undefined : 'the certificate names another subject'
  },
}

/** By the one name that is registered. §2.1.2 */
function isNamed(client: Client, { subject, dns, uri, ip, email }: Names): boolean {
  const { tls_client_auth_subject_dn: dn, tls_client_auth_san_dns: host, tls_client_auth_san_uri: address } = client
  const { tls_client_auth_san_ip: number, tls_client_auth_san_email: mailbox } = client
  if (dn !== undefined) return isName(parseDistinguishedName(dn) ?? [], subject)
  if (host !== undefined) return dns.some((name) => name.toLowerCase() === host.toLowerCase())
  if (address !== undefined) return uri.includes(address)
  if (number !== undefined) return ip.some((name) => addressBytes(name) !== undefined && addressBytes(name) === addressBytes(number))
  return mailbox !== undefined && email.some((name) => sameMailbox(name) === sameMailbox(mailbox))
}

/** The host without regard to case, the rest as it is. RFC 5280 §7.5 */
function sameMailbox(mailbox: string): string {
  const at = mailbox.lastIndexOf('@')
  return mailbox.slice(0, at) + mailbox.slice(at).toLowerCase()
}

export function tlsClientAuth(): Feature {
  return { id: 'tlsClientAuth', spec: 'RFC 8705 §2.1', requires: ['mutualTls'], clientAuth: [tlsClient] }
}
