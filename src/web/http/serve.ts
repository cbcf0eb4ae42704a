/** A request to a route: its tenant, its content, its answer and its line of the log. */
import type { ServerResponse } from 'node:http'
import type { Origin } from '../../identity/audit.ts'
import { aliasIssuer } from '../../protocol/client-certificate.ts'
import { withErrorReply } from '../../protocol/error-reply.ts'
import { refuse } from '../../protocol/errors.ts'
import type { Reply, Request } from '../../protocol/request-reply.ts'
import { problemDocument } from '../api/problem.ts'
import type { Log } from './deps.ts'
import { type HttpState, headersOf, isForeign, originHeaders, preflightHeaders } from './headers.ts'
import type { HttpRequest } from './http-request.ts'
import { placed } from './placed.ts'
import { isJson, jsonOf, jwtOf, readParams, readPath, readQuery } from './request-body.ts'
import type { Route, ViewReply, WebTenant } from './route.ts'
import { enter, finish, plainContext, send } from './send.ts'

/** Answers a request to a route, and writes its line of the log. */
export async function serve(state: HttpState, route: Route, req: HttpRequest, to: ServerResponse): Promise<void> {
  const { deps } = state
  const elapsed = deps.stopwatch()
  await state.turnEnds()
  const { slug, address } = req
  const context = plainContext(state, req)
  let entered: WebTenant | undefined
  const audience = (req.body !== undefined && isJson(req) && route.audienceOf?.(req.body)) || route.audience
  const { reply: result, error } = await withErrorReply({ ...route, audience }, deps.issuer, async () => {
    const path = readPath(req)
    const tenant = (await deps.tenant(slug)) ?? refuse('not_found', 'there is no such tenant here')
    enter(context, tenant)
    if (route.cors === 'clients') context.headers['vary'] = 'Origin'
    if (route.cors) Object.assign(context.headers, await originHeaders(route, tenant, req.headers.origin))
    if (route.ownForm && isForeign(req.headers, new URL(deps.issuer).origin)) {
      refuse('invalid_request', 'this form was sent from another site; go back to the application and start again')
    }
    const [json, jwt] = [jsonOf(route, req), jwtOf(route, req)]
    entered = tenant
    const request = readRequest(state, tenant, route, req)
    const own = route.ownForm ? placed(tenant, request) : tenant
    const result = await route.handle(own, request, { json, jwt, path, query: () => readQuery(req) })
    if (result.remember) context.headers['set-cookie'] = tenant.cookies.write(result.remember, req.headers.cookie)
    return result
  })
  await recordEvents(state, entered, error?.auditEvents ?? result.auditEvents, { requestId: req.id, address })
  send(to, error && audience === 'api' ? problemDocument(error, result, deps.issuer) : result, context)
  const { statusCode: status } = to
  const line = { id: req.id, tenant: slug, method: req.method, route: route.path, status, ms: elapsed(), ip: address }
  logRequest(deps.log, line, error && { error, clientId: claimedClient(req) }, result)
}

/** Events that the database cannot store are logged instead: the action is done, so its response stands. */
async function recordEvents(
  { deps }: HttpState,
  tenant: WebTenant | undefined,
  auditEvents: Reply['auditEvents'],
  from: Origin,
): Promise<void> {
  if (!tenant || !auditEvents || auditEvents.length === 0) return
  await tenant
    .recordAudit(auditEvents, from)
    .catch((err: unknown) => deps.log.error({ err, id: from.requestId, auditEvents }, 'could not be written to the audit log'))
}

function readRequest({ certificateOf }: HttpState, { ctx, cookies }: WebTenant, { path }: Route, req: HttpRequest): Request {
  const { headers, method } = req
  const base = aliasIssuer(ctx)
  return {
    id: req.id,
    method,
    url: (base !== undefined && new URL(base).host === headers.host ? base : ctx.issuer) + pathAsSent(path, req.url),
    params: readParams(req),
    browser: cookies.read(headers.cookie),
    address: req.address,
    ...certificateOf(req.raw),
  }
}

/** The path of a route with the values of this request, encoded as they were sent. `target`: of the request line; in a URL `\` is `/`. */
function pathAsSent(path: string, target: string): string {
  if (!path.includes('/:')) return path
  const [names, sent] = [path.split('/'), target.split(/[?#]/, 1).join().replaceAll('\\', '%5C').split('/')]
  return names.map((name, i) => (name.startsWith(':') ? sent.at(i - names.length) : name)).join('/')
}

async function tenantOf({ deps }: HttpState, req: HttpRequest): Promise<WebTenant | undefined> {
  return deps.tenant(req.slug)
}

/** Answers a CORS preflight. */
export async function preflight(state: HttpState, route: Route, req: HttpRequest, to: ServerResponse): Promise<void> {
  const tenant = await tenantOf(state, req).catch(() => undefined)
  const allowed = tenant && (await originHeaders(route, tenant, req.headers.origin).catch(() => undefined))
  const headers = { ...headersOf(state, req), vary: 'Origin', ...allowed, ...(tenant && allowed ? preflightHeaders(route, tenant) : {}) }
  finish(to, 204, headers, '')
}

/** The client that a refused request names, unproven. */
function claimedClient(req: HttpRequest): string | undefined {
  const basic = /^basic ([A-Za-z0-9+/=]{1,2000})$/i.exec(req.headers.authorization ?? '')?.[1]
  const sent = basic === undefined ? undefined : Buffer.from(basic, 'base64').toString().split(':', 1)[0]
  const named = sent ?? new URLSearchParams(req.body ?? req.url.split('?')[1]).get('client_id')
  return named?.slice(0, 255)
}

/** One line per request: its outcome, and of what it held only which client it named. */
function logRequest(
  log: Log,
  line: Record<string, unknown>,
  refused: Reply['refusal'],
  { refusal = refused, auditEvents = [] }: Reply | ViewReply,
): void {
  if (!refusal) {
    const failed = auditEvents.find(({ outcome }) => outcome === 'failure')
    const { reason, place } = failed?.detail ?? {}
    if (failed) log.info({ ...line, act: failed.act, target: failed.target, reason, place }, 'refused')
    else log.info(line, 'answered')
    return
  }
  const { error, clientId } = refusal
  const told = { ...line, client: clientId, error: error.code, description: error.description, why: error.why }
  if (error.code === 'server_error') log.error({ ...told, err: error.cause }, 'failed')
  else if (error.code === 'temporarily_unavailable') log.warn({ ...told, err: error.cause }, 'unavailable')
  else log.info(told, 'refused')
}
