/** An application for browser tests: a small web server to which people return, and which shows the response it got. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ClientApp {
  /** `http://127.0.0.1:…`: another site than the issuer. */
  origin: string
  callback: string
  /** Takes the response and redirects the person within its own site, as applications do. */
  hopping: string
  close(): void
}

export async function openClientApp(): Promise<ClientApp> {
  const beyond = await listen((path, _params, reply) => reply.end(shown('beyond', path)))
  const home = await listen((path, params, reply) => {
    if (path === '/hop') return reply.writeHead(303, { location: `${beyond.origin}/arrived?${params}` }).end()
    return reply.end(shown('landed', params))
  })
  return {
    origin: home.origin,
    callback: `${home.origin}/callback`,
    hopping: `${home.origin}/hop`,
    close() {
      for (const { server } of [home, beyond]) {
        server.close()
        server.closeAllConnections()
      }
    },
  }
}

type Respond = (path: string, params: string, reply: import('node:http').ServerResponse) => unknown

async function listen(respond: Respond): Promise<{ server: Server; origin: string }> {
  const server = createServer(async (request, reply) => {
    const body = Buffer.concat(await request.toArray()).toString()
    const [path = '', query = ''] = request.url!.split('?')
    if (path === '/favicon.ico') return reply.writeHead(204).end()
    reply.setHeader('content-type', 'text/html; charset=utf-8')
    respond(path, request.method === 'POST' ? body : query, reply)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

/** What the person sees there; the test reads it from the page. */
function shown(id: string, params: string): string {
  return `<!doctype html><title>${id}</title><pre id="${id}">${params.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</pre>`
}
