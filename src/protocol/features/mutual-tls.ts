/** Tokens bound to the certificate of a TLS client, and clients that authenticate by a certificate they registered — RFC 8705 §2.2, §3, §4, §5. */
import { advertisedPath } from '../assemble.ts'
import type { Client } from '../client.ts'
import { aliasIssuer, presentedCertificate } from '../client-certificate.ts'
import { findClientKey } from '../client-keys.ts'
import { type Certificate, readCertificate } from '../codec/certificate.ts'
import { equal } from '../codec/digest.ts'
import { thumbprint } from '../codec/public-key.ts'
import { refuse } from '../errors.ts'
import type { ClientAuth, Ctx, Feature, ProvenSender, ShownToken } from '../feature.ts'
import type { PublicJwk } from '../remote.ts'
import type { Request } from '../request-reply.ts'

const selfSigned: ClientAuth = {
  method: 'self_signed_tls_client_auth',
  carrier: 'client_id', // §2: the request names the client, whatever the certificate says
  claimedClient: (_ctx, { params }) => params.get('client_id'),
  async verify(ctx, request, client) {
    const presented = presentedCertificate(ctx, request)
    if ('fault' in presented) return presented.fault
    const registered = client && (await findClientKey(ctx, client, (keys) => keys.find((key) => isRegistered(presented.certificate, key))))
    return registered ? undefined : 'the certificate is not registered'
  },
}

/** A key with a certificate of its own stands for that one; a key without, for every certificate of the key. §2.2.2 */
function isRegistered({ x5t, jkt }: Certificate, key: PublicJwk): boolean {
  if (jkt === undefined || (key['use'] ?? 'sig') !== 'sig') return false
  if (key['x5c'] === undefined) return thumbprint(key) === jkt
  const [first] = Array.isArray(key['x5c']) ? key['x5c'] : []
  return typeof first === 'string' && readCertificate(Buffer.from(first, 'base64'))?.x5t === x5t
}

/** §3, §4: the same for clients that authenticate by other means, and for those that do not at all. */
async function proveSender(ctx: Ctx, request: Request, client: Client): Promise<ProvenSender | undefined> {
  if (!client.tls_client_certificate_bound_access_tokens) return undefined
  const presented = presentedCertificate(ctx, request)
  if ('fault' in presented) return refuse('invalid_request', 'this client must present a TLS certificate that is in force', presented.fault)
  return { binding: { cnf: { 'x5t#S256': presented.certificate.x5t }, tokenType: 'Bearer' } } // §3.1
}

async function proveHolder(ctx: Ctx, request: Request, { token }: ShownToken): Promise<readonly string[]> {
  const bound = token.cnf?.['x5t#S256']
  if (bound === undefined) return []
  const presented = presentedCertificate(ctx, request)
  if ('fault' in presented)
    return refuse('invalid_token', 'the access token is bound to a certificate; present it while it is in force', presented.fault)
  if (!equal(presented.certificate.x5t, bound)) refuse('invalid_token', 'the access token is bound to another certificate')
  return ['x5t#S256']
}

/** §5: what programs call. Pages are left where browsers are not asked for a certificate. */
function aliases(ctx: Ctx): Record<string, string> | undefined {
  const base = aliasIssuer(ctx)
  if (base === undefined) return undefined
  const called = [...ctx.server.endpoints.values()].filter(
    ({ audience, advertisedAs }) => audience === 'program' && advertisedAs?.endsWith('_endpoint'),
  ) // prettier-ignore
  return Object.fromEntries(called.map((endpoint) => [endpoint.advertisedAs as string, base + advertisedPath(endpoint)]))
}

export function mutualTls(): Feature {
  return {
    id: 'mutualTls',
    spec: 'RFC 8705',
    requires: ['token'],
    clientAuth: [selfSigned],
    serves: { tls_client_certificate_bound_access_tokens: ['true'] },
    metadata: (ctx) => ({
      tls_client_certificate_bound_access_tokens: true, // §3.3
      mtls_endpoint_aliases: aliases(ctx),
    }),
    proveSender,
    proveHolder,
  }
}
