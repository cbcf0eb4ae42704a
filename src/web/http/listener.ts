/** The HTTP listener. It decides no rule of OAuth. */
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { Origin } from '../../identity/audit.ts'
import { aliasIssuer } from '../../protocol/client-certificate.ts'
import { withErrorReply } from '../../protocol/error-reply.ts'
import { refuse } from '../../protocol/errors.ts'
import type { Reply, Request } from '../../protocol/request-reply.ts'
import { endOfTurn } from '../../turn.ts'
import { problemDocument } from '../api/problem.ts'
import { clientAddress } from './client-address.ts'
import { certificateOf, type Forwarded } from './client-certificate.ts'
import type { HttpDeps, Log } from './deps.ts'
import { commonHeaders, type HttpState, headersOf, isForeign, originHeaders, preflightHeaders } from './headers.ts'
import { healthRoutes } from './health.ts'
import { answerUnreadable, refuseOddAddress, refuseOddRequests } from './odd-requests.ts'
import { placed } from './placed.ts'
import { isJson, jsonOf, jwtOf, readParams, readPath, readQuery } from './request-body.ts'
import type { Route, ViewReply, WebTenant } from './route.ts'
import { enter, finish, plainContext, send } from './send.ts'
import { type Certificate, clientCertificateRules, tlsRules } from './tls.ts'

export interface ListenerOptions {
  tls: (Certificate & { requestsCertificate: boolean }) | undefined
  /** How trusted proxies forward the certificates of their clients; undefined: they do not. */
  forwarded: Forwarded | undefined
  /** Peers whose X-Forwarded-For is believed: addresses or CIDR ranges. */
  trustedProxies: readonly string[]
  bodyBytes: number
  /** How long a client may take to send a request. */
  requestSeconds: number
}

/** No route has a schema of the framework's, so its compilers, which take long to load, are not loaded. */
function noSchemas(): never {
  throw new Error('routes have no schemas of the framework')
}

/** The HTTP server with all routes; not listening yet. */
export function createListener(deps: HttpDeps, options: ListenerOptions): FastifyInstance {
  const { tls, forwarded, trustedProxies, bodyBytes, requestSeconds } = options
  const common = commonHeaders(deps.issuer.startsWith('https:'))
  const certificatesOf = certificateOf(forwarded, trustedProxies)
  const base = new URL(deps.issuer).pathname.replace(/\/$/, '')
  const state: HttpState = {
    deps,
    base,
    common,
    addressOf: clientAddress(trustedProxies),
    certificateOf: certificatesOf,
    turnEnds: endOfTurn(),
    closing: false,
  }
  const requestTimeout = requestSeconds * 1000
  const http = {
    maxHeaderSize: 16_384, // enough for the longest token and our cookies
    headersTimeout: requestTimeout,
    connectionsCheckingInterval: 1000,
    requireHostHeader: false, // a hook refuses its absence, in our own form
  }
  const app: FastifyInstance = Fastify({
    ...(tls
      ? { https: { ...http, ...tlsRules, ...(tls.requestsCertificate ? clientCertificateRules : {}), cert: tls.cert, key: tls.key } }
      : { http }),
    bodyLimit: bodyBytes,
    routerOptions: { maxParamLength: 1000, querystringParser: () => ({}) }, // Params reads the query, to detect repeated names
    forceCloseConnections: 'idle',
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
    requestTimeout,
    genReqId: () => deps.id(),
    frameworkErrors: (_error, req, reply) => refuseOddAddress(state, req, reply),
    clientErrorHandler: (error, socket) => answerUnreadable(state, error, socket),
  }) as unknown as FastifyInstance

  app.addHook('preClose', (done) => {
    state.closing = true
    done()
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_req, body, done) => done(null, body))
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_req, body, done) => done(null, body)) // parsed by the route, after authentication
  const signed = ['application/jwt', 'application/entity-statement+jwt', 'application/trust-chain+json']
  app.addContentTypeParser(signed, { parseAs: 'string' }, (_req, body, done) => done(null, body))
  refuseOddRequests(app, state)
  healthRoutes(app, state)

  for (const route of deps.routes) {
    for (const path of pathsOf(route.path, base)) {
      app.route({ method: [...route.methods], url: path, handler: (req, reply) => serve(state, route, req, reply) })
      if (route.cors) app.options(path, (req, reply) => preflight(state, route, req, reply))
    }
  }
  return app
}

/** Below the root issuer and below each tenant's, the front page with and without a slash; well-known documents also before the issuer's path. RFC 8414 §3.1, Discovery §4. */
export function pathsOf(path: string, base: string): string[] {
  const tenant = '/t/:slug([^/]+)' // not empty: the root tenant has that slug
  if (path === '/') return [`${base}/`, ...(base === '' ? [] : [base]), base + tenant, `${base + tenant}/`]
  const paths = [base + path, base + tenant + path]
  if (path.startsWith('/.well-known/')) paths.push(path + base, path + base + tenant)
  return [...new Set(paths)]
}

async function serve(state: HttpState, route: Route, req: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { deps } = state
  const elapsed = deps.stopwatch()
  await state.turnEnds()
  const slug = slugOf(req)
  const address = state.addressOf(req.raw)
  const context = plainContext(state, req)
  let entered: WebTenant | undefined
  const audience = (typeof req.body === 'string' && isJson(req) && route.audienceOf?.(req.body)) || route.audience
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
  send(reply, error && audience === 'api' ? problemDocument(error, result, deps.issuer) : result, context)
  const status = reply.raw.statusCode
  const line = { id: req.id, tenant: slug, method: req.method, route: route.path, status, ms: elapsed(), ip: address }
  logRequest(deps.log, line, error && { error, clientId: claimedClient(req) }, result)
  return reply
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

function slugOf(req: FastifyRequest): string {
  return (req.params as { slug?: string }).slug ?? ''
}

function readRequest({ addressOf, certificateOf }: HttpState, { ctx, cookies }: WebTenant, { path }: Route, req: FastifyRequest): Request {
  const { headers, method } = req
  const base = aliasIssuer(ctx)
  return {
    id: req.id,
    method,
    url: (base !== undefined && new URL(base).host === headers.host ? base : ctx.issuer) + path,
    params: readParams(req),
    browser: cookies.read(headers.cookie),
    address: addressOf(req.raw),
    ...certificateOf(req.raw),
  }
}

async function tenantOf({ deps }: HttpState, req: FastifyRequest): Promise<WebTenant | undefined> {
  return deps.tenant(slugOf(req))
}

async function preflight(state: HttpState, route: Route, req: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const tenant = await tenantOf(state, req).catch(() => undefined)
  const allowed = tenant && (await originHeaders(route, tenant, req.headers.origin).catch(() => undefined))
  const headers = { ...headersOf(state, req), vary: 'Origin', ...allowed, ...(tenant && allowed ? preflightHeaders(route, tenant) : {}) }
  return finish(reply, 204, headers, '')
}

/** The client that a refused request names, unproven. */
function claimedClient(req: FastifyRequest): string | undefined {
  const basic = /^basic ([A-Za-z0-9+/=]{1,2000})$/i.exec(req.headers.authorization ?? '')?.[1]
  const sent = basic === undefined ? undefined : Buffer.from(basic, 'base64').toString().split(':', 1)[0]
  const named = sent ?? new URLSearchParams(typeof req.body === 'string' ? req.body : req.raw.url?.split('?')[1]).get('client_id')
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
