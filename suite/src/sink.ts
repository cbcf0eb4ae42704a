/** A server of the suite's own that nobody should call: it counts who does. */
import { once } from 'node:events'
import { createServer } from 'node:http'

export interface Sink {
  /** Where it listens, on loopback. */
  url: string
  /** `GET /path` of each request so far. */
  calls(): readonly string[]
}

/** `ended` closes it. */
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
