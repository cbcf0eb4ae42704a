/** An HTTP server that records requests, to receive notifications and to detect server-side request forgery. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { Failure } from './expect.ts'

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

/** Closed when `ended` is aborted. */
export async function openSink(ended: AbortSignal): Promise<Sink> {
  const requests: Received[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body = (body + chunk).slice(0, maxBody)
    requests.push({ method: request.method!, path: request.url!, contentType: request.headers['content-type'] ?? '', body })
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"keys":[]}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = () => {
    server.close()
    server.closeAllConnections()
  }
  if (ended.aborted) close()
  else ended.addEventListener('abort', close, { once: true })
  return {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
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
