/** Turns a Reply of the rules into an HTTP answer, written at once. */
import type { FastifyReply } from 'fastify'
import type { Reply } from '../../protocol/request-reply.ts'
import { renderPage, renderView } from '../pages/pages.ts'
import { pageHeaders } from './headers.ts'
import type { ViewReply } from './route.ts'

/** What an answer shares with its neighbours. */
export interface ResponseContext {
  /** The tenant's name, as people know it. */
  tenant: string
  /** Path of the issuer: '' or '/t/acme'. */
  base: string
  nonce: string
  /** Can whoever forgot a password get a link by e-mail? */
  recovery: boolean
  /** May anyone make an account of their own? */
  signUp: boolean
  /** Have people a page of their account here? */
  account: boolean
  /** Headers that every answer has; added to. */
  headers: Record<string, string | string[]>
}

export function send(to: FastifyReply, reply: Reply | ViewReply, context: ResponseContext): FastifyReply {
  const headers = Object.assign(context.headers, reply.headers)
  switch (reply.kind) {
    case 'json':
      if (reply.body === undefined) return finish(to, reply.status, headers, '')
      headers['content-type'] = 'application/json'
      return finish(to, reply.status, headers, JSON.stringify(reply.body))
    case 'text':
      headers['content-type'] = reply.type
      return finish(to, reply.status, headers, reply.text)
    case 'redirect':
      headers['location'] = reply.to
      headers['cache-control'] = 'no-store'
      return finish(to, 303, headers, '')
    case 'page':
      return sendPage(to, reply.status, renderPage(reply, context), context)
    case 'view':
      return sendPage(to, reply.status, renderView(reply.view, context), context)
  }
}

function sendPage(to: FastifyReply, status = 200, { html, csp }: { html: string; csp: string }, context: ResponseContext): FastifyReply {
  return finish(to, status, Object.assign(context.headers, pageHeaders(csp)), html)
}

/** Past the framework's own pipeline, which has nothing left to do: that halves what an answer costs. */
export function finish(to: FastifyReply, status: number, headers: ResponseContext['headers'], text: string): FastifyReply {
  if (status !== 204) headers['content-length'] = String(Buffer.byteLength(text))
  to.hijack()
  to.raw.writeHead(status, headers).end(text)
  return to
}
