/** The contract of a database, on every engine. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { engines } from '../../test/postgres.ts'
import { atOnce, isRevoked, onEachEngine } from '../../test/stored.ts'
import { migrate, pending } from './migrate.ts'
import { openDatabase } from './open.ts'
import { DatabaseFault, type Db, Rows, sql, UniqueViolation, UnstorableText, whenTaken } from './sql.ts'

const insert = (id: string, n = 0) => sql`insert into revocations (tenant_id, id, until) values ('t', ${id}, ${n})`
const ids = async (db: Db) => (await db.read(sql`select id from revocations where tenant_id = 't' order by id`)).map((row) => row['id'])

onEachEngine('a transaction that fails leaves nothing, and affects no other', async ({ db }) => {
  const failing = (mine: string) =>
    db.transact(function* () {
      yield insert(mine)
      yield insert(`${mine} too`)
      throw new RangeError('my own')
    })
  const [first, , second, , third] = await Promise.allSettled([
    failing('a'),
    db.write(insert('stranger')),
    db.transact(function* () {
      yield insert('b')
      yield insert('b')
    }),
    db.transact(function* () {
      yield insert('whole')
      yield insert('whole too')
    }),
    failing('c'),
  ])
  assert.ok(first.status === 'rejected' && first.reason instanceof RangeError)
  assert.ok(second.status === 'rejected' && second.reason instanceof UniqueViolation)
  assert.ok(third.status === 'rejected')
  assert.deepEqual(await ids(db), ['stranger', 'whole', 'whole too'])
})

onEachEngine('a failed statement ends its transaction, even if the work catches the error', async ({ db }) => {
  const stubborn = db.transact(function* () {
    yield insert('a')
    try {
      yield insert('a')
    } catch {
      yield insert('b')
    }
  })
  await assert.rejects(stubborn, UniqueViolation)
  assert.deepEqual(await ids(db), [])
})

onEachEngine('a transaction returns what its work returns, and reads what it wrote', async ({ db }) => {
  const seen = await db.transact(function* () {
    yield insert('a', 7)
    const [row] = yield sql`select until from revocations where tenant_id = 't' and id = 'a'`
    return row!['until']
  })
  assert.equal(seen, 7)
})

onEachEngine('several rows are inserted at once, and those that are there are passed over', async ({ db }) => {
  const put = async (ids: string[], n: number) => {
    const rows = new Rows(ids.map((id) => ['t', id, n]))
    return (await db.write(sql`insert into revocations (tenant_id, id, until) values ${rows} on conflict do nothing returning id`)).map(
      (row) => row['id'],
    )
  }
  assert.deepEqual((await put(['a', 'b', 'c'], 1)).toSorted(), ['a', 'b', 'c'])
  assert.deepEqual(await put(['c', 'd', 'a', 'e', 'b'], 2).then((ids) => ids.toSorted()), ['d', 'e'])
  assert.deepEqual(await put(['f'], 3), ['f'])
  const all = await db.read(sql`select id, until from revocations where tenant_id = 't' order by id`)
  assert.deepEqual(
    all.map((row) => [row['id'], row['until']]),
    [
      ['a', 1],
      ['b', 1],
      ['c', 1],
      ['d', 2],
      ['e', 2],
      ['f', 3],
    ],
  )
})

onEachEngine('numbers stay numbers, and lists follow in', async ({ db }) => {
  await atOnce(5, (i) => db.write(insert(`id${i}`, 2 ** 40 + i)))
  assert.deepEqual(
    (await db.read(sql`select count(*) as n, max(until) as m, min(id) as id from revocations`)).map((row) => ({ ...row })),
    [{ n: 5, m: 2 ** 40 + 4, id: 'id0' }],
  )
  const found = async (list: string[], floor: number) =>
    (await db.read(sql`select id from revocations where id in ${list} and until >= ${floor} order by id`)).map((row) => row['id'])
  assert.deepEqual(await found([], 0), [])
  assert.deepEqual(await found(['id1'], 0), ['id1'])
  assert.deepEqual(await found(['id3', 'x', 'id1'], 0), ['id1', 'id3'])
  assert.deepEqual(await found(['id3', 'x', 'id1', 'id0', 'id2'], 2 ** 40 + 2), ['id2', 'id3'])
})

onEachEngine('a text that no column can hold is never stored, and matches nothing', async ({ db, a }) => {
  await db.write(insert('a'))
  await a.revocations.add(['a'], 1)
  for (const text of ['a\0', '\0', 'a\ud800']) {
    assert.deepEqual(await db.read(sql`select id from revocations where id = ${text}`), [])
    assert.deepEqual(await db.write(sql`delete from revocations where id <> ${text} returning id`), [])
    const changed = await db.transact(function* () {
      return (yield sql`update revocations set until = 1 where id = ${text} returning id`).length
    })
    assert.equal(changed, 0)
    const listed = await db.read(sql`select id from revocations where tenant_id = 't' and id in ${[text, 'a', text]}`)
    assert.deepEqual(
      listed.map((row) => row['id']),
      ['a'],
    )
    assert.equal(await isRevoked(a, [text, 'a']), true)
    assert.equal(await isRevoked(a, [text, 'b']), false)
    await assert.rejects(db.write(sql`update revocations set id = ${text} where id = ${'a'}`), UnstorableText)
    await assert.rejects(db.write(sql`update revocations set until = ${1}, id = ${text}`), UnstorableText)
    await assert.rejects(db.write(insert(text)), UnstorableText)
    await assert.rejects(
      db.transact(function* () {
        yield insert('b')
        yield insert(text)
      }),
      UnstorableText,
    )
    assert.equal(await a.clients.find(text), undefined)
    assert.equal(await a.clients.hasOrigin(text), false)
    assert.equal(await a.refreshTokens.find(text), undefined)
    assert.equal(await a.flows.end(text), false)
    assert.equal(await a.grants.revoke(text, 1), false)
    assert.equal(await a.accounts.remove(text, 1), false)
    assert.deepEqual(await a.sessions.find(['x', text], 1), [])
  }
  assert.deepEqual(await ids(db), ['a'])
})

onEachEngine('the message of a fault contains no values', async ({ db }) => {
  const fault = async (act: Promise<unknown>): Promise<Error> =>
    act.then(
      () => assert.fail('no fault'),
      (error) => error,
    )
  await db.write(insert('secret'))
  const taken = await fault(db.write(insert('secret')))
  assert.ok(taken instanceof UniqueViolation)
  const missing = await fault(
    db.write(sql`insert into client_secrets (tenant_id, client_id, id, hash, created_at)
    values ('t', ${'secret'}, 'i', 'h', 1)`),
  )
  assert.ok(missing instanceof DatabaseFault)
  const unknown = await fault(db.read(sql`select secret_column from revocations`))
  assert.ok(unknown instanceof DatabaseFault)
  assert.equal(await Promise.reject(taken).catch(whenTaken('taken')), 'taken')
  assert.equal(await fault(Promise.reject(unknown).catch(whenTaken('taken'))), unknown)
  for (const error of [taken, missing])
    assert.doesNotMatch(JSON.stringify({ ...error, message: error.message }), /secret'|\(secret|, secret/)
})

for (const [engine, create] of Object.entries(engines)) {
  test(`${engine}: five nodes that migrate at once apply each migration once`, async () => {
    const { url, close } = await create()
    const nodes = await atOnce(5, () => openDatabase(url))
    const all = await pending(nodes[0]!)
    assert.ok(all.includes('0001-first.sql'))
    const applied = await Promise.all(nodes.map((db) => migrate(db)))
    assert.deepEqual(applied.flat().sort(), all)
    assert.deepEqual(await pending(nodes[4]!), [])
    assert.deepEqual(await migrate(nodes[4]!), [])
    await Promise.all(nodes.map((db) => db.close()))
    await close()
  })
}

onEachEngine('a database newer than the program is refused', async ({ db }) => {
  await db.write(sql`insert into migrations (name) values ('9999-from-the-future.sql')`)
  await assert.rejects(pending(db), /newer version/)
  await assert.rejects(migrate(db), /newer version/)
})

onEachEngine('acknowledged writes are visible to another connection and after reopening', async ({ db, url }) => {
  await atOnce(100, (i) => db.write(insert(`id${i}`)))
  const other = await openDatabase(url)
  assert.equal((await ids(other)).length, 100)
  await other.write(insert('of the other'))
  assert.equal((await ids(db)).length, 101)
  const last = other.write(insert('last'))
  await other.close()
  await last
  assert.equal((await ids(db)).length, 102)
})

onEachEngine('two connections that write at the same time both succeed', async ({ db, url }) => {
  const other = await openDatabase(url)
  await atOnce(200, (i) => (i % 2 ? db : other).write(insert(`id${i}`)))
  assert.equal((await ids(db)).length, 200)
  await other.close()
})

test('an address that names no engine is refused', async () => {
  for (const url of ['', 'sqlite:', 'mysql://x', 'data.db']) await assert.rejects(openDatabase(url), /sqlite: or postgres/)
})
