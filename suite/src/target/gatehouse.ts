/** Gatehouse from this repository in production mode, with TLS, prepared by its command line. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer as createTlsServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Unjudgeable } from '../errors.ts'
import { send } from '../http/wire.ts'
import { openSink } from '../sink.ts'
import { authority, certificateFor } from './certificate.ts'
import { administration, prepare } from './gatehouse-acts.ts'
import { apiAt, startApi } from './gatehouse-api.ts'
import { subordinatesOf, trustMarkType, writeFiles } from './gatehouse-files.ts'
import { openInbox } from './gatehouse-inbox.ts'
import { clients, keyOf, people, registrationsOf, resources } from './prepared.ts'
import { type Around, freePort, passOn, withCertificate } from './proxy.ts'
import type { RunningTarget, Target } from './target.ts'

const checkout = fileURLToPath(new URL('../../..', import.meta.url))
const startSeconds = 180

export interface GatehouseOptions {
  /** URL of an empty PostgreSQL database. Default: a temporary SQLite file. */
  database?: string | undefined
  /** Processes that share the database; requests go to them in turn. */
  nodes?: number
  /** Put into a proxy in front, which terminates TLS. */
  around?: Around
}

export interface PreparedGatehouse {
  target: Target
  /** Of the database and all files. */
  folder: string
  /** Starts it. `from`: another checkout of the same version; `flags`: of Node.js. */
  serve(how?: { from?: string; flags?: readonly string[] }): Promise<{ stop(): Promise<void> }>
  remove(): void
}

export async function startGatehouse(options: GatehouseOptions = {}): Promise<RunningTarget> {
  const prepared = await prepareGatehouse(options)
  const server = await prepared.serve()
  return {
    ...prepared.target,
    async stop() {
      await server.stop()
      prepared.remove()
    },
  }
}

/** With clients, APIs and people, ready to be started. */
export async function prepareGatehouse({ database, nodes = 1, around }: GatehouseOptions): Promise<PreparedGatehouse> {
  if (!existsSync(programIn(checkout)))
    throw new Unjudgeable('TARGET=gatehouse works in a checkout of Gatehouse; give the URL of a running server')
  const folder = mkdtempSync(join(tmpdir(), 'suite-gatehouse-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const port = await freePort()
  const issuer = `https://localhost:${port}`
  const [apiPort, certificatePort] = [await freePort(), await freePort()]
  const resource = apiAt(apiPort)
  const isProxied = around !== undefined || nodes > 1
  const ports = isProxied ? await Promise.all(Array.from({ length: nodes }, freePort)) : [port]
  const inbox = await openInbox()
  const documents = await certificateFor('127.0.0.1', 'localhost')
  const over = new AbortController()
  const sink = await openSink(over.signal, { certificate: documents })
  const address = { url: `https://localhost:${sink.port}`, certificate: documents, anchor: keyOf('anchor'), sink }
  const [own, others] = [await authority('Clients'), await authority('Others')]
  const assertionIssuer = { issuer: 'https://assertions.example', private_key: keyOf('assertions') }
  const keyAttester = keyOf('attester')
  const { ca, key } = await writeFiles(folder, {
    issuer,
    certificatePort,
    authority: own.cert,
    assertionIssuer,
    keyAttester,
    isProxied,
    database,
    api: resource,
    mail: inbox.smtp,
    documents: documents.cert,
    listener: address,
  })
  const env = { ...withoutSettings(), GATEHOUSE_CONFIG: join(folder, 'gatehouse.yaml') }
  await prepare(folder, programIn(checkout), env, subordinatesOf(address)[0]!.entity_id)
  const api = await startApi({ issuer, caFile: join(folder, 'tls.crt'), port: apiPort, around })
  const listener = (around ?? ((inner) => inner))(passOn(ports))
  const proxies = [port, certificatePort].map((own) => ({
    port: own,
    server: createTlsServer({ key, cert: ca, requestCert: own === certificatePort, rejectUnauthorized: false }, withCertificate(listener)),
  }))
  if (isProxied) for (const { server, port } of proxies) server.listen(port, 'localhost')
  return {
    folder,
    target: {
      name: 'gatehouse',
      issuer,
      ca,
      people,
      clients: registrationsOf(clients),
      resources,
      api: resource,
      certificates: [await certificateFor('client'), await certificateFor('client')],
      authorityCertificates: [await own.issue('pki'), await own.issue('somebody-else'), await others.issue('pki')],
      assertionIssuer,
      keyAttester,
      trustMarkType,
      inbox: inbox.url,
      documents,
      listener: address,
      administer: administration(folder, programIn(checkout), env),
      pages,
    },
    async serve({ from = checkout, flags = [] } = {}) {
      const servers = ports.map((own) => {
        const settings = { ...env, GATEHOUSE_LISTEN_PORT: String(own) }
        return spawn(process.execPath, [...flags, programIn(from), 'serve'], { env: settings, stdio: ['ignore', 'ignore', 'inherit'] })
      })
      const kill = () => servers.forEach((server) => void server.kill())
      process.once('exit', kill)
      await Promise.all(ports.map((own, n) => untilReady(isProxied ? `http://localhost:${own}` : issuer, ca, servers[n]!)))
      return {
        async stop() {
          process.off('exit', kill)
          await Promise.all(servers.map(async (server) => server.kill() && once(server, 'exit')))
        },
      }
    },
    remove() {
      over.abort()
      api.stop()
      inbox.close()
      for (const { server } of proxies) {
        server.close()
        server.closeAllConnections()
      }
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** How a person uses its pages. */
const pages = {
  steps: [
    { when: 'form#sign-in', fill: { username: '{username}', password: '{password}' } },
    { when: 'form#consent #allow', fill: {}, click: '#allow' },
    { when: 'form#device', fill: { user_code: '{user_code}' } },
    { when: 'form#sign-out', fill: {} },
  ],
  decline: '#deny',
}

function programIn(folder: string): string {
  return join(folder, 'bin/gatehouse.js')
}

/** Settings come from the file only. */
function withoutSettings(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GATEHOUSE_')))
}

async function untilReady(base: string, ca: string, server: ChildProcess): Promise<void> {
  const signal = AbortSignal.timeout(startSeconds * 1000)
  while (!signal.aborted) {
    if (server.exitCode !== null) throw new Unjudgeable(`Gatehouse ended with status ${server.exitCode} before it was ready`)
    const ready = await send({ method: 'GET', url: `${base}/readyz` }, { signal, ca }).catch(() => undefined)
    if (ready?.status === 200) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  server.kill()
  throw new Unjudgeable(`Gatehouse was not ready within ${startSeconds} seconds`)
}
