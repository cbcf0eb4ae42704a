/** The HTTP listener. It decides no rule of OAuth. */
import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { type AddressInfo, Server as NetServer } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { endOfTurn } from '../../turn.ts'
import { clientAddress } from './client-address.ts'
import { certificateOf, type Forwarded } from './client-certificate.ts'
import type { HttpDeps } from './deps.ts'
import { commonHeaders, type HttpState } from './headers.ts'
import { healthRoutes } from './health.ts'
import { type HttpRequest, mediaTypeOf, readBody } from './http-request.ts'
import { answerUnreadable, type OddRequests, oddRequests, refuseTunnel } from './odd-requests.ts'
import { createRouter, type Handler, type Router } from './router.ts'
import { isEnding } from './send.ts'
import { preflight, serve } from './serve.ts'
import { type Certificate, clientCertificateRules, type SecureServer, tlsRules } from './tls.ts'

export interface ListenerOptions {
  tls: (Certificate & { requestsCertificate: boolean }) | undefined
  /** How trusted proxies forward the certificates of their clients; undefined: they do not. */
  forwarded: Forwarded | undefined
  /** Peers whose X-Forwarded-For is believed: addresses or CIDR ranges. */
  trustedProxies: readonly string[]
  bodyBytes: number
  /** How long a client may take to send a request, and read nothing of the answer. */
  requestSeconds: number
}

export interface Listener {
  /** Returns the URL of the first address. The name `localhost` may stand for several. */
  listen(host: string, port: number): Promise<string>
  /** Sets another TLS certificate for new connections. */
  setSecureContext: SecureServer['setSecureContext']
  /**
   * Takes no more connections, and answers what has begun. Those that are open close with their next answer; when no request has come for a
   * moment, the others do. So none that is in use is closed while its client is sending.
   */
  close(): Promise<void>
}

/** Milliseconds that an idle connection stays open: longer than the usual proxies keep theirs, so that they close first. */
const keepAliveTimeout = 72_000

/** Milliseconds without a request after which, at the end, the connections that are not in use are closed. */
const quiet = 100

/** The HTTP server with all routes; not listening yet. */
export function createListener(deps: HttpDeps, options: ListenerOptions): Listener {
  const { tls, forwarded, trustedProxies } = options
  const state: HttpState = {
    deps,
    base: new URL(deps.issuer).pathname.replace(/\/$/, ''),
    common: commonHeaders(deps.issuer.startsWith('https:')),
    addressOf: clientAddress(trustedProxies),
    certificateOf: certificateOf(forwarded, trustedProxies),
    turnEnds: endOfTurn(),
    requests: 0,
    closing: false,
  }
  const answer = answerer(state, options)
  const servers: Server[] = []

  const start = async (host: string, port: number) => {
    const server = newServer(options, answer)
    server.on('clientError', (error, socket) => answerUnreadable(state, error, socket))
    server.on('checkExpectation', answer) // one other than 100-continue may be ignored. RFC 9110 §10.1.1
    server.on('connect', (request, socket) => refuseTunnel(state, request, socket))
    await once(server.listen({ host, port }), 'listening')
    servers.push(server)
    return server.address() as AddressInfo
  }

  return {
    async listen(host, port) {
      const found = host === 'localhost' ? await lookup(host, { all: true }) : []
      const [first = host, ...others] = new Set(found.map(({ address }) => address))
      const { address, family, port: bound } = await start(first, port)
      for (const other of others) await start(other, bound).catch(() => {}) // the first is enough
      return `${tls ? 'https' : 'http'}://${family === 'IPv6' ? `[${address}]` : address}:${bound}`
    },
    setSecureContext(context) {
      for (const server of servers) (server as unknown as SecureServer).setSecureContext(context)
    },
    async close() {
      state.closing = true
      const closed = servers.map((server) => once(server, 'close'))
      for (const server of servers) NetServer.prototype.close.call(server) // closes no connection, unlike its own
      const requests = () => state.requests
      for (let before = -1; before !== requests(); await Promise.race([setTimeout(quiet), Promise.all(closed)])) before = requests()
      for (const server of servers) server.close()
      await Promise.all(closed)
    },
  }
}

function newServer({ tls, requestSeconds }: ListenerOptions, answer: (raw: IncomingMessage, to: ServerResponse) => void): Server {
  const requestTimeout = requestSeconds * 1000
  const http = {
    maxHeaderSize: 16_384, // enough for the longest token and our cookies
    headersTimeout: requestTimeout,
    requestTimeout,
    keepAliveTimeout,
    connectionsCheckingInterval: 1000,
    requireHostHeader: false, // its absence is refused in our own form
    joinDuplicateHeaders: true, // none is dropped unseen where there can be one: the two are no host, no media type and no credentials
  }
  if (!tls) return createServer(http, answer)
  const { cert, key, requestsCertificate } = tls
  return createSecureServer({ ...http, ...tlsRules, ...(requestsCertificate ? clientCertificateRules : {}), cert, key }, answer)
}

/** What answers every request that could be read. */
function answerer(state: HttpState, { bodyBytes, requestSeconds }: ListenerOptions): (raw: IncomingMessage, to: ServerResponse) => void {
  const router = routerOf(state)
  const odd = oddRequests(state, router)
  return (raw, to) => {
    if (isEnding(raw.socket)) return
    state.requests++
    const { method = '', url = '', headers } = raw
    const { slug, params, handler } = router.find(method, url)
    const [id, mediaType, address] = [state.deps.id(), mediaTypeOf(headers), state.addressOf(raw)]
    const request = { id, method, url, headers, mediaType, slug, params, body: undefined, address, raw }
    answerOne({ odd, bodyBytes }, request, to, handler).then(
      () => isWritten(to) || to.setTimeout(requestSeconds * 1000), // of standing still: the client does not read
      (error: unknown) => odd.fail(request, to, error),
    )
  }
}

/** False while the connection takes no more, or earlier responses wait. */
function isWritten({ socket, writableFinished }: ServerResponse): boolean {
  return writableFinished || socket?.writableLength === 0
}

/** Methods whose requests have a body. */
const withBody: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])

async function answerOne(
  { odd, bodyBytes }: { odd: OddRequests; bodyBytes: number },
  request: HttpRequest,
  to: ServerResponse,
  handler: Handler | undefined,
): Promise<void> {
  const { method, raw } = request
  if (!isWellFormed(raw)) return odd.refuseMalformed(request, to)
  if (!handler) return odd.refuseAddress(request, to)
  if (!withBody.has(method)) return handler.handle(request, to)
  const { text, error } = await readBody(request, bodyBytes)
  return error ? odd.refuseBody(request, to, { error, body: handler.body }) : handler.handle({ ...request, body: text }, to)
}

function isWellFormed({ httpVersion, headers }: IncomingMessage): boolean {
  const { host, 'transfer-encoding': encoding } = headers
  if (host === undefined ? httpVersion !== '1.0' : !/^[\w.~!$&'()*+,;=%:[\]-]*$/.test(host)) return false // RFC 9112 §3.2
  return encoding === undefined || /^chunked$/i.test(encoding) // RFC 9112 §6.1
}

function routerOf(state: HttpState): Router {
  const router = createRouter(state.base)
  healthRoutes(router, state)
  for (const route of state.deps.routes) {
    const { methods, path, body, cors } = route
    router.on(methods, path, { handle: (req, to) => serve(state, route, req, to), body })
    if (cors) router.on(['OPTIONS'], path, { handle: (req, to) => preflight(state, route, req, to) })
  }
  return router
}
