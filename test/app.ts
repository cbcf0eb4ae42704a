/** A whole application for a test: real database, real listener, a clock that the test moves. */
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { type App, openApp } from '../src/app.ts'
import { loadConfig } from '../src/config/load.ts'
import type { Config } from '../src/config/schema.ts'
import { createAccount, type NewAccount } from '../src/identity/accounts.ts'
import { logger, random, readFile, systemClock, systemPlatform } from '../src/platform.ts'
import { type ClientMetadata, clientSchema } from '../src/protocol/client.ts'
import { readClient } from '../src/protocol/register.ts'
import type { Tenant } from '../src/tenant.ts'
import { addRsaKeys, hashCheaply } from './cheap-secrets.ts'
import { migrated } from './databases.ts'
import type { engines } from './postgres.ts'
import { browser, type TinyBrowser } from './tiny-browser.ts'

export type Engine = keyof typeof engines

export interface TestApp {
  issuer: string
  app: App
  /** Where its database is, for what no port does. */
  database: string
  /** Where it keeps files. */
  data: string
  /** The root tenant. */
  root: Tenant
  now(): number
  /** Moves the clock on. */
  advance(seconds: number): void
  browser(): TinyBrowser
  addClient(metadata: Record<string, unknown>, secret?: string, tenant?: Tenant): Promise<ClientMetadata>
  /** A client with the secret `secret` that no enabled feature serves any more: registered before a feature was switched off. */
  addUnservedClient(metadata: Record<string, unknown>): Promise<void>
  addAccount(account: NewAccount, password?: string, tenant?: Tenant): Promise<string>
  /** What the server has logged, where LOG_LEVEL is set. */
  logged(): string
  /** Reads the files of the TLS certificate again. */
  reloadCertificate(): Promise<void>
  close(): Promise<void>
}

/**
 * `settings`: configuration by environment name without its prefix, such as `{ FEATURES_PKCE: 'false' }`. Passwords are hashed at next
 * to no cost unless it names PASSWORDS_MEMORY_KIB. `change`: for what development mode gives. `machine`: a clock in milliseconds, in place
 * of one that the test moves.
 */
export async function testApp(
  engine: Engine,
  settings: Readonly<Record<string, string>> = {},
  change = (config: Config) => config,
  machine?: () => number,
): Promise<TestApp> {
  const database = await migrated[engine]()
  const data = mkdtempSync(join(tmpdir(), 'gatehouse-test-'))
  const port = await freePort()
  const issuer = settings['ISSUER'] ?? `http://localhost:${port}`
  const env: Record<string, string> = {
    GATEHOUSE_ISSUER: issuer,
    GATEHOUSE_LISTEN_PORT: String(port),
    GATEHOUSE_DATABASE_URL: database.url,
    GATEHOUSE_DATA_DIR: data,
    GATEHOUSE_KEYS_RSA_BITS: '2048',
    GATEHOUSE_PASSWORDS_MEMORY_KIB: '19456',
    GATEHOUSE_PASSWORDS_PASSES: '2',
  }
  for (const [name, value] of Object.entries(settings)) env[`GATEHOUSE_${name}`] = value
  const loaded = loadConfig({ mode: 'dev', env, readFile })
  if ('problems' in loaded) throw new Error(loaded.problems.join('\n'))

  let time = systemClock()
  const now = () => time
  const lines: string[] = []
  const stream = new Writable({ write: (line, _encoding, done) => done(void lines.push(String(line)) as undefined) })
  const log = logger({ level: settings['LOG_LEVEL'] ?? 'silent', format: 'json', stream })
  const virtual = { now, elapsed: () => time, random, log }
  const platform = machine ? systemPlatform(log, machine) : virtual
  const app = await openApp(change(loaded.config), platform, { migrations: 'apply', makeKey: true })
  const root = (await app.tenant('')) as Tenant
  await addRsaKeys(root, loaded.config, now)
  if (!('PASSWORDS_MEMORY_KIB' in settings)) hashCheaply(root)
  const server = await app.serve()
  return {
    issuer,
    app,
    database: database.url,
    data,
    root,
    now,
    advance: (seconds) => {
      time += seconds
    },
    browser: () => browser(issuer),
    async addClient(metadata, secret, tenant = root) {
      const client = readClient(app.server, tenant.ctx.keys.algs, metadata, tenant.ctx.id)
      const secrets = secret === undefined ? [] : [{ id: tenant.ctx.id(), hash: tenant.tokens.hashSecret(secret), createdAt: now() }]
      if (!(await tenant.store.clientsAdmin.add(client, secrets))) throw new Error('the client exists')
      return client
    },
    async addUnservedClient(metadata) {
      const secret = { id: root.ctx.id(), hash: root.tokens.hashSecret('secret'), createdAt: now() }
      await root.store.clientsAdmin.add(clientSchema.parse(metadata), [secret])
    },
    async addAccount(account, password, tenant = root) {
      return (await createAccount(tenant.accounts, account, password === undefined ? undefined : { text: password, temporary: false }))
        .subject
    },
    reloadCertificate: server.reloadCertificate,
    logged: () => lines.join(''),
    async close() {
      await server.close()
      await app.close()
      await database.close()
      await rm(data, { recursive: true, force: true })
    },
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => resolve(port))
    })
  })
}
