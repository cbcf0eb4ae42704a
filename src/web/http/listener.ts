/** The door: HTTP in, HTTP out. No rule of OAuth is decided here. */
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { Origin } from '../../identity/audit.ts'
import { withErrorReply } from '../../protocol/error-reply.ts'
import { type OAuthError, refuse } from '../../protocol/errors.ts'
import { Params } from '../../protocol/params.ts'
import type { Reply, Request } from '../../protocol/request-reply.ts'
import { problem, problemDocument } from '../api/problem.ts'
import type { HttpDeps, Log } from './deps.ts'
import { commonHeaders, type HttpState, headersOf, isForeign, originHeaders, preflightHeaders } from './headers.ts'
import { healthRoutes } from './health.ts'
import { refuseOddAddress, refuseOddRequests } from './odd-requests.ts'
import type { RequestBody, Route, WebTenant } from './route.ts'
import { finish, type ResponseContext, send } from './send.ts'
import { tlsRules } from './tls.ts'

export interface ListenerOptions {
  tls: { cert: string; key: string } | undefined
  /** Peers whose X-Forwarded-* headers are believed: addresses or CIDR ranges. */
  trustedProxies: readonly string[]
  bodyBytes: number
}

/** No route has a schema of the framework's: its compilers, which take long to load, are not. */
function noSchemas(): never {
  throw new Error('routes have no schemas of the framework')
}

/** The HTTP server, with every route of the house; not listening yet. */
export function createListener(deps: HttpDeps, { tls, trustedProxies, bodyBytes }: ListenerOptions): FastifyInstance {
  const state: HttpState = { deps, common: commonHeaders(deps.issuer.startsWith('https:')), closing: false }
  const app: FastifyInstance = Fastify({
    https: tls ? { ...tlsRules, ...tls } : null,
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    bodyLimit: bodyBytes,
    routerOptions: { maxParamLength: 1000, querystringParser: () => ({}) }, // Params reads the query itself: repeated names must be seen
    forceCloseConnections: 'idle',
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
    requestTimeout: 30_000,
    genReqId: () => deps.id(),
    frameworkErrors: (_error, req, reply) => refuseOddAddress(state, req, reply),
  }) as unknown as FastifyInstance

  app.addHook('preClose', (done) => {
    state.closing = true
    done()
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_req, body, done) => done(null, body))
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_req, body, done) => done(null, body)) // read once it is known who takes it
  const base = new URL(deps.issuer).pathname.replace(/\/$/, '')
  refuseOddRequests(app, state, base)
  healthRoutes(app, state)

  for (const route of deps.routes) {
    for (const path of pathsOf(route.path, base)) {
      app.route({ method: [...route.methods], url: path, handler: (req, reply) => serve(state, route, req, reply) })
      if (route.cors) app.options(path, (req, reply) => preflight(state, route, req, reply))
    }
  }
  return app
}

/** Below the root issuer and below each tenant's; well-known documents also before the issuer's path. RFC 8414 §3.1, Discovery §4. */
export function pathsOf(path: string, base: string): string[] {
  const tenant = '/t/:slug([^/]+)' // not the empty one, which is the root's
  const paths = [base + path, base + tenant + path]
  if (path.startsWith('/.well-known/')) paths.push(path + base, path + base + tenant)
  return [...new Set(paths)]
}

