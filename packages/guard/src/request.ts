/** What the guard reads from a request: the credential, and what it may be bound to — RFC 6750 §2.1, RFC 9449 §7.1. */
import { refuse } from './refusal.ts'

/** A request in a form that any framework can provide. `nodeRequest` makes one of a Node request. */
export interface GuardRequest {
  method: string
  /** Path and query of the request line, or the whole URL. */
  url: string
  /** A `Headers` object, or names in lower case with their values: a list where the header was sent more than once. */
  headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>
  /** The certificate that the peer of this connection presented, as DER. Needed for certificate-bound tokens. */
  peerCertificate?: Uint8Array | undefined
  /** IP address of the peer of this connection. Needed where a proxy passes certificates on. */
  peerAddress?: string | undefined
}

/** What the guard reads from a request of `node:http`, `node:https` or `node:http2`. */
export interface NodeRequest {
  method?: string | undefined
  url?: string | undefined
  headers: Readonly<Record<string, string | string[] | undefined>>
  rawHeaders?: readonly string[] | undefined
  socket?: PeerSocket | undefined
}

interface PeerSocket {
  remoteAddress?: string | undefined
  getPeerX509Certificate?(): { raw: Uint8Array } | undefined
}

/** What a call needs: all of these scopes and all of these roles, from a person who signed in this way. */
export interface Need {
  scopes?: readonly string[]
  roles?: readonly string[]
  /** One of these authentication context classes, such as `aal2`. RFC 9470 §3 */
  acr?: readonly string[]
  /** A sign-in at most this many seconds ago. RFC 9470 §3 */
  maxAge?: number
}

export type Scheme = 'Bearer' | 'DPoP'

export interface PresentedCredential {
  scheme: Scheme | 'x-api-key'
  text: string
}

/** `url`: as the caller sent it, where a framework has changed `request.url`. */
export function nodeRequest(request: NodeRequest, url = request.url ?? ''): GuardRequest {
  const { method = '', headers, rawHeaders = [], socket } = request
  const authorizations = authorizationsOf(rawHeaders)
  return {
    method,
    url,
    headers: authorizations.length > 1 ? { ...headers, authorization: authorizations } : headers,
    get peerCertificate() {
      return socket?.getPeerX509Certificate?.()?.raw
    },
    get peerAddress() {
      return socket?.remoteAddress
    },
  }
}

/** Node keeps the first of several Authorization headers in `headers`, and drops the others. */
function authorizationsOf(rawHeaders: readonly string[]): string[] {
  return rawHeaders.filter((_, n) => n % 2 === 1 && rawHeaders[n - 1]?.toLowerCase() === 'authorization')
}

export interface CredentialOptions {
  schemes: readonly Scheme[]
  apiKeys: boolean
}

/** Undefined without a credential, or with one of a scheme that is not accepted here. Refuses two credentials, and one in the wrong place. */
export function presentedCredential({ url, headers }: GuardRequest, options: CredentialOptions): PresentedCredential | undefined {
  const query = url.includes('?') ? new URLSearchParams(url.slice(url.indexOf('?') + 1)) : undefined
  if (query?.has('access_token')) refuse('invalid_request', 'send the access token in the Authorization header, not in the URL') // RFC 9700 §4.3.2
  const [authorization = '', ...others] = headerValues(headers, 'authorization')
  if (others.length > 0) refuse('invalid_request', 'send one Authorization header only')
  const token = presentedToken(authorization, options.schemes)
  const key = options.apiKeys ? presentedKey(headers) : undefined
  if (token && key) refuse('invalid_request', 'send an access token or an API key, not both') // RFC 6750 §3.1
  return token ?? key
}

function presentedToken(authorization: string, schemes: readonly Scheme[]): PresentedCredential | undefined {
  const end = authorization.indexOf(' ')
  const name = end < 0 ? authorization : authorization.slice(0, end)
  const scheme = schemes.find((one) => one.toLowerCase() === name.toLowerCase()) // RFC 9110 §11.1
  if (!scheme) return undefined
  const text = end < 0 ? '' : authorization.slice(end).trim()
  if (!isToken68(text)) refuse('invalid_request', 'the Authorization header is malformed') // RFC 6750 §2.1
  return { scheme, text }
}

function presentedKey(headers: GuardRequest['headers']): PresentedCredential | undefined {
  const [text, ...others] = headerValues(headers, 'x-api-key')
  if (text === undefined) return undefined
  if (others.length > 0 || !isToken68(text)) refuse('invalid_request', 'the x-api-key header is malformed')
  return { scheme: 'x-api-key', text }
}

function isToken68(text: string): boolean {
  return /^[\w.~+/-]+=*$/.test(text)
}

/** All values sent under this name. */
export function headerValues(headers: GuardRequest['headers'], name: string): readonly string[] {
  const value = headers instanceof Headers ? headers.get(name) : headers[name]
  if (value === null || value === undefined) return []
  return typeof value === 'string' ? [value] : value
}
