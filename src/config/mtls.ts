/** Settings for certificates of TLS clients — RFC 8705 — and what they need of others. */
import { z } from 'zod'

const proxies = ['none', 'rfc9440', 'nginx', 'envoy', 'haproxy'] as const

export const mtls = z
  .strictObject({
    ca_file: z.string().min(1).optional().describe('Authorities whose certificates clients may present for `tls_client_auth`, PEM'),
    port: z
      .int()
      .min(0)
      .max(65535)
      .optional()
      .describe('Second port of this server, the only one that asks for a certificate; absent: `listen.port` asks'),
    origin: z
      .url()
      .refine(
        (text) => text.startsWith('https:') && URL.parse(text)?.origin === text,
        'must be https:// and a host, with a port or without',
      )
      .optional()
      .describe('Where clients present certificates, if not at the issuer; published as `mtls_endpoint_aliases`')
      .meta({ examples: ['https://mtls.id.example.com'] }),
    proxy: z
      .enum(proxies)
      .default('none')
      .describe(
        'How `trusted_proxies` forward the certificate of their client. `rfc9440`: `Client-Cert` and `Client-Cert-Chain`; `nginx`: `ssl-client-cert`, PEM with percent-encoding; `envoy`: `x-forwarded-client-cert`; `haproxy`: `x-ssl-client-cert`, DER in base64',
      ),
    header: z
      .string()
      .regex(/^[a-z\d-]{1,100}$/, 'must be a header name in lower case')
      .optional()
      .describe('Another header for `nginx` or `haproxy`'),
  })
  .refine(({ header, proxy }) => header === undefined || proxy === 'nginx' || proxy === 'haproxy', {
    path: ['header'],
    error: 'can be chosen for mtls.proxy nginx and haproxy only',
  })
  .refine(({ port, origin }) => port === undefined || origin !== undefined, { path: ['origin'], error: 'is missing beside mtls.port' })

interface Needed {
  mtls: z.infer<typeof mtls>
  features: { mutualTls: boolean; tlsClientAuth: boolean }
  tls: { cert_file?: string | undefined }
  trusted_proxies: readonly string[]
  listen: { port: number }
}

/** Nothing is set that has no effect, and no feature is on that no certificate can reach. */
export function checkMtls({ mtls, features, tls, trusted_proxies, listen }: Needed, check: z.core.$RefinementCtx): void {
  const problem = (path: string, message: string) => check.addIssue({ code: 'custom', path: path.split('.'), message })
  if (!features.mutualTls) {
    for (const [name, value] of Object.entries(mtls))
      if (value !== undefined && value !== 'none') problem(`mtls.${name}`, 'needs features.mutualTls, which is off')
    return
  }
  if (tls.cert_file === undefined && mtls.proxy === 'none')
    problem('features.mutualTls', 'needs tls.cert_file, or mtls.proxy behind a proxy that terminates TLS')
  if (mtls.proxy !== 'none' && trusted_proxies.length === 0) problem('trusted_proxies', 'is empty, and mtls.proxy is set')
  if (mtls.port !== undefined && tls.cert_file === undefined) problem('mtls.port', 'needs tls.cert_file')
  if (mtls.port !== undefined && mtls.port !== 0 && mtls.port === listen.port) problem('mtls.port', 'must differ from listen.port')
  if (features.tlsClientAuth && mtls.ca_file === undefined) problem('mtls.ca_file', 'is missing beside features.tlsClientAuth')
}
