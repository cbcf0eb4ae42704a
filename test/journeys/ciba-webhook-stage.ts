/** A server whose tenants tell people of requests for their approval by webhooks, and a receiver of their messages. */
import assert from 'node:assert/strict'
import { approvalEvent } from '../../src/identity/webhooks.ts'
import { openDatabase } from '../../src/store/open.ts'
import { type Row, sql } from '../../src/store/sql.ts'
import type { Tenant } from '../../src/tenant.ts'
import { type Engine, testApp } from '../app.ts'
import { type Received, type Receiver, receiver } from '../receiver.ts'
import type { Application, Fields } from './application.ts'
import { type CibaStage, cibaStage } from './ciba-stage.ts'

export interface Hook {
  name: string
  path: string
  declared: { name: string; url: string; events: string[]; enabled: boolean }
  secret: string
  received(): Received[]
  /** What came to it, once this many messages did: delivery runs after the answer. */
  until(n: number): Promise<Received[]>
}

export interface ApprovalStage {
  stage: CibaStage
  remote: Receiver
  /** One at a path of its own. */
  webhook(how?: Partial<{ events: string[]; url: string; tenant: Tenant }>): Promise<Hook>
  asked(fields?: Fields, by?: Application): Promise<string>
  refusing(hook: Hook): void
  /** What the root tenant's outbox holds for webhooks. */
  waiting(): Promise<Row[]>
  /** Resolves once what the first attempt came to is stored. */
  attempted(): Promise<void>
  losses(name: string): Promise<Record<string, unknown>[]>
  /** Without webhooks, and after what was asked before. */
  anew(): Promise<void>
  close(): Promise<void>
}

export async function approvalStage(engine: Engine): Promise<ApprovalStage> {
  const stage = await cibaStage(engine, (env) => testApp(engine, { ...env, LOG_LEVEL: 'info' }))
  const remote = await receiver()
  const { gatehouse } = stage
  const { store } = gatehouse.root
  let count = 0
  const waiting = async () => {
    const db = await openDatabase(gatehouse.database)
    const rows = await db.read(sql`select * from outbox where kind = 'webhook' and tenant_id = 'root'`)
    await db.close()
    return rows
  }
  return {
    ...{ stage, remote, waiting },
    async webhook({ events = [approvalEvent], url, tenant = gatehouse.root } = {}) {
      const name = `hook${++count}`
      const secret = tenant.webhooks.newSecret()
      const declared = { name, url: url ?? `${remote.url}/${name}`, events, enabled: true }
      assert.ok(await tenant.store.webhooks.add(declared, tenant.webhooks.seal(name, secret)))
      const received = () => remote.received.filter(({ path }) => path === `/${name}`)
      const until = async (n: number) => {
        await loop(async () => received().length >= n)
        return received()
      }
      return { name, path: `/${name}`, declared, secret, received, until }
    },
    async asked(fields = {}, by = stage.bank) {
      const { status, body } = await stage.ask(fields, by)
      assert.equal(status, 200, JSON.stringify(body))
      return body.auth_req_id
    },
    refusing: ({ path }) => void remote.answers.set(path, (response) => response.writeHead(503).end()),
    // While an attempt is made, the message is leased for longer than until the next one.
    attempted: () => loop(async () => (await waiting()).every((row) => Number(row['next_at']) < gatehouse.now() + 200)),
    losses: async (name) =>
      (await store.audit.search({ act: 'webhook.lost', target: name, limit: 9, newestFirst: true })).map(({ detail = {} }) => detail),
    async anew() {
      for (const { name } of await store.webhooks.list({ limit: 200 })) await store.webhooks.remove(name)
      gatehouse.advance(601)
      await gatehouse.app.deliverDue()
      assert.deepEqual(await waiting(), [])
    },
    async close() {
      await stage.close()
      await remote.close()
    },
  }
}

export async function loop(done: () => Promise<boolean>): Promise<void> {
  while (!(await done())) await new Promise((resolve) => setImmediate(resolve))
}
