/** Migrated databases without a row, for tests to which it does not matter how they were made: to empty one is a tenth of the work of making it. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { migrate, pending } from '../src/store/migrate.ts'
import { openDatabase } from '../src/store/open.ts'
import { sql } from '../src/store/sql.ts'
import { ask, connect, type Database, engines, freshPostgres } from './postgres.ts'

export const migrated: Readonly<Record<keyof typeof engines, () => Promise<Database>>> = {
  async sqlite() {
    const database = await engines.sqlite()
    const file = database.url.slice('sqlite:'.length)
    mkdirSync(dirname(file), { mode: 0o700 })
    copyFileSync(await template(), file)
    return database
  },
  async postgres() {
    const database = unused.pop() ?? (await migratedPostgres())
    const { url, drop } = database
    return { url, close: async () => void ((await isEmptied(url)) ? unused.push(database) : await drop()) }
  },
}

let file: Promise<string> | undefined
function template(): Promise<string> {
  file ??= makeTemplate()
  return file
}

async function makeTemplate(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-test-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  await migrateAt(`sqlite:${join(folder, 'empty.db')}`)
  return join(folder, 'empty.db')
}

type Postgres = Awaited<ReturnType<typeof freshPostgres>>
const unused: Postgres[] = []

/** To copy one is a tenth of the work of making it. */
const model = 'migrated'

async function migratedPostgres(): Promise<Postgres> {
  const asking = await connect()
  try {
    await asking.query('select pg_advisory_lock(1)') // several processes run tests
    const { rowCount } = await asking.query('select from pg_database where datname = $1', [model])
    if (rowCount === 0) await makeModel()
  } finally {
    await asking.end()
  }
  return freshPostgres(model)
}

/** Has its name when it is complete. */
async function makeModel(): Promise<void> {
  const { url, name } = await freshPostgres()
  await migrateAt(url)
  await ask(`alter database ${name} rename to ${model}`)
}

async function migrateAt(url: string): Promise<void> {
  const db = await openDatabase(url)
  await migrate(db)
  await db.close()
}

/** Of tables that hold few rows, which `truncate` would make anew with all their indexes. The order does not matter: no foreign key is checked. */
const deletion = sql`
  do $$
  declare one record;
  begin
    perform set_config('session_replication_role', 'replica', true);
    for one in select tablename from pg_tables where schemaname = 'public' and tablename <> 'migrations' loop
      execute format('delete from %I', one.tablename);
    end loop;
  end $$`

/** False when a test has left it with other migrations than ours. */
async function isEmptied(url: string): Promise<boolean> {
  const db = await openDatabase(url)
  try {
    if ((await pending(db)).length > 0) return false
    await db.write(deletion)
    return true
  } catch {
    return false
  } finally {
    await db.close()
  }
}
