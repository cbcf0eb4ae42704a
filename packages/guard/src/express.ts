/** The guard in Express: `expressGuard(guard, { scopes })` before a handler, `request.caller` in it. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Caller } from './caller.ts'
import { Refused } from './challenge.ts'
import type { Guard } from './guard.ts'
import { metadataHeaders } from './metadata.ts'
import { type Need, nodeRequest } from './request.ts'

declare global {
  namespace Express {
    interface Request {
      /** The caller. Undefined in a route without a guard. */
      caller?: Caller
    }
  }
}

/** What Express adds to a request of Node. */
type Request = IncomingMessage & { originalUrl?: string; caller?: Caller }
type Middleware = (request: Request, response: ServerResponse, next: (error?: unknown) => void) => void

/** Passes on authorised requests, and answers the others itself. A fault goes to the app's error handler. */
export function expressGuard(guard: Guard, need?: Need): Middleware {
  const check = guard.require(need)
  return (request, response, next) => {
    check(nodeRequest(request, request.originalUrl)).then(
      (caller) => {
        request.caller = caller
        next()
      },
      (error: unknown) => (error instanceof Refused ? answer(response, error.status, error.headers, error.body) : next(error)),
    )
  }
}

/** Serves the metadata at its well-known path: `app.use(expressMetadata(guard))`. */
export function expressMetadata(guard: Guard): Middleware {
  return (request, response, next) => {
    const [path] = (request.url ?? '').split('?')
    const isMetadata = path === guard.metadataPath && (request.method === 'GET' || request.method === 'HEAD')
    return isMetadata ? answer(response, 200, metadataHeaders, guard.metadata()) : next()
  }
}

function answer(response: ServerResponse, status: number, headers: Readonly<Record<string, string>>, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}
