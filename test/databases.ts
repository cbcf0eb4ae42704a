/** Migrated databases without a row, for tests to which it does not matter how they were made: to empty one is a tenth of the work of making it. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { migrate, pending } from '../src/store/migrate.ts'
import { openDatabase } from '../src/store/open.ts'
import { Sql, sql } from '../src/store/sql.ts'
import { type Database, engines, freshPostgres } from './postgres.ts'

export const migrated: Readonly<Record<keyof typeof engines, () => Promise<Database>>> = {
  async sqlite() {
    const database = await engines.sqlite()
    const file = database.url.slice('sqlite:'.length)
    mkdirSync(dirname(file), { mode: 0o700 })
    copyFileSync(await template(), file)
    return database
  },
  async postgres() {
    const { url, drop } = unused.pop() ?? (await migratedPostgres())
    return { url, close: async () => void ((await isEmptied(url)) ? unused.push({ url, drop }) : await drop()) }
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

async function migratedPostgres(): Promise<Postgres> {
  const database = await freshPostgres()
  await migrateAt(database.url)
  return database
}

async function migrateAt(url: string): Promise<void> {
  const db = await openDatabase(url)
  await migrate(db)
  await db.close()
}

/** False when a test has left it with other migrations than ours. */
async function isEmptied(url: string): Promise<boolean> {
  const db = await openDatabase(url)
  try {
    if ((await pending(db)).length > 0) return false
    const tables = await db.read(sql`select tablename from pg_tables where schemaname = 'public' and tablename <> 'migrations'`)
    await db.write(new Sql([`truncate ${tables.map((row) => row['tablename']).join(', ')}`], []))
    return true
  } catch {
    return false
  } finally {
    await db.close()
  }
}
