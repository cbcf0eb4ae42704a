/** Requests that no route serves: unknown paths and methods, bodies that are too large or of another kind, HTTP that cannot be read. */
import type { Duplex } from 'node:stream'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { errorReply } from '../../protocol/error-reply.ts'
import { asOAuthError, type ErrorCode, OAuthError } from '../../protocol/errors.ts'
import { Problem, problemDocument } from '../api/problem.ts'
import type { HttpState } from './headers.ts'
import type { WebTenant } from './route.ts'
import { enter, finish, type Message, messageOf, plainContext, type ResponseContext, send } from './send.ts'

const malformed = 'the request is not well-formed HTTP'

export function refuseOddRequests(app: FastifyInstance, state: HttpState): void {
  const { deps, base } = state
  const patterns = deps.routes.map((route) => ({
    route,
    pattern: new RegExp(`^${route.path.replaceAll('.', '\\.').replace(/:\w+/g, '[^/]+')}$`),
  }))
  const routesAt = (url: string | undefined) => {
    const path = (url ?? '').split('?', 1)[0] as string
    const below = path.slice(base.length).replace(/^\/t\/[^/]+/, '')
    return patterns.filter(({ pattern }) => pattern.test(below)).map(({ route }) => route)
  }

  app.addHook('onRequest', (req, reply, done) => {
    if (req.headers.host !== undefined || req.raw.httpVersion === '1.0') done()
    else sendError(state, req, reply, 'invalid_request', malformed, { connection: 'close' }) // RFC 9112 §3.2
  })
  // An expectation other than 100-continue may be ignored. RFC 9110 §10.1.1
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response))
  app.server.on('connect', (request, socket) => refuseTunnel(state, request, socket))

  app.setNotFoundHandler(async (req, reply) => {
    const context = plainContext(state, req)
    const tenant = await tenantAt(state, req)
    if (tenant) enter(context, tenant)
    const allowed = routesAt(req.raw.url).flatMap((route) => route.methods)
    if (allowed.length === 0 || allowed.some((method) => method === req.method))
      return sendError(state, req, reply, 'not_found', 'there is nothing at this URL', {}, context)
    const description = 'this URL does not support the method; the Allow header lists those it does'
    return sendError(state, req, reply, 'method_not_allowed', description, { allow: allowed.join(', ') }, context)
  })

  app.setErrorHandler((error: FastifyError, req, reply) => {
    const status = error.statusCode ?? 500
    const [route] = routesAt(req.raw.url)
    if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE' && route?.body === 'json') {
      const problem = new Problem(415, 'invalid_request', 'send the body as application/json')
      return send(
        reply,
        problemDocument(problem, errorReply(problem, { audience: 'api' }, deps.issuer), deps.issuer),
        plainContext(state, req),
      )
    }
    if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE')
      return sendError(state, req, reply, 'invalid_request', 'send the parameters as application/x-www-form-urlencoded')
    if (status === 413) {
      const { socket } = req.raw
      socket.destroySoon = () => lingerOn(socket.end()) // what Node.js calls once the answer is written
      req.raw.once('end', () => socket.destroy())
      const description = 'the request is larger than this server accepts'
      return sendError(state, req, reply, 'content_too_large', description, { connection: 'close' })
    }
    if (status < 500) return sendError(state, req, reply, 'invalid_request', malformed)
    deps.log.error({ id: req.id, method: req.method, err: error }, 'failed')
    const fault = asOAuthError(error)
    return sendError(state, req, reply, fault.code, fault.description)
  })
}

/** The tenant whose page a wrong address below its issuer shows; undefined where there is none, or it cannot be had. */
async function tenantAt({ deps, base }: HttpState, { raw: { url = '' } }: FastifyRequest): Promise<WebTenant | undefined> {
  const below = url.startsWith(base) ? url.slice(base.length) : ''
  const [, slug = ''] = /^\/t\/([^/?]+)/.exec(below) ?? []
  try {
    return await deps.tenant(slug)
  } catch {
    return undefined
  }
}

/** An address that no route can be found for: malformed percent-encoding, or a name that is too long. No hook has run yet. */
export function refuseOddAddress(state: HttpState, req: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendError(state, req, reply, 'not_found', 'there is nothing at this URL')
}

