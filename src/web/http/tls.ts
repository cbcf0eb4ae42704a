/** TLS 1.3, and of 1.2 only forward-secret authenticated encryption — BCP 195, FAPI 2.0 Security Profile §5.2.1. */
import type { Log } from './deps.ts'

export const tlsRules = {
  minVersion: 'TLSv1.2',
  honorCipherOrder: true,
  ciphers: [
    'TLS_AES_128_GCM_SHA256',
    'TLS_AES_256_GCM_SHA384',
    'TLS_CHACHA20_POLY1305_SHA256',
    'ECDHE-ECDSA-AES128-GCM-SHA256',
    'ECDHE-RSA-AES128-GCM-SHA256',
    'ECDHE-ECDSA-AES256-GCM-SHA384',
    'ECDHE-RSA-AES256-GCM-SHA384',
  ].join(':'),
} as const

/**
 * Clients are asked for a certificate, and need none; whether it is good is judged with each request. A resumed session would be without the
 * chain of the certificate, so none is resumed: SSL_OP_NO_TICKET.
 */
export const clientCertificateRules = { requestCert: true, rejectUnauthorized: false, secureOptions: 0x4000 } as const

/** A certificate chain and its private key, PEM. */
export interface Certificate {
  cert: string
  key: string
}

export interface SecureServer {
  setSecureContext(options: object): void
}

/**
 * Reads the certificate again, and sets it on `server` for new connections if it changed. If it cannot be read or used, the old
 * one stays in use and the error is logged once.
 */
export function certificateReload(
  server: SecureServer,
  inUse: Certificate & { requestsCertificate: boolean },
  { read, log }: { read(): Promise<Certificate>; log: Log },
): () => Promise<void> {
  const { requestsCertificate, ...certificate } = inUse
  let seen = JSON.stringify(certificate)
  return async () => {
    const found = await read().catch((error: Error) => error)
    const key = found instanceof Error ? found.message : JSON.stringify(found)
    if (key === seen) return
    seen = key
    try {
      if (found instanceof Error) throw found
      server.setSecureContext({ ...tlsRules, ...(requestsCertificate ? clientCertificateRules : {}), ...found })
      log.info({}, 'the TLS certificate was replaced')
    } catch (err) {
      log.error({ err }, 'the new TLS certificate cannot be used; the old one stays in use')
    }
  }
}
