/** The contract of SQLite: durability, private files, waiting for other processes, behaviour on a full disk. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import test, { type TestContext } from 'node:test'
import { openDatabase } from './open.ts'
import { DatabaseUnavailable, DatabaseUnusable, DiskFull, Rows, Sql, sql, UniqueViolation } from './sql.ts'

/** The path of a database in a folder that does not exist yet, and the messages to the operator. */
async function stage(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-sqlite-'))
  const path = join(folder, 'made', 'gatehouse.db')
  const problems: string[] = []
  const db = await openDatabase(`sqlite:${path}`, (problem) => problems.push(problem))
  t.after(async () => {
    await db.close().catch(() => {}) // a test may have closed it
    rmSync(folder, { recursive: true, force: true })
  })
  await db.write(sql`create table things (id text primary key not null, filling text)`)
  return { db, path, problems }
}
const insert = (id: string, filling = '') => sql`insert into things (id, filling) values (${id}, ${filling})`
const mode = (path: string) => statSync(path).mode & 0o777

test('every commit reaches the disk: synchronous is FULL, the journal a WAL', async (t) => {
  const { db } = await stage(t)
  await db.write(insert('a'))
  assert.deepEqual({ ...(await db.read(sql`pragma synchronous`))[0] }, { synchronous: 2 })
  assert.deepEqual({ ...(await db.read(sql`pragma journal_mode`))[0] }, { journal_mode: 'wal' })
  assert.deepEqual({ ...(await db.read(sql`pragma foreign_keys`))[0] }, { foreign_keys: 1 })
})

test('the files are readable only by their owner', async (t) => {
  const { path } = await stage(t)
  assert.equal(mode(dirname(path)), 0o700)
  const names = readdirSync(dirname(path))
  assert.ok(names.includes('gatehouse.db-wal'))
  for (const name of names) assert.equal(mode(join(dirname(path), name)), 0o600, name)
})

test('a file that others could read is made private', async (t) => {
  const { db, path } = await stage(t)
  await db.close()
  chmodSync(path, 0o644)
  const again = await openDatabase(`sqlite:${path}`)
  assert.equal(mode(path), 0o600)
  await again.close()
})

test('17: an unusable file is reported with its remedy', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-sqlite-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const [text, other] = [join(folder, 'text'), join(folder, 'other')]
  writeFileSync(text, 'not a database, but long enough to look at: '.repeat(50))
  const foreign = new DatabaseSync(other)
  foreign.exec('pragma application_id = 1; create table things (id text)')
  foreign.close()
  const cases: [string, RegExp][] = [
    [text, /is not a SQLite database, or is damaged: restore it/],
    [other, /is the database of another program: set database_url/],
    [join(text, 'gatehouse.db'), /cannot be created \(\w+\): set database_url/],
    [folder, /cannot be created \(EISDIR\): set database_url/],
  ]
  for (const [path, message] of cases)
    await assert.rejects(openDatabase(`sqlite:${path}`), (error) => error instanceof DatabaseUnusable && message.test(error.message))
})

test('17: connections that open the same new file at once all get it', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-sqlite-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const nodes = await Promise.all([1, 2, 3, 4, 5].map(() => openDatabase(`sqlite:${join(folder, 'made', 'gatehouse.db')}`)))
  await nodes[0]!.write(sql`create table things (id text primary key not null, filling text)`)
  await Promise.all(nodes.map((db, n) => db.write(insert(String(n)))))
  for (const db of nodes) await db.close()
})

test('15: opening an existing database writes nothing into it', async (t) => {
  const { db, path } = await stage(t)
  await db.write(insert('a'))
  await db.close()
  const before = readFileSync(path)
  const again = await openDatabase(`sqlite:${path}`)
  assert.equal((await again.read(sql`select id from things`)).length, 1)
  assert.equal(statSync(`${path}-wal`).size, 0)
  await again.close()
  assert.ok(readFileSync(path).equals(before))
})

test('14: after many rows are deleted the file shrinks, except for some spare space', async (t) => {
  const { db, path } = await stage(t)
  const filling = 'x'.repeat(4000)
  await Promise.all(Array.from({ length: 5000 }, (_, i) => db.write(insert(`id${i}`, filling))))
  const pages = async () => (await db.read(sql`pragma page_count`))[0]!['page_count'] as number
  const full = await pages()
  await db.shrink()
  assert.equal(await pages(), full, 'nothing is unused yet')
  await db.write(sql`delete from things`)
  await db.shrink()
  assert.ok(full > 5000 && (await pages()) < 1500, `${await pages()} of ${full}`)
  await db.read(sql`pragma wal_checkpoint(truncate)`)
  assert.ok(statSync(path).size < 1500 * 4096)
})

test('writes that wait together share one commit', async (t) => {
  const { db, path } = await stage(t)
  const other = new DatabaseSync(path)
  t.after(() => other.close())
  const version = () => other.prepare('pragma data_version').get()!['data_version'] as number
  const before = version()
  const acts = Array.from({ length: 50 }, (_, i) => db.write(insert(`id${i}`)))
  assert.equal(version(), before, 'nothing is done before the event loop turns')
  await acts[0]
  assert.equal((other.prepare('select count(*) as n from things').get() as { n: number }).n, 50)
  await Promise.all(acts)
})

