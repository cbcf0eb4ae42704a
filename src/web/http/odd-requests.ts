/** Requests that no route serves: unknown paths and methods, bodies that are too large or of another kind, HTTP that cannot be read. */
import type { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { errorReply } from '../../protocol/error-reply.ts'
import { asOAuthError, type ErrorCode, OAuthError } from '../../protocol/errors.ts'
import { Problem, problemDocument } from '../api/problem.ts'
import type { HttpState } from './headers.ts'
import type { BodyError, HttpRequest } from './http-request.ts'
import type { Route } from './route.ts'
import type { Router } from './router.ts'
import { enter, finish, type Message, messageOf, plainContext, type ResponseContext, send } from './send.ts'

const malformed = 'the request is not well-formed HTTP'

/** Answers to requests that reach no route, or whose body cannot be read. */
export interface OddRequests {
  refuseMalformed(req: HttpRequest, to: ServerResponse): void
  /** No route has this path, or none of this method. */
  refuseAddress(req: HttpRequest, to: ServerResponse): Promise<void>
  /** `body`: what the route takes, other than a form. */
  refuseBody(req: HttpRequest, to: ServerResponse, what: { error: BodyError; body: Route['body'] }): Promise<void>
  /** A fault of this server, where no answer was written yet. */
  fail(req: HttpRequest, to: ServerResponse, error: unknown): void
}

export function oddRequests(state: HttpState, router: Router): OddRequests {
  const { deps } = state
  return {
    refuseMalformed(req, to) {
      sendError(state, req, to, 'invalid_request', malformed, { connection: 'close' })
    },
    async refuseAddress(req, to) {
      const context = await contextAt(state, req)
      const allowed = router.methodsAt(req.url)
      if (allowed.length === 0) return sendError(state, req, to, 'not_found', 'there is nothing at this URL', {}, context)
      const description = 'this URL does not support the method; the Allow header lists those it does'
      sendError(state, req, to, 'method_not_allowed', description, { allow: allowed.join(', ') }, context)
    },
    async refuseBody(req, to, { error, body }) {
      const context = await contextAt(state, req)
      if (error === 'too large') return refuseTooLarge(state, req, to, context)
      if (error === 'incomplete') return sendError(state, req, to, 'invalid_request', malformed, { connection: 'close' }, context)
      if (body !== 'json')
        return sendError(state, req, to, 'invalid_request', 'send the parameters as application/x-www-form-urlencoded', {}, context)
      const problem = new Problem(415, 'invalid_request', 'send the body as application/json')
      send(to, problemDocument(problem, errorReply(problem, { audience: 'api' }, deps.issuer), deps.issuer), context)
    },
    fail(req, to, error) {
      deps.log.error({ id: req.id, method: req.method, err: error }, 'failed')
      const { code, description } = asOAuthError(error)
      if (to.headersSent) to.destroy()
      else sendError(state, req, to, code, description)
    },
  }
}

function refuseTooLarge(state: HttpState, req: HttpRequest, to: ServerResponse, context: ResponseContext): void {
  const { socket } = req.raw
  const { destroySoon } = socket
  // What Node.js calls once this answer is written, and those to the requests before.
  socket.destroySoon = () => {
    if (req.raw.complete) return destroySoon.call(socket)
    lingerOn(socket.end())
    req.raw.once('end', () => destroySoon.call(socket))
  }
  sendError(state, req, to, 'content_too_large', 'the request is larger than this server accepts', { connection: 'close' }, context)
}

/** The page of the tenant that the path names; a plain one where there is none, or it cannot be had. */
async function contextAt(state: HttpState, req: HttpRequest): Promise<ResponseContext> {
  const context = plainContext(state, req)
  try {
    const tenant = await state.deps.tenant(req.slug)
    if (tenant) enter(context, tenant)
  } catch {} // the refusal is what the client must learn
  return context
}

/** The part of a connection that is needed to answer a request that the parser refuses. */
interface Connection {
  readonly writable: boolean
  readonly writableEnded: boolean
  end(text: string): unknown
  once(event: 'close', listener: () => void): unknown
  destroy(): unknown
  /** The response in progress, as Node.js stores it. */
  _httpMessage?: { headersSent: boolean; req: { complete: boolean }; once(event: 'finish', listener: () => void): unknown } | null
  /** With the request that arrives, as Node.js stores it. */
  parser?: { incoming: { complete: boolean } | null } | null
}

const statusLines: Readonly<Record<number, string>> = {
  400: '400 Bad Request',
  405: '405 Method Not Allowed',
  408: '408 Request Timeout',
  431: '431 Request Header Fields Too Large',
}

/** Answers a request that the parser refuses, or that was not complete in time, and closes the connection. */
export function answerUnreadable(state: HttpState, error: Error & { code?: string; rawPacket?: unknown }, connection: Connection): void {
  if (connection.writableEnded && error.code !== 'ECONNRESET') return // answered; this is more of the same request
  const { _httpMessage: response, parser } = connection
  const isLost = error.code === 'ECONNRESET' || !connection.writable
  if (!isLost && response?.req.complete) {
    inTurn(connection, response, () => answerUnreadable(state, error, connection))
    return
  }
  const isAnswered = response ? response.headersSent : parser?.incoming?.complete === false
  if (isLost || isAnswered) {
    connection.destroy() // a second answer to one request would be taken as that to the next
    return
  }
  const head = Buffer.isBuffer(error.rawPacket) ? error.rawPacket.toString('latin1') : ''
  const request = { id: state.deps.id(), headers: { accept: /^accept:([^\r\n]*)/im.exec(head)?.[1] } }
  const answer = unreadable(state, error.code, request)
  connection.end(head.startsWith('HEAD ') ? headOf(answer) : textOf(answer))
  lingerOn(connection)
}

/** Connections that are refused once their earlier requests are answered. */
const refusedLater = new WeakSet<object>()

/** Responses come in the order of the requests. RFC 9112 §9.3.2 */
function inTurn(connection: Connection, earlier: NonNullable<Connection['_httpMessage']>, answer: () => void): void {
  if (refusedLater.has(connection)) return // this is more that cannot be read
  refusedLater.add(connection)
  earlier.once('finish', () => {
    refusedLater.delete(connection)
    answer()
  })
}

/** How long the rest of a refused request is read and thrown away, in milliseconds. */
const lingering = 2000

/** After the answer. Were the connection closed while the client still sends, it would be reset, and the answer lost: RFC 9112 §9.6. */
function lingerOn(connection: Pick<Connection, 'once' | 'destroy'>): void {
  const timer = setTimeout(() => connection.destroy(), lingering).unref()
  connection.once('close', () => clearTimeout(timer))
}

/** CONNECT asks a proxy for a tunnel — RFC 9110 §9.3.6. The socket is no longer watched by the HTTP server, so it is destroyed here. */
export function refuseTunnel(state: HttpState, { headers }: Omit<OddRequest, 'id'>, socket: Duplex & Connection): void {
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

function sendError(state: HttpState, req: HttpRequest, to: ServerResponse, ...error: ErrorArguments): void {
  const { status, headers, text } = errorMessage(state, req, ...error)
  finish(to, status, headers, text)
}
type ErrorArguments = [code: ErrorCode, description: string, headers?: Readonly<Record<string, string>>, context?: ResponseContext]
