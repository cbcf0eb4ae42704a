/** The certificate of a TLS client as a request presents it — RFC 8705 §2, §3. */
import { type Certificate, readCertificate } from './codec/certificate.ts'
import { isInForce } from './codec/certificate-path.ts'
import type { Ctx } from './feature.ts'
import type { Request } from './request-reply.ts'

/** A certificate in force, with what came of its chain; or why there is none, in words for the log and for the client. */
export type Presented = { certificate: Certificate; chain: readonly Certificate[] } | { fault: CertificateFault }

export type CertificateFault = 'no certificate was presented' | 'the certificate cannot be read' | 'the certificate is not in force'

/** Who holds its key was proven in the handshake; whether anyone vouches for it is for the caller to judge. */
export function presentedCertificate(ctx: Pick<Ctx, 'now'>, { certificates }: Pick<Request, 'certificates'>): Presented {
  if (!certificates) return { fault: 'no certificate was presented' }
  const [leaf, ...others] = certificates
  const certificate = leaf && readCertificate(leaf)
  if (!certificate) return { fault: 'the certificate cannot be read' }
  if (!isInForce(certificate, ctx.now())) return { fault: 'the certificate is not in force' }
  return { certificate, chain: others.map(readCertificate).filter((one) => one !== undefined) }
}

/** Base URL of the endpoints where clients are asked for a certificate; undefined: that is the issuer. §5 */
export function aliasIssuer({ issuer, mutualTls: { origin } }: Pick<Ctx, 'issuer' | 'mutualTls'>): string | undefined {
  return origin && origin + new URL(issuer).pathname.replace(/\/$/, '')
}