async function serve(state: HttpState, route: Route, req: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { deps } = state
  const took = deps.stopwatch()
  const slug = slugOf(req)
  const context: ResponseContext = {
    tenant: 'Gatehouse',
    base: '',
    nonce: req.id,
    recovery: false,
    signUp: false,
    account: false,
    headers: headersOf(state, req),
  }
  let entered: WebTenant | undefined
  const audience = route.body && isJson(req) ? 'api' : route.audience
  const { reply: result, error } = await withErrorReply(audience, deps.issuer, async () => {
    const tenant = (await deps.tenant(slug)) ?? refuse('not_found', 'there is no such tenant here')
    context.tenant = tenant.ctx.tenant.name
    context.base = tenant.base
    context.recovery = tenant.mail !== undefined
    context.signUp = tenant.ctx.tenant.signUp
    context.account = tenant.ctx.server.responseTypes.has('none')
    if (route.cors === 'clients') context.headers['vary'] = 'Origin'
    if (route.cors) Object.assign(context.headers, await originHeaders(route, tenant, req.headers.origin))
    if (route.ownForm && isForeign(req.headers, new URL(deps.issuer).origin)) {
      refuse('invalid_request', 'this form was sent from another site; go back to the application and start again')
    }
    const body = readBody(route, req)
    entered = tenant
    const result = await route.handle(tenant, readRequest(tenant, route, req), body)
    if (result.remember) context.headers['set-cookie'] = tenant.cookies.write(result.remember)
    return result
  })
  await recordEvents(state, entered, error?.auditEvents ?? result.auditEvents, { requestId: req.id, address: req.ip })
  send(reply, error && audience === 'api' ? problemDocument(error, result, deps.issuer) : result, context)
  const status = reply.raw.statusCode
  logRequest(deps.log, { id: req.id, tenant: slug, method: req.method, route: route.path, status, ms: took(), ip: req.ip }, error)
  return reply
}

/** What happened is told by the log if the database cannot keep it: the act itself is done, and its answer stands. */
async function recordEvents(
  { deps }: HttpState,
  tenant: WebTenant | undefined,
  auditEvents: Reply['auditEvents'],
  from: Origin,
): Promise<void> {
  if (!tenant || !auditEvents || auditEvents.length === 0) return
  await tenant
    .recordAudit(auditEvents, from)
    .catch((err: unknown) => deps.log.error({ err, id: from.requestId, auditEvents }, 'not in the audit log'))
}

function slugOf(req: FastifyRequest): string {
  return (req.params as { slug?: string }).slug ?? ''
}

const isJson = ({ headers }: FastifyRequest) => /^application\/json *(;|$)/i.test(headers['content-type'] ?? '')

/** Refuses a body of another kind than the route takes. */
function readBody(route: Route, req: FastifyRequest): RequestBody {
  const { slug: _slug, ...path } = req.params as Record<string, string>
  if (typeof req.body !== 'string') return { json: undefined, path }
  if (!isJson(req))
    return route.body === 'json' ? problem(415, 'invalid_request', 'send the body as application/json') : { json: undefined, path }
  if (!route.body) refuse('invalid_request', 'send the parameters as application/x-www-form-urlencoded')
  try {
    return { json: JSON.parse(req.body), path }
  } catch {
    return problem(400, 'invalid_request', 'the body is not JSON')
  }
}

/** What is sent in a body is its parameters; else they are its query. */
function readRequest({ ctx, cookies }: WebTenant, { path }: Route, req: FastifyRequest): Request {
  const { headers, method } = req
  return {
    id: req.id,
    method,
    url: ctx.issuer + path,
    headers,
    params: new Params(new URLSearchParams(['POST', 'PUT', 'PATCH'].includes(method) ? formOf(req) : queryOf(req.raw.url ?? ''))),
    browser: cookies.read(headers.cookie),
    address: req.ip,
  }
}

function formOf(req: FastifyRequest): string {
  return isJson(req) ? '' : ((req.body as string | undefined) ?? '')
}

/** All after the first question mark: the next ones are data. RFC 3986 §3.4 */
function queryOf(url: string): string {
  const at = url.indexOf('?')
  return at < 0 ? '' : url.slice(at + 1)
}

async function preflight(state: HttpState, route: Route, req: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const tenant = await state.deps.tenant(slugOf(req)).catch(() => undefined)
  const allowed = tenant && (await originHeaders(route, tenant, req.headers.origin).catch(() => undefined))
  const headers = { ...headersOf(state, req), vary: 'Origin', ...allowed, ...(tenant && allowed ? preflightHeaders(route, tenant) : {}) }
  return finish(reply, 204, headers, '')
}

/** One line for each request: what came of it, never what was in it. */
function logRequest(log: Log, line: Record<string, unknown>, error: OAuthError | undefined): void {
  if (!error) {
    log.info(line, 'answered')
    return
  }
  const told = { ...line, error: error.code, description: error.description, why: error.why }
  if (error.code === 'server_error') log.error({ ...told, err: error.cause }, 'failed')
  else if (error.code === 'temporarily_unavailable') log.warn({ ...told, err: error.cause }, 'unavailable')
  else log.info(told, 'refused')
}
