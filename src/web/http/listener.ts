/** The door: HTTP in, HTTP out. No rule of OAuth is decided here. */
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { Origin } from '../../identity/audit.ts'
import { answer } from '../../protocol/error-reply.ts'
import { type OAuthError, refuse } from '../../protocol/errors.ts'
import { Params } from '../../protocol/params.ts'
import type { Reply, Request } from '../../protocol/request-reply.ts'
import { problem, problemDocument } from '../api/problem.ts'
import type { House, Log } from './deps.ts'
import { commonHeaders, type DoorState, headersOf, isForeign, originHeaders, preflightHeaders } from './headers.ts'
import { healthRoutes } from './health.ts'
import { refuseOddAddress, refuseOddRequests } from './odd-requests.ts'
import type { Route, Sent, TenantRoom } from './route.ts'
import { type Dress, finish, send } from './send.ts'
import { tlsRules } from './tls.ts'

export interface Listening {
  tls: { cert: string; key: string } | undefined
  /** Peers whose X-Forwarded-* headers are believed: addresses or CIDR ranges. */
  trustedProxies: readonly string[]
  bodyBytes: number
}

/** The HTTP server, with every route of the house; not listening yet. */
export function openDoor(house: House, { tls, trustedProxies, bodyBytes }: Listening): FastifyInstance {
  const state: DoorState = { house, common: commonHeaders(house.issuer.startsWith('https:')), closing: false }
  const app: FastifyInstance = Fastify({
    https: tls ? { ...tlsRules, ...tls } : null,
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    bodyLimit: bodyBytes,
    routerOptions: { maxParamLength: 1000, querystringParser: () => ({}) }, // Params reads the query itself: repeated names must be seen
    forceCloseConnections: 'idle',
    requestTimeout: 30_000,
    genReqId: () => house.id(),
    frameworkErrors: (_error, req, reply) => refuseOddAddress(state, req, reply),
  }) as unknown as FastifyInstance

  app.addHook('preClose', (done) => {
    state.closing = true
    done()
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_req, body, done) => done(null, body))
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_req, body, done) => done(null, body)) // read once it is known who takes it
  const base = new URL(house.issuer).pathname.replace(/\/$/, '')
  refuseOddRequests(app, state, base)
  healthRoutes(app, state)

  for (const route of house.routes) {
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

async function serve(state: DoorState, route: Route, req: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { house } = state
  const took = house.stopwatch()
  const slug = slugOf(req)
  const dress: Dress = {
    tenant: 'Gatehouse',
    base: '',
    nonce: req.id,
    recovery: false,
    signUp: false,
    account: false,
    headers: headersOf(state, req),
  }
  let entered: TenantRoom | undefined
  const audience = route.body && isJson(req) ? 'api' : route.audience
  const { reply: result, error } = await answer(audience, house.issuer, async () => {
    const room = (await house.room(slug)) ?? refuse('not_found', 'there is no such tenant here')
    dress.tenant = room.ctx.tenant.name
    dress.base = room.base
    dress.recovery = room.mailroom !== undefined
    dress.signUp = room.ctx.tenant.signUp
    dress.account = room.ctx.server.responseTypes.has('none')
    if (route.cors === 'clients') dress.headers['vary'] = 'Origin'
    if (route.cors) Object.assign(dress.headers, await originHeaders(route, room, req.headers.origin))
    if (route.ownForm && isForeign(req.headers, new URL(house.issuer).origin)) {
      refuse('invalid_request', 'this form was sent from another site; go back to the application and start again')
    }
    const sent = readSent(route, req)
    entered = room
    const result = await route.handle(room, read(room, route, req), sent)
    if (result.remember) dress.headers['set-cookie'] = room.cookies.write(result.remember)
    return result
  })
  await keep(state, entered, error?.happened ?? result.happened, { requestId: req.id, address: req.ip })
  send(reply, error && audience === 'api' ? problemDocument(error, result, house.issuer) : result, dress)
  const status = reply.raw.statusCode
  note(house.log, { id: req.id, tenant: slug, method: req.method, route: route.path, status, ms: took(), ip: req.ip }, error)
  return reply
}

/** What happened is told by the log if the database cannot keep it: the act itself is done, and its answer stands. */
async function keep({ house }: DoorState, room: TenantRoom | undefined, happened: Reply['happened'], from: Origin): Promise<void> {
  if (!room || !happened || happened.length === 0) return
  await room.note(happened, from).catch((err: unknown) => house.log.error({ err, id: from.requestId, happened }, 'not in the audit log'))
}

function slugOf(req: FastifyRequest): string {
  return (req.params as { slug?: string }).slug ?? ''
}

const isJson = ({ headers }: FastifyRequest) => /^application\/json *(;|$)/i.test(headers['content-type'] ?? '')

/** Refuses a body of another kind than the route takes. */
function readSent(route: Route, req: FastifyRequest): Sent {
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
function read({ ctx, cookies }: TenantRoom, { path }: Route, req: FastifyRequest): Request {
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

async function preflight(state: DoorState, route: Route, req: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const room = await state.house.room(slugOf(req)).catch(() => undefined)
  const allowed = room && (await originHeaders(route, room, req.headers.origin).catch(() => undefined))
  const headers = { ...headersOf(state, req), vary: 'Origin', ...allowed, ...(room && allowed ? preflightHeaders(route, room) : {}) }
  return finish(reply, 204, headers, '')
}

/** One line for each request: what came of it, never what was in it. */
function note(log: Log, line: Record<string, unknown>, error: OAuthError | undefined): void {
  if (!error) {
    log.info(line, 'answered')
    return
  }
  const told = { ...line, error: error.code, description: error.description, why: error.why }
  if (error.code === 'server_error') log.error({ ...told, err: error.cause }, 'failed')
  else if (error.code === 'temporarily_unavailable') log.warn({ ...told, err: error.cause }, 'unavailable')
  else log.info(told, 'refused')
}
