/** An HTTP server that records requests, to receive notifications and to detect server-side request forgery. */
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { Failure } from './expect.ts'
import type { ClientCertificate } from './http/wire.ts'

/** A request that the sink received. */
export interface Received {
  method: string
  path: string
  contentType: string
  body: string
}

export interface Sink {
  /** Its URL on loopback. */
  url: string
  /** Method and path of each request so far. */
  calls(): readonly string[]
  /** The first request to a path, as soon as it has come. Fails after ten seconds. */
  received(path: string): Promise<Received>
}

const waitSeconds = 10
const maxBody = 65_536

/** What is answered to a request: JSON, another text, or a redirect. */
export interface Document {
  json?: object
  text?: string
  location?: string
}

export interface Published {
  /** With TLS. */
  certificate: ClientCertificate
  /** By path. */
  documents(origin: string): Readonly<Record<string, Document>>
}

/** Closed when `ended` is aborted. What it does not publish, it answers with an empty key set. */
export async function openSink(ended: AbortSignal, published?: Published): Promise<Sink> {
  const requests: Received[] = []
  const listener: RequestListener = async (request, response) => {
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body = (body + chunk).slice(0, maxBody)
    requests.push({ method: request.method!, path: request.url!, contentType: request.headers['content-type'] ?? '', body })
    const { json = { keys: [] }, text, location } = published?.documents(url)[request.url!] ?? {}
    if (location === undefined) response.setHeader('content-type', 'application/json').end(text ?? JSON.stringify(json))
    else response.writeHead(302, { location }).end()
  }
  const server = published ? createTlsServer(published.certificate, listener) : createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = () => {
    server.close()
    server.closeAllConnections()
  }
  if (ended.aborted) close()
  else ended.addEventListener('abort', close, { once: true })
  const url = `http${published ? 's' : ''}://127.0.0.1:${(server.address() as { port: number }).port}`
  return {
    url,
    calls: () => requests.map(({ method, path }) => `${method} ${path}`),
    async received(wanted) {
      const end = performance.now() + waitSeconds * 1000
      while (performance.now() < end && !ended.aborted) {
        const found = requests.find(({ path }) => path === wanted)
        if (found) return found
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      throw new Failure(`the server sent no request to ${wanted} within ${waitSeconds} seconds`)
    },
  }
}
