/** Headers of every response, and which origins may read it. */
import { isWebOrigin } from '../../protocol/origins.ts'
import type { endOfTurn } from '../../turn.ts'
import type { clientAddress } from './client-address.ts'
import type { certificateOf } from './client-certificate.ts'
import type { HttpDeps } from './deps.ts'
import type { Route, WebTenant } from './route.ts'

/** Headers of every response, errors included. Pages override some. */
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
  /** Path of the root issuer. */
  base: string
  common: Readonly<Record<string, string>>
  /** The IP address of the client. */
  addressOf: ReturnType<typeof clientAddress>
  /** The certificate of the TLS client, and the headers without it. */
  certificateOf: ReturnType<typeof certificateOf>
  /** Resolves at the end of this turn of the event loop. */
  turnEnds: ReturnType<typeof endOfTurn>
  /** How many have come. */
  requests: number
  /** The listener is shutting down: connections close after the response that is under way. */
  closing: boolean
}

/** The headers of any response to this request. */
export function headersOf({ common, closing }: HttpState, req: { id: string }): Record<string, string> {
  const headers: Record<string, string> = { ...common, 'x-request-id': req.id }
  if (closing) headers['connection'] = 'close'
  return headers
}

/** Headers of pages. `same-origin`: our own forms send their origin, which `isForeign` checks; other sites learn nothing. */
export function pageHeaders(csp: string): Record<string, string> {
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': csp,
    'referrer-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-store',
  }
}

/** True for a post to one of our forms from another site. A browser that sends neither header is stopped by the form's token. */
export function isForeign(headers: Readonly<Record<string, string | string[] | undefined>>, origin: string): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site !== 'same-origin'
  return headers['origin'] !== undefined && headers['origin'] !== origin
}

/**
 * CORS: any origin for public documents; for clients the origins of their redirect URIs. Never with credentials. Fetch Standard §3.2.
 * Undefined: this origin may not read the response.
 */
export async function originHeaders(
  route: Route,
  tenant: WebTenant,
  origin: string | undefined,
): Promise<Record<string, string> | undefined> {
  if (route.cors === 'any') return { 'access-control-allow-origin': '*' }
  if (origin === undefined || origin.length > 300 || !isWebOrigin(origin) || !(await tenant.ctx.store.clients.hasOrigin(origin)))
    return undefined
  return { 'access-control-allow-origin': origin, 'access-control-expose-headers': tenant.ctx.server.corsHeaders.response.join(', ') }
}

/** Headers of a preflight response that allows the request. A credential may come in any header that accepts one. */
export function preflightHeaders(route: Route, { ctx }: WebTenant): Record<string, string> {
  const anyOther = route.cors === 'any' ? ['*'] : [] // tracing and inspecting tools send headers of their own
  return {
    'access-control-allow-methods': route.methods.join(', '),
    'access-control-allow-headers': [...ctx.server.corsHeaders.request, ...ctx.server.credentials.keys(), ...anyOther].join(', '),
    'access-control-max-age': '600',
  }
}
