/** An HTTP server that records requests, to detect server-side request forgery. */
import { once } from 'node:events'
import { createServer } from 'node:http'

export interface Sink {
  /** Its URL on loopback. */
  url: string
  /** Method and path of each request so far. */
  calls(): readonly string[]
}

/** Closed when `ended` is aborted. */
export async function openSink(ended: AbortSignal): Promise<Sink> {
  const calls: string[] = []
  const server = createServer((request, response) => {
    calls.push(`${request.method} ${request.url}`)
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
  return { url: `http://127.0.0.1:${(server.address() as { port: number }).port}`, calls: () => calls }
}
