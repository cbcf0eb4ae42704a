/** Headers of every answer, and who may read it from another origin. */
import type { clientAddress } from './client-address.ts'
import type { HttpDeps } from './deps.ts'
import type { Route, WebTenant } from './route.ts'

/** On everything, errors included. Pages add their own policy. */
export function commonHeaders(secure: boolean): Record<string, string> {
  return {
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'cross-origin',
    'permissions-policy': 'camera=(), microphone=(), geolocation=()',
    ...(secure ? { 'strict-transport-security': 'max-age=63072000; includeSubDomains' } : {}),
  }
}

/** What all requests of one listener share. */
export interface HttpState {
  deps: HttpDeps
  common: Readonly<Record<string, string>>
  /** The IP address of the client. */
  addressOf: ReturnType<typeof clientAddress>
  /** A connection that is busy when closing begins ends with its answer: kept open, it would hold up the end. */
  closing: boolean
}

/** The headers of any answer to this request. */
export function headersOf({ common, closing }: HttpState, req: { id: string }): Record<string, string> {
  const headers: Record<string, string> = { ...common, 'x-request-id': req.id }
  if (closing) headers['connection'] = 'close'
  return headers
}

/** Pages: their forms tell us their origin, other sites learn nothing, and no window of another site keeps a handle on them. */
export function pageHeaders(csp: string): Record<string, string> {
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': csp,
    'referrer-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-store',
  }
}

/** Is this a post to one of our own forms from a page that is not ours? Old browsers that tell nothing are stopped by the flow's ticket. */
export function isForeign(headers: Readonly<Record<string, string | string[] | undefined>>, origin: string): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site !== 'same-origin'
  return headers['origin'] !== undefined && headers['origin'] !== origin
}

/**
 * CORS: any origin for public documents; for clients the origins of their redirect URIs. Never with credentials. Fetch Standard §3.2.
 * Undefined: the answer is not for this origin.
 */
export async function originHeaders(
  route: Route,
  tenant: WebTenant,
  origin: string | undefined,
): Promise<Record<string, string> | undefined> {
  if (route.cors === 'any') return { 'access-control-allow-origin': '*' }
  if (origin === undefined || !/^https?:\/\/[^\s/]{1,255}$/.test(origin) || !(await tenant.ctx.store.clients.hasOrigin(origin)))
    return undefined
  return { 'access-control-allow-origin': origin, 'access-control-expose-headers': tenant.ctx.server.corsHeaders.response.join(', ') }
}

/** The answer to a preflight that was allowed. A credential may come in any header in which one is accepted. */
export function preflightHeaders(route: Route, { ctx }: WebTenant): Record<string, string> {
  return {
    'access-control-allow-methods': route.methods.join(', '),
    'access-control-allow-headers': [...ctx.server.corsHeaders.request, ...ctx.server.credentials.keys()].join(', '),
    'access-control-max-age': '600',
  }
}