test('a statement that rolls the shared commit back fails all writes in it, each with the reason, and none is done', async (t) => {
  const { db } = await stage(t)
  await db.write(insert('a'))
  const ending = sql`insert or rollback into things (id) values ('a')`
  for (const end of [
    () => db.write(ending),
    () =>
      db.transact(function* () {
        yield ending
      }),
  ]) {
    const outcomes = await Promise.allSettled([db.write(insert('before')), end(), db.write(insert('after'))])
    for (const { status, reason } of outcomes as PromiseRejectedResult[])
      assert.ok(status === 'rejected' && reason instanceof UniqueViolation, String(reason))
  }
  await db.write(insert('b'))
  assert.deepEqual(
    (await db.read(sql`select id from things order by id`)).map(({ id }) => id),
    ['a', 'b'],
  )
})

test('while another process writes, it waits without blocking the event loop', async (t) => {
  const { db, path } = await stage(t)
  const other = new DatabaseSync(path)
  t.after(() => other.close())
  other.exec('begin immediate')
  let done = false
  const write = db.write(insert('a')).then(() => {
    done = true
  })
  const start = performance.now()
  for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate)
  assert.ok(performance.now() - start < 3000)
  assert.equal(done, false)
  assert.deepEqual(await db.read(sql`select id from things`), [], 'reads continue')
  other.exec('commit')
  await write
  assert.equal((await db.read(sql`select id from things`)).length, 1)
})

test('a database that another process keeps to itself is unavailable after a while, to who writes and to who opens it', async (t) => {
  const { db, path } = await stage(t)
  const other = new DatabaseSync(path)
  other.exec('begin immediate')
  await assert.rejects(db.write(insert('a')), DatabaseUnavailable)
  other.exec('rollback')
  await db.write(insert('b'))
  await db.close()
  other.exec('pragma locking_mode = exclusive; begin exclusive')
  await assert.rejects(openDatabase(`sqlite:${path}`), DatabaseUnavailable)
  const opening = openDatabase(`sqlite:${path}`)
  for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate)
  other.close()
  await (await opening).close()
})

test('on a full disk nothing new is accepted, but tokens can be revoked', async (t) => {
  const { db, path, problems } = await stage(t)
  await db.write(sql`create table revocations (id text primary key not null)`)
  await db.write(insert('a', 'x'.repeat(10_000)))
  const [{ page_count: pages } = {}] = await db.read(sql`pragma page_count`)
  await db.read(new Sql([`pragma max_page_count = ${pages}`], [])) // as full to SQLite as a disk can be
  assert.equal(existsSync(`${path}-reserve`), true)
  const [big, small, revocation] = await Promise.allSettled([
    db.write(insert('b', 'x'.repeat(100_000))),
    db.write(insert('c')),
    db.write(sql`insert into revocations (id) values ('token')`),
  ])
  for (const refused of [big, small]) assert.ok(refused.status === 'rejected' && refused.reason instanceof DatabaseUnavailable)
  assert.equal(revocation.status, 'fulfilled')
  assert.equal(existsSync(`${path}-reserve`), false)
  assert.deepEqual(problems, ['the disk is full: nothing new is accepted, only revocations'])
  assert.equal((await db.write(sql`delete from things where id = 'a' returning id`)).length, 1)
  assert.equal(problems[1], 'the disk has space again')
  assert.equal(existsSync(`${path}-reserve`), true)
  await db.write(insert('c'))
  const migration = db.changeSchema(
    function* () {
      yield insert('b', 'x'.repeat(100_000))
    },
    () => {},
  )
  await assert.rejects(migration, DatabaseUnavailable)
})

test('a row too many for the disk among several tells the operator, too', async (t) => {
  const { db, path, problems } = await stage(t)
  const [{ page_count: pages } = {}] = await db.read(sql`pragma page_count`)
  await db.read(new Sql([`pragma max_page_count = ${pages}`], []))
  const rows = new Rows(['a', 'b'].map((id) => [id, 'x'.repeat(100_000)]))
  await assert.rejects(db.write(sql`insert into things (id, filling) values ${rows}`), DiskFull)
  assert.deepEqual(problems, ['the disk is full: nothing new is accepted, only revocations'])
  assert.equal(existsSync(`${path}-reserve`), false, 'revocations have its space')
})

test('several processes share one file', async (t) => {
  const { db, path } = await stage(t)
  const program = `
    import { openDatabase } from ${JSON.stringify(import.meta.resolve('./open.ts'))}
    import { sql } from ${JSON.stringify(import.meta.resolve('./sql.ts'))}
    const db = await openDatabase(${JSON.stringify(`sqlite:${path}`)})
    const rounds = Array.from({ length: 40 }, (_, i) => i)
    for (const i of rounds) await Promise.all([1, 2, 3].map((n) => db.write(sql\`insert into things (id) values (\${process.pid + '/' + i + '/' + n})\`)))
    await db.close()`
  const both = `
    import { spawn } from 'node:child_process'
    const children = [1, 2, 3].map(() => spawn(process.execPath, ['--input-type=module-typescript', '-e', ${JSON.stringify(program)}], { stdio: 'inherit' }))
    const codes = await Promise.all(children.map((child) => new Promise((resolve) => child.on('exit', resolve))))
    process.exit(Math.max(...codes))`
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', both], { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  assert.deepEqual({ ...(await db.read(sql`select count(*) as n from things`))[0] }, { n: 360 })
})
