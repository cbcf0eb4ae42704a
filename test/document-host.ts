/** A web server of a client developer, with TLS: it publishes metadata documents of clients. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { authority, pem } from './certificates.ts'

export interface DocumentHost {
  /** `https://localhost:PORT` */
  origin: string
  /** Settings with which a server trusts it. */
  settings: Readonly<Record<string, string>>
  /** What it publishes, by path: members of a document, or how it answers. */
  published: Record<string, object | RequestListener>
  /** Publishes a client at this path, with its identifier, and returns that. */
  publish(path: string, members?: object): string
  /** How often each path was asked for. */
  asked(path: string): number
  close(): Promise<void>
}

export async function documentHost(): Promise<DocumentHost> {
  const root = await authority('CN=Root of developers')
  const own = await root.issue({ names: [{ type: 'dns', value: 'localhost' }] })
  const published: DocumentHost['published'] = {}
  const asked: string[] = []
  const server = createServer({ cert: own.cert, key: own.key }, (request, response) => {
    asked.push(request.url as string)
    const it = published[request.url as string]
    if (typeof it === 'function') it(request, response)
    else if (it === undefined) response.writeHead(404, { 'content-type': 'application/json' }).end('{}')
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(it))
  })
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  const origin = `https://localhost:${(server.address() as AddressInfo).port}`
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-documents-'))
  const caFile = join(folder, 'root.pem')
  writeFileSync(caFile, pem(root))
  return {
    origin,
    settings: { OUTBOUND_CA_FILE: caFile },
    published,
    publish(path, members = {}) {
      published[path] = { client_id: origin + path, ...members }
      return origin + path
    },
    asked: (path) => asked.filter((one) => one === path).length,
    async close() {
      server.closeAllConnections()
      server.close()
      await rm(folder, { recursive: true })
    },
  }
}
