/** Migrates a database to the schema that this program needs: numbered files, each applied once, in order, completely or not at all. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseUnusable, type Db, type Row, Sql, sql } from './sql.ts'

const folder = join(import.meta.dirname, 'migrations')

/**
 * The names of the migrations yet to be applied. Rejects with DatabaseUnusable when the database is newer than this program, or does not store
 * Unicode.
 */
export async function pending(db: Db): Promise<string[]> {
  if (db.engine === 'postgres') await checkEncoding(db)
  const [table] = await db.read(
    db.engine === 'postgres'
      ? sql`select table_name from information_schema.tables where table_schema = current_schema() and table_name = 'migrations'`
      : sql`select name from sqlite_master where type = 'table' and name = 'migrations'`,
  )
  return missing(table ? await db.read(sql`select name from migrations`) : [])
}

async function checkEncoding(db: Db): Promise<void> {
  const [row] = await db.read(sql`select current_setting('server_encoding') as encoding`)
  if (row?.['encoding'] !== 'UTF8')
    throw new DatabaseUnusable(
      `the database stores text as ${row?.['encoding']}: create one for Unicode (create database … encoding 'UTF8' template template0) and name it in database_url`,
    )
}

/** Applies what is pending, and returns its names. Nodes that start at once wait for each other; `tell` is called during long waits. Rejects as `pending` does. */
export async function migrate(db: Db, tell: (sentence: string) => void = () => {}): Promise<string[]> {
  if ((await pending(db)).length === 0) return []
  const applied: string[] = []
  for (const name of files()) if (await apply(db, name, tell)) applied.push(name)
  return applied
}

function apply(db: Db, name: string, tell: (sentence: string) => void): Promise<boolean> {
  const work = function* () {
    yield sql`create table if not exists migrations (name text primary key not null)`
    if (!missing(yield sql`select name from migrations`).includes(name)) return false
    const text = readFileSync(join(folder, name), 'utf8').replace(/--.*$/gm, '')
    for (const statement of text.split(';').filter((part) => part.trim())) yield new Sql([statement], [])
    yield sql`insert into migrations (name) values (${name})`
    return true
  }
  return db.changeSchema(work, (seconds) =>
    tell(`migration ${name} has taken ${seconds} seconds: it waits for another node, or has many rows to change; do not stop it`),
  )
}

const files = () =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()

function missing(applied: readonly Row[]): string[] {
  const known = files()
  const names = applied.map((row) => String(row['name']))
  if (names.some((name) => !known.includes(name)))
    throw new DatabaseUnusable('the database was migrated by a newer version of this program: update the program')
  return known.filter((name) => !names.includes(name))
}
