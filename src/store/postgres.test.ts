/** The contract of PostgreSQL: it may become unreachable and return, and concurrent transactions do no harm. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import test, { type TestContext } from 'node:test'
import pg from 'pg'
import { freshPostgres } from '../../test/postgres.ts'
import { aClient, aCode, aGrant, aRefreshToken, NOW, signedIn } from '../../test/stored.ts'
import { migrate } from './migrate.ts'
import { openDatabase } from './open.ts'
import { DatabaseFault, DatabaseUnavailable, sql } from './sql.ts'
import { sweep } from './sweep.ts'
import { tenantStore } from './tenant.ts'

async function stage(t: TestContext) {
  const { url, drop } = await freshPostgres()
  const problems: string[] = []
  const db = await openDatabase(url, (problem) => problems.push(problem))
  await migrate(db)
  const other = new pg.Client({ connectionString: url })
  await other.connect()
  const watch = new pg.Client({ connectionString: url })
  await watch.connect()
  t.after(async () => {
    await other.end()
    await watch.end()
    await db.close()
    await drop()
  })
  const ask = async (question: string) => (await watch.query(question)).rows
  /** Ends all connections of `db` from the server's side. */
  const kill = () =>
    ask("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'gatehouse'")
  /** Resolves when `n` connections wait for a lock. */
  const waiting = async (n: number) => {
    const question = "select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    while ((await ask(question)).length !== n);
  }
  return { url, db, store: tenantStore(db, 'a', () => NOW), other, kill, waiting, problems }
}

test('a connection that the server ended is replaced', async (t) => {
  const { db, kill } = await stage(t)
  for (let round = 0; round < 5; round++) {
    await Promise.all([1, 2, 3].map(() => db.read(sql`select 1 as one`)))
    await kill()
    assert.deepEqual((await db.read(sql`select 1 as one`))[0]?.['one'], 1)
    await kill()
    assert.equal(
      await db.transact(function* () {
        return (yield sql`select 2 as two`)[0]!['two']
      }),
      2,
    )
  }
})

test('a transaction whose connection is lost is run again or reported as lost, and never done in part', async (t) => {
  const { db, kill, other, waiting } = await stage(t)
  await other.query('begin')
  await other.query("insert into revocations (tenant_id, id, until) values ('a', 'clash', 1)")
  let runs = 0
  const transaction = db.transact(function* () {
    runs++
    yield sql`insert into revocations (tenant_id, id, until) values ('a', 'first', 1)`
    yield sql`insert into revocations (tenant_id, id, until) values ('a', 'clash', 1)`
  })
  await waiting(1)
  await kill()
  await waiting(1)
  await other.query('rollback')
  await transaction
  assert.equal(runs, 2)
  assert.equal((await db.read(sql`select id from revocations where tenant_id = 'a'`)).length, 2)
})

test('a transaction that deadlocked is run again', async (t) => {
  const { db } = await stage(t)
  await db.write(sql`insert into revocations (tenant_id, id, until) values ('a', 'x', 1), ('a', 'y', 1)`)
  const step = (id: string) => sql`update revocations set until = until + 1 where tenant_id = 'a' and id = ${id}`
  const both = (first: string, second: string) =>
    db.transact(function* () {
      yield step(first)
      yield sql`select pg_sleep(0.05)`
      yield step(second)
    })
  await Promise.all([both('x', 'y'), both('y', 'x')])
  const rows = await db.read(sql`select until from revocations where tenant_id = 'a'`)
  assert.deepEqual(
    rows.map((row) => row['until']),
    [3, 3],
  )
})

test('a transaction that the server refused is not run again', async (t) => {
  const { db } = await stage(t)
  let runs = 0
  const refused = db.transact(function* () {
    runs++
    yield sql`select missing from revocations`
  })
  await assert.rejects(refused, DatabaseFault)
  assert.equal(runs, 1)
})

test('a server that becomes unreachable and returns', async (t) => {
  const { url, db } = await stage(t)
  const target = new URL(url)
  const sockets = new Set<Socket>()
  const relay = createServer((socket) => {
    const upstream = new (socket.constructor as typeof Socket)().connect(Number(target.port), target.hostname)
    for (const end of [socket, upstream]) sockets.add(end.on('error', () => {}).on('close', () => sockets.delete(end)))
    socket.pipe(upstream).pipe(socket)
  })
  const listen = async (port: number) => {
    relay.listen(port, '127.0.0.1')
    await once(relay, 'listening')
  }
  const leave = () => {
    relay.close()
    for (const socket of sockets) socket.destroy()
  }
  await listen(0)
  const address = new URL(url)
  address.port = String((relay.address() as { port: number }).port)
  const problems: string[] = []
  const far = await openDatabase(address.href, (problem) => problems.push(problem))
  assert.equal((await far.read(sql`select 1 as one`)).length, 1)
  leave()
  for (const act of [
    () => far.read(sql`select 1 as one`),
    () => far.write(sql`delete from revocations where id = 'x'`),
    () =>
      far.transact(function* () {
        yield sql`select 1 as one`
      }),
  ])
    await assert.rejects(act, DatabaseUnavailable)
  await listen(Number(address.port))
  assert.equal((await far.read(sql`select 1 as one`)).length, 1)
  assert.ok(problems.every((problem) => !problem.includes(target.password)))
  await far.close()
  leave()
  assert.equal((await db.read(sql`select 1 as one`)).length, 1)
})

