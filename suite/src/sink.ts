/** An HTTP server that records requests, to receive notifications, to publish documents, and to detect server-side request forgery. */
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { Failure } from './expect.ts'
import type { ClientCertificate } from './http/wire.ts'

/** A request that the sink received. */
export interface Received {
  method: string
  /** With the query. */
  path: string
  contentType: string
  authorization: string
  body: string
}

export interface Sink {
  /** Its URL on loopback. */
  url: string
  port: number
  /** Method and path of each request so far. */
  calls(): readonly string[]
  /** The first request to a path that is meant, as soon as it has come. Fails after ten seconds. */
  received(path: string, isMeant?: (request: Received) => boolean): Promise<Received>
  /** Answers requests to a path, with its decoded query. */
  publish(path: string, document: Document): void
}

const waitSeconds = 10
const maxBody = 65_536

/** What is answered to a request: JSON, another text, or a redirect. */
export interface Document {
  /** Default: 200. */
  status?: number
  json?: object
  text?: string
  /** Of the text. Default: `application/json`. */
  type?: string
  location?: string
}

export interface Place {
  /** Default: without TLS. */
  certificate?: ClientCertificate | undefined
  /** Default: any. */
  port?: number
}

/** Closed when `ended` is aborted. What it does not publish, it answers with an empty key set. */
export async function openSink(ended: AbortSignal, { certificate, port = 0 }: Place = {}): Promise<Sink> {
  const requests: Received[] = []
  const documents = new Map<string, Document>()
  const listener: RequestListener = async (request, response) => {
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body = (body + chunk).slice(0, maxBody)
    const { method = '', url: path = '', headers } = request
    requests.push({ method, path, contentType: headers['content-type'] ?? '', authorization: headers.authorization ?? '', body })
    const { status = 200, json = { keys: [] }, text, type = 'application/json', location } = documents.get(decoded(path)) ?? {}
    if (location === undefined) response.writeHead(status, { 'content-type': type }).end(text ?? JSON.stringify(json))
    else response.writeHead(302, { location }).end()
  }
  const server = certificate ? createTlsServer(certificate, listener) : createServer(listener)
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const close = () => {
    server.close()
    server.closeAllConnections()
  }
  if (ended.aborted) close()
  else ended.addEventListener('abort', close, { once: true })
  const { port: own } = server.address() as { port: number }
  return {
    url: `http${certificate ? 's' : ''}://127.0.0.1:${own}`,
    port: own,
    calls: () => requests.map(({ method, path }) => `${method} ${path}`),
    publish: (path, document) => void documents.set(path, document),
    async received(wanted, isMeant = () => true) {
      const end = performance.now() + waitSeconds * 1000
      while (performance.now() < end && !ended.aborted) {
        const found = requests.find((request) => request.path === wanted && isMeant(request))
        if (found) return found
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      throw new Failure(`the server sent no request to ${wanted} within ${waitSeconds} seconds`)
    },
  }
}

/** `/fetch?sub=https://rp.example`, however the server encodes it. */
function decoded(path: string): string {
  const { pathname, searchParams } = new URL(path, 'http://sink.invalid')
  return pathname + (searchParams.size > 0 ? '?' : '') + [...searchParams].map((pair) => pair.join('=')).join('&')
}
