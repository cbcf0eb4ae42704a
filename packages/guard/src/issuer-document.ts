/** What an issuer publishes: its metadata (RFC 8414) and its keys (RFC 7517). */
import { type Fetch, fetchJson, isSafeUrl, withDeadline } from './fetch-json.ts'
import { type KeySet, keySet } from './key-set.ts'
import type { Algorithm } from './public-key.ts'

export interface IssuerDocument {
  introspectionEndpoint: string | undefined
  keys: KeySet
}

export interface IssuerDocumentOptions {
  issuer: string
  algorithms: readonly Algorithm[]
  fetch: Fetch
}

const MAX_KEYS = 64

/** Throws when the issuer does not answer within the deadline, or answers anything but its own metadata and keys. */
export function readIssuerDocument({ issuer, algorithms, fetch }: IssuerDocumentOptions): Promise<IssuerDocument> {
  return withDeadline(async (signal) => {
    const metadata = await fetchJson(fetch, metadataUrl(issuer), { signal })
    if (metadata['issuer'] !== issuer) throw new Error('the metadata document is that of another issuer') // RFC 8414 §3.3
    const jwksUri = endpoint(metadata, 'jwks_uri')
    const { keys = [] } = jwksUri === undefined ? {} : await fetchJson(fetch, jwksUri, { signal })
    if (!Array.isArray(keys) || keys.length > MAX_KEYS) throw new Error(`${jwksUri} has no list of keys, or one that is too long`)
    return { introspectionEndpoint: endpoint(metadata, 'introspection_endpoint'), keys: keySet(keys, algorithms) }
  })
}

/** The well-known part goes between host and path. RFC 8414 §3.1 */
function metadataUrl(issuer: string): string {
  const { origin, pathname } = new URL(issuer)
  return `${origin}/.well-known/oauth-authorization-server${pathname.replace(/\/$/, '')}`
}

function endpoint(metadata: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const url = metadata[name]
  if (url === undefined) return undefined
  if (typeof url !== 'string' || !URL.canParse(url) || !isSafeUrl(new URL(url)))
    throw new Error(`${name} of the issuer is not an https URL`)
  return url
}