test('a server without a free connection is unavailable', async (t) => {
  const { url, other } = await stage(t)
  const name = new URL(url).pathname.slice(1)
  await other.query(`create role poor login password 'poor'`).catch(() => {})
  await other.query(`alter database ${name} connection limit 0`)
  const poor = new URL(url)
  poor.username = 'poor'
  poor.password = 'poor'
  const db = await openDatabase(poor.href)
  await assert.rejects(db.read(sql`select 1 as one`), DatabaseUnavailable)
  await db.close()
})

test('a statement that takes too long is unavailable, and its connection still usable', async (t) => {
  const { db } = await stage(t)
  await assert.rejects(db.read(sql`select pg_sleep(20)`), DatabaseUnavailable)
  assert.equal((await db.read(sql`select 1 as one`)).length, 1)
})

test('a read that takes long is cut where it would hold up others, and has a connection of its own', async (t) => {
  const { db, other, waiting } = await stage(t)
  const lock = () => db.read(sql`select pg_advisory_xact_lock_shared(1)`)
  await other.query('select pg_advisory_lock(1)')
  const first = lock()
  const behind = await Promise.all(Array.from({ length: 20 }, (_, i) => db.read(sql`select ${i} + 0 as n`)))
  assert.deepEqual(
    behind.map(([row]) => row!['n']),
    Array.from({ length: 20 }, (_, i) => i),
  )
  const others = [lock(), lock(), lock()]
  await waiting(4)
  await other.query('select pg_advisory_unlock(1)')
  assert.equal((await Promise.all([first, ...others])).length, 4)
})

test('a read that was cut once is read on a connection of its own at once', async (t) => {
  const { db, other } = await stage(t)
  await other.query('create sequence tries')
  const slow = async () => Number((await db.read(sql`select nextval('tries') as n, pg_sleep(0.3)`))[0]?.['n'])
  assert.deepEqual([await slow(), await slow()], [2, 3])
})

test('a refresh that neither sees nor is seen by the revocation of its family leaves nothing usable', async (t) => {
  const { db, store, other, waiting } = await stage(t)
  await aGrant(store)
  await store.issue({ spend: undefined, refresh: aRefreshToken() })
  // Hold the refresh up after it has spent its token, by a refresh token of the same hash that is not yet committed.
  await other.query('begin')
  await other.query(
    "insert into refresh_tokens (tenant_id, hash, grant_id, family, doc, expires_at) values ('a', 'next', 'g', 'f', '{}', 1)",
  )
  const refreshed = store.issue({ spend: { kind: 'refresh', hash: 'refresh', now: NOW }, refresh: aRefreshToken({ hash: 'next' }) })
  await waiting(1)
  const revoked = store.revocations.add(['family'], NOW + 60)
  await waiting(2)
  await other.query('rollback')
  assert.equal(await refreshed, true)
  await revoked
  assert.deepEqual(
    (await db.read(sql`select hash from refresh_tokens`)).map((row) => row['hash']),
    ['next'],
    'the revocation did not see it',
  )
  const spends = () => store.issue({ spend: { kind: 'refresh', hash: 'next', now: NOW }, refresh: undefined })
  assert.equal(await store.refreshTokens.find('next'), undefined)
  assert.equal(await spends(), false)
  await sweep(db, NOW + 86_399, 10)
  assert.equal(await store.refreshTokens.find('next'), undefined)
  assert.equal(await spends(), false, 'not even when the revocation itself has been swept')
})

test('a code redeemed while its grant is revoked leaves nothing usable', async (t) => {
  const { store, other, waiting } = await stage(t)
  await signedIn(store)
  await aGrant(store)
  await store.codes.add(aCode(), undefined)
  await other.query('begin')
  await other.query(
    "insert into refresh_tokens (tenant_id, hash, grant_id, family, doc, expires_at) values ('a', 'refresh', 'g', 'f', '{}', 1)",
  )
  const redeemed = store.issue({ spend: { kind: 'code', hash: 'code', now: NOW }, refresh: aRefreshToken() })
  await waiting(1)
  assert.equal(await store.grants.revoke('grant', NOW), true)
  await other.query('rollback')
  assert.equal(await redeemed, true)
  assert.equal(await store.refreshTokens.find('refresh'), undefined)
  assert.equal(await store.issue({ spend: { kind: 'refresh', hash: 'refresh', now: NOW }, refresh: undefined }), false)
})

test('a client that is removed at the same time gets no secret, which is no fault', async (t) => {
  const { store, other, waiting } = await stage(t)
  await store.clientsAdmin.add(aClient(), [])
  await other.query('begin')
  await other.query("delete from clients where id = 'client'")
  const secret = { id: 'late', hash: '#', createdAt: NOW }
  const results = Promise.all([
    store.clientsAdmin.addSecret('client', secret),
    store.clientsAdmin.rotateSecret('client', { ...secret, id: 'later' }, undefined),
  ])
  await waiting(2)
  await other.query('commit')
  assert.deepEqual(await results, [false, false])
})
