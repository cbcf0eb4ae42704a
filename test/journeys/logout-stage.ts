/** A server with a database that further nodes can share, and an application's web server to which logout tokens go. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '../../src/store/open.ts'
import { sql } from '../../src/store/sql.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { migrated } from '../databases.ts'
import { type Received, type Receiver, receiver } from '../receiver.ts'
import type { Landing, TinyBrowser } from '../tiny-browser.ts'
import { type Application, application, callback, encode, type Person } from './application.ts'

export const bye = 'https://app.example/bye'

export const tokenOf = ({ body }: Received): string => new URLSearchParams(body).get('logout_token') as string

export interface LogoutStage {
  gatehouse: TestApp
  remote: Receiver
  /** Settings of a further node on the same database. */
  shared: Readonly<Record<string, string>>
  somebody(): Promise<Person & { subject: string }>
  /** A client whose logout tokens go to its own path at the receiver. */
  client(metadata?: Record<string, unknown>, scope?: string): Promise<Application & { path: string }>
  /** By the application that has this ID token. */
  logout(browser: TinyBrowser, hint: string): Promise<Landing>
  /** What came for this client. */
  at(app: { path: string }): Received[]
  /** How many messages are in the outbox. */
  waiting(): Promise<number>
  /** Until the outbox is empty, whichever process delivers. */
  delivered(): Promise<void>
  losses(app: Application): Promise<Record<string, unknown>[]>
  close(): Promise<void>
}

export async function logoutStage(engine: Engine): Promise<LogoutStage> {
  const database = await migrated[engine]()
  const data = mkdtempSync(join(tmpdir(), 'gatehouse-nodes-'))
  const shared = { DATABASE_URL: database.url, DATA_DIR: data, KEYS_ALGS: 'ES256,RS256,EdDSA' }
  const [gatehouse, remote] = [await testApp(engine, shared), await receiver()]
  let [people, clients] = [0, 0]
  async function waiting(): Promise<number> {
    const db = await openDatabase(database.url)
    const rows = await db.read(sql`select id from outbox where tenant_id = 'root'`)
    await db.close()
    return rows.length
  }
  return {
    gatehouse,
    remote,
    shared,
    waiting,
    async somebody() {
      const [username, password] = [`person${++people}`, 'a good and long password']
      return { username, password, subject: await gatehouse.addAccount({ username }, password) }
    },
    async client(metadata = {}, scope = 'openid') {
      const id = `app${++clients}`
      const usual = { client_id: id, redirect_uris: [callback], post_logout_redirect_uris: [bye], policy: { consent: 'skip' } }
      await gatehouse.addClient({ ...usual, backchannel_logout_uri: `${remote.url}/${id}`, ...metadata }, 'secret')
      return { ...application(gatehouse, { id, secret: 'secret', scope }), path: `/${id}` }
    },
    logout: (browser, hint) => browser.open(`/logout?${encode({ id_token_hint: hint, post_logout_redirect_uri: bye })}`),
    at: (app) => remote.received.filter(({ path }) => path === app.path),
    async delivered() {
      gatehouse.advance(2)
      do await gatehouse.app.deliverDue()
      while ((await waiting()) > 0)
    },
    async losses({ id }) {
      const found = await gatehouse.root.store.audit.search({ act: 'client.logout-lost', target: id, limit: 9, newestFirst: true })
      return found.map(({ outcome, detail }) => ({ outcome, ...detail }))
    },
    async close() {
      await gatehouse.close()
      await remote.close()
      await database.close()
      rmSync(data, { recursive: true, force: true })
    },
  }
}
