/** Turns a `Reply` into an HTTP response and sends it. */
import type { ServerResponse } from 'node:http'
import type { Reply } from '../../protocol/request-reply.ts'
import { renderPage, renderView } from '../pages/pages.ts'
import { type HttpState, headersOf, pageHeaders } from './headers.ts'
import type { ViewReply, WebTenant } from './route.ts'

/** What a response depends on besides the reply. */
export interface ResponseContext {
  /** The tenant's name, as people know it. */
  tenant: string
  /** Address of its logo. */
  logo?: string | undefined
  /** Path of the issuer: '' or '/t/acme'. */
  base: string
  nonce: string
  /** A forgotten password can be reset by a link in a mail. */
  recovery: boolean
  /** Self-registration is open. */
  signUp: boolean
  /** There is an account page. */
  account: boolean
  /** The id of the request in the log, and when it was, in seconds since 1970. */
  request: { id: string; time: number }
  /** Development mode: refusals show how to mend them. */
  help: boolean
  /** Headers of every answer; others are added to them. */
  headers: Record<string, string | string[]>
}

/** An answer as it is written to the connection. */
export interface Message {
  status: number
  headers: ResponseContext['headers']
  text: string
}

/** While the tenant is not known, or there is none. */
export function plainContext(state: HttpState, req: { id: string }): ResponseContext {
  const { now, help } = state.deps
  return {
    tenant: 'Gatehouse',
    base: state.base,
    nonce: req.id,
    recovery: false,
    signUp: false,
    account: false,
    request: { id: req.id, time: now() },
    help,
    headers: headersOf(state, req),
  }
}

/** From now on the answer is the tenant's. */
export function enter(context: ResponseContext, { ctx, base, recovery }: WebTenant): void {
  context.tenant = ctx.tenant.name
  context.logo = ctx.tenant.logoUri
  context.base = base
  context.recovery = recovery
  context.signUp = ctx.tenant.signUp
  context.account = ctx.server.responseTypes.has('none')
}

export function send(to: ServerResponse, reply: Reply | ViewReply, context: ResponseContext): void {
  const { status, headers, text } = messageOf(reply, context)
  finish(to, status, headers, text)
}

export function messageOf(reply: Reply | ViewReply, context: ResponseContext): Message {
  const headers = Object.assign(context.headers, reply.headers)
  switch (reply.kind) {
    case 'json':
      if (reply.body === undefined) return { status: reply.status, headers, text: '' }
      headers['content-type'] = 'application/json'
      return { status: reply.status, headers, text: JSON.stringify(reply.body) }
    case 'text':
      headers['content-type'] = reply.type
      if (reply.framed) delete headers['x-frame-options']
      return { status: reply.status, headers, text: reply.text }
    case 'redirect':
      headers['location'] = reply.to
      headers['cache-control'] = 'no-store'
      return { status: reply.status ?? 303, headers, text: '' }
    case 'page':
      return pageMessage(reply.status, renderPage(reply, context), headers)
    case 'view':
      return pageMessage(reply.status, renderView(reply.view, context), headers)
  }
}

function pageMessage(status = 200, { html, csp }: { html: string; csp: string }, headers: ResponseContext['headers']): Message {
  return { status, headers: Object.assign(headers, pageHeaders(csp)), text: html }
}

/** Connections whose clients were told that they close. */
const ending = new WeakSet<object>()

/** Then what arrives on it is not carried out: nobody would learn what came of it. RFC 9112 §9.6 */
export const isEnding = (connection: object): boolean => ending.has(connection)

export function finish(to: ServerResponse, status: number, headers: ResponseContext['headers'], text: string): void {
  if (headers['connection'] === 'close') ending.add(to.req.socket)
  if (status !== 204) headers['content-length'] = String(Buffer.byteLength(text))
  to.writeHead(status, headers).end(text)
}
