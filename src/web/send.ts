/** Turns a Reply of the rules into an HTTP answer. */
import type { FastifyReply } from 'fastify'
import type { PageReply, Reply } from '../protocol/request-reply.ts'
import { pageHeaders } from './headers.ts'
import { renderPage } from './pages/pages.ts'
import type { TenantRoom } from './route.ts'

/** What a page is dressed in. */
export type Dress = Pick<TenantRoom, 'base'> & { tenant: string; nonce: string }

export function send(to: FastifyReply, reply: Reply, dress: Dress, setCookie: readonly string[]): FastifyReply {
  if (setCookie.length > 0) to.header('set-cookie', setCookie as string[])
  if (reply.headers) to.headers(reply.headers as Record<string, string>)
  switch (reply.kind) {
    case 'json':
      to.code(reply.status)
      return reply.body === undefined ? to.send() : to.header('content-type', 'application/json').send(JSON.stringify(reply.body))
    case 'text':
      return to.code(reply.status).header('content-type', reply.type).send(reply.text)
    case 'redirect':
      return to.code(303).headers({ location: reply.to, 'cache-control': 'no-store' }).send()
    case 'page':
      return sendPage(to, reply, dress)
  }
}

function sendPage(to: FastifyReply, page: PageReply, dress: Dress): FastifyReply {
  const { html, csp } = renderPage(page, dress)
  return to
    .code(page.status ?? 200)
    .headers(pageHeaders(csp))
    .send(html)
}
