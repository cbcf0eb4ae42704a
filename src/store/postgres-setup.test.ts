/** What an operator may encounter: a database that cannot be used yet, a long migration, a pooler in between. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import test, { type TestContext } from 'node:test'
import { ask, freshPostgres } from '../../test/postgres.ts'
import { migrate, pending } from './migrate.ts'
import { openDatabase } from './open.ts'
import { translated } from './postgres-errors.ts'
import { DatabaseUnusable, type Db, sql } from './sql.ts'

async function opened(t: TestContext, url: string): Promise<Db> {
  const db = await openDatabase(url)
  t.after(() => db.close())
  return db
}

async function fresh(t: TestContext): Promise<URL> {
  const { url, drop } = await freshPostgres()
  t.after(() => drop())
  return new URL(url)
}

async function role(t: TestContext, name: string): Promise<void> {
  await ask(`create role ${name} login password 'right'`)
  t.after(() => ask(`drop role ${name}`))
}

const withUser = (url: URL, username: string, password: string) => Object.assign(new URL(url), { username, password }).href

test('17: a wrong password, a missing database and a missing right are reported with their remedies', async (t) => {
  const url = await fresh(t)
  await role(t, 'unprivileged')
  const missing = Object.assign(new URL(url), { pathname: '/no_such_database' }).href
  const cases: [string, RegExp][] = [
    [withUser(url, 'unprivileged', 'wrong'), /refuses the user or the password of database_url: correct it/],
    [withUser(url, 'nobody_of_this_name', 'wrong'), /refuses the user or the password of database_url: correct it/],
    [missing, /has no such database: create it/],
    [withUser(url, 'unprivileged', 'right'), /lacks a right: make it the owner/],
  ]
  for (const [address, message] of cases) {
    const db = await openDatabase(address)
    await assert.rejects(migrate(db), (error) => error instanceof DatabaseUnusable && message.test(error.message), String(message))
    await db.close()
  }
})

// Not with a server: the driver leaves such a connection open, and until it times out no database can be dropped.
test('17: a missing password is reported with its remedy', () => {
  const error = translated(new Error('SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a non-empty string'))
  assert.ok(error instanceof DatabaseUnusable)
  assert.match(error.message, /give it in database_url/)
})

test('17: a database that does not store Unicode is refused before anything is written to it', async (t) => {
  await ask(`create database latin encoding 'LATIN1' locale 'C' template template0`)
  t.after(() => ask('drop database latin with (force)'))
  const url = Object.assign(await fresh(t), { pathname: '/latin' })
  const db = await openDatabase(url.href)
  await assert.rejects(migrate(db), (error) => error instanceof DatabaseUnusable && /stores text as LATIN1/.test(error.message))
  assert.deepEqual(await db.read(sql`select table_name from information_schema.tables where table_schema = 'public'`), [])
  await db.close()
})

test('17: neither a long migration nor the wait for another is cut by time limits, and both are reported', async (t) => {
  const url = (await fresh(t)).href
  const [first, second] = [await opened(t, url), await opened(t, url)]
  const heard: string[] = []
  const order: string[] = []
  const change = (db: Db, name: string) =>
    db.changeSchema(
      function* () {
        yield sql`select pg_sleep(8.5)` // longer than any limit of a request
        order.push(name)
      },
      (seconds) => heard.push(`${name} ${seconds}`),
    )
  await Promise.all([change(first, 'one'), change(second, 'other')])
  assert.equal(order.length, 2)
  assert.ok(heard.includes('one 5') && heard.includes('other 5'))
  assert.ok(
    heard.some((text) => / 15$/.test(text)),
    'one waited for the other',
  )
})

/** Relays a connection, and says in the greeting that another process serves it, as poolers do. */
async function pooler(t: TestContext, target: URL): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname)
    for (const end of [near, far]) sockets.add(end.on('error', () => {}).on('close', () => sockets.delete(end)))
    near.pipe(far)
    far.on('data', (bytes: Buffer) => {
      const key = bytes.indexOf(Buffer.from([75, 0, 0, 0, 12])) // BackendKeyData: K, length, process, secret
      if (key >= 0) bytes.writeInt32BE(1, key + 5)
      near.write(bytes)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return Object.assign(new URL(target), { port: String((server.address() as { port: number }).port) }).href
}

test('17: behind a pooler nothing is left in the session: no prepared statement, no setting', async (t) => {
  const url = await fresh(t)
  const session = async (db: Db) => {
    await db.read(sql`select 1 as one`)
    const [row] = await db.read(
      sql`select (select count(*) from pg_prepared_statements) as prepared, current_setting('statement_timeout') as timeout`,
    )
    return { ...row }
  }
  const [direct, behind] = [await opened(t, url.href), await opened(t, await pooler(t, url))]
  assert.deepEqual(await session(direct), { prepared: 1, timeout: '250ms' })
  assert.deepEqual(await session(behind), { prepared: 0, timeout: '0' })
  await migrate(behind)
  assert.deepEqual(await pending(behind), [])
  const limit = await behind.transact(function* () {
    return (yield sql`select current_setting('statement_timeout') as timeout`)[0]!['timeout']
  })
  assert.equal(limit, '5s')
  assert.deepEqual(await session(behind), { prepared: 0, timeout: '0' })
})