/** The part of a connection that is needed to answer a request that the parser refuses. */
interface Connection {
  readonly writable: boolean
  readonly writableEnded: boolean
  end(text: string): unknown
  once(event: 'close', listener: () => void): unknown
  destroy(): unknown
  /** The response in progress, as Node.js stores it. */
  _httpMessage?: { headersSent: boolean } | null
}

const statusLines: Readonly<Record<number, string>> = {
  400: '400 Bad Request',
  405: '405 Method Not Allowed',
  408: '408 Request Timeout',
  431: '431 Request Header Fields Too Large',
}

/** Answers a request that the parser refuses, or that was not complete in time, and closes the connection. */
export function answerUnreadable(state: HttpState, error: { code?: string; rawPacket?: unknown }, connection: Connection): void {
  if (connection.writableEnded && error.code !== 'ECONNRESET') return // answered; this is more of the same request
  if (error.code === 'ECONNRESET' || !connection.writable || connection._httpMessage?.headersSent) {
    connection.destroy()
    return
  }
  const head = Buffer.isBuffer(error.rawPacket) ? error.rawPacket.toString('latin1') : ''
  const request = { id: state.deps.id(), headers: { accept: /^accept:([^\r\n]*)/im.exec(head)?.[1] } }
  const answer = unreadable(state, error.code, request)
  connection.end(head.startsWith('HEAD ') ? headOf(answer) : textOf(answer))
  lingerOn(connection)
}

/** How long the rest of a refused request is read and thrown away, in milliseconds. */
const lingering = 2000

/** After the answer. Were the connection closed while the client still sends, it would be reset, and the answer lost: RFC 9112 §9.6. */
function lingerOn(connection: Pick<Connection, 'once' | 'destroy'>): void {
  const timer = setTimeout(() => connection.destroy(), lingering).unref()
  connection.once('close', () => clearTimeout(timer))
}

/** CONNECT asks a proxy for a tunnel — RFC 9110 §9.3.6. The socket is no longer watched by the HTTP server, so it is destroyed here. */
function refuseTunnel(state: HttpState, { headers }: Omit<OddRequest, 'id'>, socket: Duplex & Connection): void {
  const request = { id: state.deps.id(), headers }
  const answer = errorMessage(state, request, 'method_not_allowed', 'this server is not a proxy; do not send CONNECT', { allow: '' })
  const close = () => socket.destroy()
  socket.on('error', close)
  // While an earlier request is unanswered, this response would be taken as its response.
  if (socket._httpMessage) close()
  else socket.end(textOf(answer), close)
}

/** A response as it is written to a connection that closes after it. */
function textOf(message: Message): string {
  return headOf(message) + message.text
}

/** The same as far as HEAD asks for it. RFC 9110 §9.3.2 */
function headOf({ status, headers, text }: Message): string {
  const lines = Object.entries({ ...headers, 'content-length': Buffer.byteLength(text), connection: 'close' })
  return `HTTP/1.1 ${statusLines[status]}\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`
}

function unreadable(state: HttpState, code: string | undefined, request: OddRequest): Message {
  if (code === 'HPE_HEADER_OVERFLOW')
    return errorMessage(state, request, 'headers_too_large', 'the headers are larger than this server accepts; delete cookies of this site')
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return errorMessage(state, request, 'request_timeout', 'the request was not complete in time')
  return errorMessage(state, request, 'invalid_request', malformed)
}

/** What an error answer depends on. */
interface OddRequest {
  id: string
  headers: { accept?: string | undefined }
}

/** A browser that accepts HTML gets a page; a program gets JSON. */
function errorMessage(
  state: HttpState,
  request: OddRequest,
  code: ErrorCode,
  description: string,
  headers: Readonly<Record<string, string>> = {},
  context = plainContext(state, request),
): Message {
  const audience = request.headers.accept?.includes('text/html') ? 'person' : 'program'
  const answer = errorReply(new OAuthError(code, description), { audience }, state.deps.issuer)
  Object.assign(context.headers, headers)
  return messageOf(answer, context)
}

function sendError(state: HttpState, req: FastifyRequest, reply: FastifyReply, ...error: ErrorArguments): FastifyReply {
  const { status, headers, text } = errorMessage(state, req, ...error)
  return finish(reply, status, headers, text)
}
type ErrorArguments = [code: ErrorCode, description: string, headers?: Readonly<Record<string, string>>, context?: ResponseContext]
