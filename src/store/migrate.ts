/** Brings a database to the shape this program needs: numbered files, each applied once, in order, whole or not at all. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Db, type Row, Sql, sql } from './sql.ts'

const folder = join(import.meta.dirname, 'migrations')
/** Any number that no other program locks in the same database. */
const LOCK = 7_235_419_206

/** The names of the migrations yet to be applied. Throws when the database is newer than this program. */
export async function pending(db: Db): Promise<string[]> {
  const [table] = await db.read(
    db.engine === 'postgres'
      ? sql`select table_name from information_schema.tables where table_schema = current_schema() and table_name = 'migrations'`
      : sql`select name from sqlite_master where type = 'table' and name = 'migrations'`,
  )
  return missing(table ? await db.read(sql`select name from migrations`) : [])
}

/** Applies what is pending, and returns its names. Nodes that start at once wait for each other. Throws as `pending` does. */
export async function migrate(db: Db): Promise<string[]> {
  if ((await pending(db)).length === 0) return []
  const applied: string[] = []
  for (const name of files()) if (await apply(db, name)) applied.push(name)
  return applied
}

function apply(db: Db, name: string): Promise<boolean> {
  return db.transact(function* () {
    // Until the end of the transaction; SQLite lets one writer in at a time anyway.
    if (db.engine === 'postgres') yield sql`select pg_advisory_xact_lock(${LOCK})`
    yield sql`create table if not exists migrations (name text primary key not null)`
    if (!missing(yield sql`select name from migrations`).includes(name)) return false
    const text = readFileSync(join(folder, name), 'utf8').replace(/--.*$/gm, '')
    for (const statement of text.split(';').filter((part) => part.trim())) yield new Sql([statement], [])
    yield sql`insert into migrations (name) values (${name})`
    return true
  })
}

const files = () =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()

function missing(applied: readonly Row[]): string[] {
  const known = files()
  const names = applied.map((row) => String(row['name']))
  if (names.some((name) => !known.includes(name)))
    throw new Error('the database was migrated by a newer version of this program: update the program')
  return known.filter((name) => !names.includes(name))
}
