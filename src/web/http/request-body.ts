/** The content of a request: its parameters, its JSON, and the values in its path. */
import { refuse } from '../../protocol/errors.ts'
import { Params } from '../../protocol/params.ts'
import type { RequestBody } from '../../protocol/request-reply.ts'
import { problem } from '../api/problem.ts'
import { formType, type HttpRequest, jsonType, signedTypes } from './http-request.ts'
import type { Route } from './route.ts'

export function isJson({ mediaType }: HttpRequest): boolean {
  return mediaType === jsonType
}

/** What is no name in a path: the dots lead elsewhere. RFC 3986 §3.3 */
const notNames: ReadonlySet<string> = new Set(['', '.', '..'])

/** Refuses a path with another segment where a name is expected. */
export function readPath(req: HttpRequest): RequestBody['path'] {
  return Object.values(req.params).some((name) => notNames.has(name)) ? refuse('not_found', 'there is nothing at this URL') : req.params
}

/** JSON as it was sent, not yet read. Refuses a body of another kind than the route takes. */
export function jsonOf(route: Route, req: HttpRequest): string | undefined {
  if (req.body === undefined) return undefined
  if (isJson(req)) return route.body ? req.body : refuse('invalid_request', 'send the parameters as application/x-www-form-urlencoded')
  if (isSigned(route, req)) return undefined
  return route.body?.startsWith('json') ? problem(415, 'invalid_request', 'send the body as application/json') : undefined
}

function isSigned({ body }: Route, { mediaType }: HttpRequest): boolean {
  return body !== undefined && signedTypes[body]?.includes(mediaType) === true
}

/** A JWT as it was sent, where the route takes one. */
export function jwtOf(route: Route, req: HttpRequest): string | undefined {
  return isSigned(route, req) ? req.body : undefined
}

/** The form of a request that sends a body; else its query. */
export function readParams(req: HttpRequest): Params {
  const sendsBody = ['POST', 'PUT', 'PATCH'].includes(req.method)
  return new Params(new URLSearchParams(sendsBody ? formOf(req) : queryOf(req.url)))
}

export function readQuery(req: HttpRequest): Params {
  return new Params(new URLSearchParams(queryOf(req.url)))
}

function formOf(req: HttpRequest): string {
  return req.mediaType === formType ? (req.body ?? '') : ''
}

/** All after the first question mark: the next ones are data. RFC 3986 §3.4 */
function queryOf(url: string): string {
  const at = url.indexOf('?')
  return at < 0 ? '' : url.slice(at + 1)
}
