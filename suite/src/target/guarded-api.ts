/** Program of `gatehouse-api.ts`. Environment: ISSUER, RESOURCE, SCOPE, PORT. Prints a line when it listens. */
import { createServer, type IncomingMessage } from 'node:http'

/** The parts of the guard that are used here. */
interface Guard {
  metadataPath: string
  metadata(): object
  check(request: unknown, need: { scopes: readonly string[]; maxAge?: number }): Promise<unknown>
}
interface Library {
  createGuard(options: object): Guard
  nodeRequest(request: IncomingMessage): unknown
  Refused: new () => Error & { status: number; headers: Record<string, string>; body: object }
}

/** A sign-in that is older is asked for again. Seconds. */
const recent = 2

const name = '@gatehouse/guard'
const { createGuard, nodeRequest, Refused } = (await import(name)) as Library
const { ISSUER: issuer, RESOURCE: resource = '', SCOPE: scope = '', PORT: port } = process.env
const guard = createGuard({ issuer, audience: resource, resource, resourceName: 'Notes', clockTolerance: 0 })
const json = { 'content-type': 'application/json' }
const { pathname } = new URL(resource)

createServer(async (request, response) => {
  if (request.url === guard.metadataPath) return response.writeHead(200, json).end(JSON.stringify(guard.metadata()))
  if (request.url !== pathname && request.url !== `${pathname}/recent`) return response.writeHead(404).end()
  try {
    await guard.check(nodeRequest(request), { scopes: [scope], ...(request.url === pathname ? {} : { maxAge: recent }) })
    response.writeHead(200, json).end('[]')
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    response.writeHead(error.status, { ...error.headers, ...json }).end(JSON.stringify(error.body))
  }
}).listen(Number(port), 'localhost', () => console.log('ready'))
