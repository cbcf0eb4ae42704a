/** Databases for tests: a new one for each, on every engine. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'

/** A new database on the tests' PostgreSQL: empty, or a copy of `model`, which nobody may be connected to. */
export async function freshPostgres(model = 'template1'): Promise<{ url: string; name: string; drop(): Promise<void> }> {
  const name = `test_${crypto.randomUUID().replaceAll('-', '')}`
  await ask(`create database ${name} template ${model} strategy file_copy`) // half the work of the usual one, which logs each page
  const url = new URL(serverUrl())
  url.pathname = name
  return { url: url.href, name, drop: () => ask(`drop database ${name} with (force)`) }
}

export interface Database {
  url: string
  /** Gets rid of it. */
  close(): Promise<void>
}

const both: Readonly<Record<'sqlite' | 'postgres', () => Promise<Database>>> = {
  async sqlite() {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-test-'))
    return {
      url: `sqlite:${join(folder, 'data', 'gatehouse.db')}`,
      close: async () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }),
    }
  },
  async postgres() {
    const { url, drop } = await freshPostgres()
    return { url, close: drop }
  },
}

/** Every engine by name: how to get the address of a new, empty database, and rid of it. `npm test -- --sqlite` leaves PostgreSQL out. */
export const engines: typeof both = process.env['GATEHOUSE_TEST_POSTGRES'] === 'none' ? ({ sqlite: both.sqlite } as typeof both) : both

/** Runs one statement as the superuser of the tests' PostgreSQL. */
export async function ask(statement: string): Promise<void> {
  const client = await connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

/** To the tests' PostgreSQL, as its superuser. */
export async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: serverUrl() })
  await client.connect()
  return client
}

function serverUrl(): string {
  const url = process.env['GATEHOUSE_TEST_POSTGRES']
  if (!url) throw new Error('no PostgreSQL to test with: run `npm test`, or `npm test FILE…` for some files, which starts one')
  return url
}
