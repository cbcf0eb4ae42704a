/** A whole house for a test: real database, real listener, a clock that the test moves. */
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../src/config/load.ts'
import type { Config } from '../src/config/schema.ts'
import { createAccount, type NewAccount } from '../src/identity/accounts.ts'
import { logger, random, readFile, systemClock } from '../src/platform.ts'
import type { ClientMetadata } from '../src/protocol/client.ts'
import { readClient } from '../src/protocol/register.ts'
import type { Room } from '../src/room.ts'
import { type House, openHouse } from '../src/server.ts'
import { addRsaKeys, hashCheaply } from './cheap-secrets.ts'
import { migrated } from './databases.ts'
import type { engines } from './postgres.ts'
import { browser, type TinyBrowser } from './tiny-browser.ts'

export type Engine = keyof typeof engines

export interface TestHouse {
  issuer: string
  house: House
  /** The root tenant. */
  root: Room
  now(): number
  /** Moves the clock on. */
  wait(seconds: number): void
  browser(): TinyBrowser
  addClient(metadata: Record<string, unknown>, secret?: string, room?: Room): Promise<ClientMetadata>
  addAccount(account: NewAccount, password?: string, room?: Room): Promise<string>
  /** What was logged. */
  close(): Promise<void>
}

/**
 * `settings`: configuration by environment name without its prefix, such as `{ FEATURES_PKCE: 'false' }`. Passwords are hashed at next
 * to no cost unless it names PASSWORDS_MEMORY_KIB. `change`: for what development mode gives.
 */
export async function testHouse(
  engine: Engine,
  settings: Readonly<Record<string, string>> = {},
  change = (config: Config) => config,
): Promise<TestHouse> {
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
  const log = logger({ level: 'silent', format: 'json' })
  const house = await openHouse(change(loaded.config), { now, random, log }, { migrations: 'apply', makeKey: true })
  const root = (await house.tenant('')) as Room
  await addRsaKeys(root, loaded.config, now)
  if (!('PASSWORDS_MEMORY_KIB' in settings)) hashCheaply(root)
  const server = await house.serve()
  return {
    issuer,
    house,
    root,
    now,
    wait: (seconds) => {
      time += seconds
    },
    browser: () => browser(issuer),
    async addClient(metadata, secret, room = root) {
      const client = readClient(house.server, room.ctx.keys.algs, metadata, room.ctx.id)
      const secrets = secret === undefined ? [] : [{ id: room.ctx.id(), hash: room.tokens.hashSecret(secret), createdAt: now() }]
      if (!(await room.store.clientsAdmin.add(client, secrets))) throw new Error('the client exists')
      return client
    },
    async addAccount(account, password, room = root) {
      return (await createAccount(room.accounts, account, password === undefined ? undefined : { text: password, temporary: false }))
        .subject
    },
    async close() {
      await server.close()
      await house.close()
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
