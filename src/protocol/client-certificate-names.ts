/** Members of a client's registration by which its certificate is known — RFC 8705 §2.1.2. */
import { z } from 'zod'
import { parseDistinguishedName } from './distinguished-name.ts'
import { addressBytes } from './ip-address.ts'
import { hostName, line } from './text.ts'

const text = line(2000)

/** By which the certificate of a client is known; for `tls_client_auth` exactly one. RFC 8705 §2.1.2 */
export const certificateNames = {
  tls_client_auth_subject_dn: text
    .refine((dn) => parseDistinguishedName(dn) !== undefined, 'must be a distinguished name such as CN=robot,O=Example,C=GB')
    .optional()
    .describe('Subject of its certificate, RFC 4514: for tls_client_auth'),
  tls_client_auth_san_dns: hostName.optional().describe('DNS name in its certificate: for tls_client_auth'),
  tls_client_auth_san_uri: text
    .refine(URL.canParse, 'must be an absolute URI')
    .optional()
    .describe('URI in its certificate: for tls_client_auth'),
  tls_client_auth_san_ip: z
    .string()
    .refine((ip) => addressBytes(ip) !== undefined, 'must be an IP address')
    .optional()
    .describe('IP address in its certificate: for tls_client_auth'),
  tls_client_auth_san_email: z
    .email('must be an email address')
    .max(254)
    .optional()
    .describe('Email address in its certificate: for tls_client_auth'),
}
