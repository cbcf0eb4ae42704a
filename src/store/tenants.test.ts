/** Every act of every port, also from another tenant before and after, which finds and changes nothing. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { acts } from '../../test/acts.ts'
import { NOW, onEachEngine, type TenantStore } from '../../test/stored.ts'
import { fillTenant } from '../../test/tenant-content.ts'
import { configuration } from './configuration.ts'
import { type Db, Sql, sql, type Transaction } from './sql.ts'
import { tenantStore } from './tenant.ts'

/** `port.act` of everything that a tenant's store offers. */
function everyAct(): string[] {
  const store = tenantStore({} as never, 'a', () => NOW) as object as Record<string, object>
  const ports: string[] = []
  for (const port in store) ports.push(port) // they are inherited
  return ports.flatMap((port) => (typeof store[port] === 'function' ? [port] : Object.keys(store[port]!).map((act) => `${port}.${act}`)))
}

test('every act of every port is in the table', () => {
  assert.deepEqual(Object.keys(acts).sort(), everyAct().sort())
})

onEachEngine('every act finds and changes rows of its tenant only, and no more of them than it should', async ({ db }) => {
  const wrong: string[] = []
  await fillTenant(tenantStore(db, 'model', () => NOW))
  const names = await tables(db)
  const content = contentOf(db, names)
  const copied = await copying(db, names, 'model')
  for (const [name, { act, keyed, changes }] of Object.entries(acts)) {
    const of = (part: string) => tenantStore(db, `${name} ${part}`, () => NOW)
    const [owner, before, during, after] = [of('owner'), of('before'), of('during'), of('after')]
    const nothing = await outcome(act, before)
    await db.transact(() => copied(`${name} owner`))
    const full = await content(`${name} owner`)
    const { version } = configuration(db, `${name} owner`)
    const configured = await version()
    const foreign = await outcome(act, during)
    const untouched = await content(`${name} owner`)
    const own = await outcome(act, owner)
    const left = await content(`${name} owner`)
    const late = await outcome(act, after)
    const problems = [
      isDeepStrictEqual(foreign, nothing) || `another tenant is answered ${JSON.stringify(foreign)}, not ${JSON.stringify(nothing)}`,
      isDeepStrictEqual(late, nothing) || `another tenant is answered ${JSON.stringify(late)} afterwards, not ${JSON.stringify(nothing)}`,
      isDeepStrictEqual(untouched, full) || `another tenant changes ${difference(full, untouched)}`,
      isDeepStrictEqual(await content(`${name} owner`), left) || 'another tenant changes something afterwards',
      difference(full, left) === changes || `changes ${difference(full, left)}, not ${changes}`,
      !keyed || isDeepStrictEqual(await outcome(act, owner, '3'), nothing) || 'finds something else when what is asked for is not there',
      (await version()) !== configured || !configuring.test(changes) || 'does not move the version of what is configured',
      changes !== '' || !isDeepStrictEqual(own, nothing) || 'does nothing in its own tenant either',
    ]
    wrong.push(...problems.filter((problem) => problem !== true).map((problem) => `${name}: ${problem}`))
  }
  assert.deepEqual(wrong, [])
})

/** Tables that are remembered, in a row of changes. A schema is locked by accounts that do not change it. */
const configuring = /\b(?:clients|client_secrets|client_origins|resources|resource_secrets|signing_keys|attribute_schemas) [~+-]/

type Doing = (store: TenantStore, n: string) => Promise<unknown>

async function outcome(act: Doing, store: TenantStore, n = '1'): Promise<unknown> {
  return act(store, n).catch((error: Error) => error.name)
}

type Content = Map<string, string[]>

/** Reads all rows of a tenant. On PostgreSQL in one statement: one for each table would take minutes. */
function contentOf(db: Db, names: readonly string[]): (tenant: string) => Promise<Content> {
  const selects = names.map((table) => `select '${table}' as name, to_jsonb(t)::text as doc from ${table} t where tenant_id = `)
  const parts = [...selects.map((select, i) => (i === 0 ? select : ` union all ${select}`)), '']
  const rowsOf = (table: string, tenant: string) => db.read(new Sql([`select * from ${table} where tenant_id = `, ''], [tenant]))
  return async (tenant) => {
    const found: Content = new Map(names.map((table) => [table, []]))
    if (db.engine === 'postgres') {
      const values = names.map(() => tenant)
      for (const { name, doc } of await db.read(new Sql(parts, values))) found.get(String(name))?.push(String(doc))
    } else for (const table of names) found.get(table)?.push(...(await rowsOf(table, tenant)).map((row) => JSON.stringify(row)))
    for (const rows of found.values()) rows.sort()
    return found
  }
}

/** Copies the rows of a tenant to another, in one transaction: to fill each tenant act by act would take a minute. */
async function copying(db: Db, names: readonly string[], from: string): Promise<(to: string) => Transaction<void>> {
  const first = ['clients', 'resources'] // others refer to them
  const columns = new Map<string, string[]>()
  for (const table of [...names].sort((one, other) => Number(first.includes(other)) - Number(first.includes(one)))) {
    const [row] = await db.read(new Sql([`select * from ${table} where tenant_id = `, ' limit 1'], [from]))
    columns.set(
      table,
      Object.keys(row ?? assert.fail(`the model tenant has nothing in ${table}`)).filter((name) => name !== 'tenant_id'),
    )
  }
  const parts = new Map(
    [...columns].map(([table, list]) => [
      table,
      [`insert into ${table} (tenant_id, ${list}) select cast(`, ` as text), ${list} from ${table} where tenant_id = `, ''],
    ]),
  )
  return function* (to) {
    for (const pieces of parts.values()) yield new Sql(pieces, [to, from])
  }
}

/** All but the versions, which are looked at by themselves. */
async function tables(db: Db): Promise<string[]> {
  const rows = await db.read(
    db.engine === 'postgres'
      ? sql`select table_name as name from information_schema.columns where table_schema = current_schema() and column_name = 'tenant_id' order by 1`
      : sql`select m.name from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table' and c.name = 'tenant_id' order by 1`,
  )
  return rows.map((row) => String(row['name'])).filter((name) => name !== 'configuration_versions')
}

/** `accounts ~1, sessions -2`: rows changed, removed and added, table by table. */
function difference(before: Content, after: Content): string {
  return [...before]
    .flatMap(([table, rows]) => {
      const now = after.get(table) ?? []
      const [gone, come] = [rows.filter((row) => !now.includes(row)).length, now.filter((row) => !rows.includes(row)).length]
      const changed = Math.min(gone, come)
      const parts = [changed && `~${changed}`, gone - changed && `-${gone - changed}`, come - changed && `+${come - changed}`]
      return gone + come > 0 ? [`${table} ${parts.filter(Boolean).join(' ')}`] : []
    })
    .join(', ')
}
