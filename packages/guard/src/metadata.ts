/** What a protected resource publishes about itself — RFC 9728 §2. */
import type { Settings } from './options.ts'

export interface ResourceMetadata {
  resource: string
  authorization_servers: readonly string[]
  scopes_supported?: readonly string[]
  /** Empty where tokens are accepted with a DPoP proof only. */
  bearer_methods_supported: readonly 'header'[]
  resource_name?: string
  dpop_signing_alg_values_supported?: readonly string[]
  dpop_bound_access_tokens_required?: true
  tls_client_certificate_bound_access_tokens?: true
}

export function metadataOf(
  { resource, issuer, resourceName, schemes, dpop, mtls, algorithms }: Settings,
  scopes: ReadonlySet<string>,
): ResourceMetadata {
  const acceptsBearer = schemes.includes('Bearer')
  return {
    resource,
    authorization_servers: [issuer],
    bearer_methods_supported: acceptsBearer ? ['header'] : [],
    ...(scopes.size > 0 ? { scopes_supported: [...scopes] } : {}),
    ...(resourceName === undefined ? {} : { resource_name: resourceName }),
    ...(dpop ? { dpop_signing_alg_values_supported: algorithms } : {}),
    ...(acceptsBearer ? {} : { dpop_bound_access_tokens_required: true }),
    ...(mtls ? { tls_client_certificate_bound_access_tokens: true } : {}),
  }
}

/** Any website may read it, as any client may. */
export const metadataHeaders = {
  'content-type': 'application/json',
  'access-control-allow-origin': '*',
  'cache-control': 'public, max-age=3600',
} as const
