/** The cost of an act does not grow with the tenant: every statement finds its rows by an index, on a database with many rows. */
import assert from 'node:assert/strict'
import test from 'node:test'
import pg from 'pg'
import { engines } from '../../test/postgres.ts'
import { statements } from '../../test/sources.ts'
import { migrate } from './migrate.ts'
import { openDatabase } from './open.ts'
import { type Db, Sql } from './sql.ts'

/** Statements that may read all that a tenant holds of a table, by a part of their text, and why. */
const allowed: readonly { part: string; why: string }[] = [
  { part: "} escape '!'", why: 'administrators search for a part of a name' },
  { part: 'select count(*) as n from accounts where', why: 'asked once, at the start of development mode' },
  { part: 'from attribute_schemas where', why: 'a tenant has one row' },
  { part: 'update attribute_schemas set', why: 'a tenant has one row' },
  { part: 'from configuration_versions where', why: 'a tenant has one row' },
  { part: '} order by name limit 200', why: 'the connections of a tenant, which are few' },
  { part: '} order by id limit 200', why: 'the credentials that a tenant issues, which are few' },
  { part: 'select max(n.id) from status_lists', why: 'stops at the first row' },
  { part: '} order by identifier', why: 'all resources of a tenant are asked for' },
  { part: '} order by alg, generation', why: 'a tenant has few keys' },
  { part: 'password_hash is not null order by subject limit 1', why: 'stops at the first row' },
  { part: 'select 1 as something where exists', why: 'stops at the first row' },
  { part: "role = 'superadmin' and status = 'active'", why: 'reads an index of superadmins alone' },
  { part: 'from installation', why: 'there is one row' },
  { part: 'select g.client_id as granted_to, g.subject as granted', why: 'the table without an index is one row' },
  { part: 'sweep_horizon', why: 'there is one row' },
  { part: 'update installation', why: 'there is one row' },
]

/** Statements about the shape of the database, which have no plan or exist on one engine only, and those of another product's. */
const shape = ['store/migrate.ts', 'store/clock.ts', 'store/auth-manager-vault.ts']
const rows = 3000

const known = statements.filter(({ path }) => path.startsWith('store/') && !shape.includes(path))

test('every exception is that of a statement', () => {
  for (const { part } of allowed)
    assert.ok(
      known.some(({ text }) => text.includes(part)),
      part,
    )
})

for (const [engine, create] of Object.entries(engines))
  test(`14: ${engine}: no statement reads all rows of a table or of a tenant`, async () => {
    const { url, close } = await create()
    const db = await openDatabase(url)
    const explain = db.engine === 'postgres' ? new pg.Client({ connectionString: url }) : undefined // parameters without values
    await explain?.connect()
    await explain?.query('set enable_seqscan = off') // shows whether there is an index to use, however small the table is
    try {
      await migrate(db)
      await fill(db)
      const slow: string[] = []
      for (const { path, text } of known) {
        if (allowed.some(({ part }) => text.includes(part))) continue
        for (const step of await wholeReads(db, explain, text)) slow.push(`${path}: ${step}\n${text}`)
      }
      assert.deepEqual(slow, [])
    } finally {
      await explain?.end()
      await db.close()
      await close()
    }
  })

/** Many rows in every table, nearly all of one tenant, so that reading all of them is never the quickest way. */
async function fill(db: Db): Promise<void> {
  const tables = await columnsOfTables(db)
  const numbers =
    db.engine === 'postgres'
      ? `select n from generate_series(1, ${rows}) as s(n)`
      : `with recursive s(n) as (select 1 union all select n + 1 from s where n < ${rows}) select n from s`
  for (const [table, columns] of tables) {
    const values = columns.map(({ name, number, optional }) => {
      if (name === 'tenant_id' && !['attribute_schemas', 'configuration_versions'].includes(table))
        return `case when s.n % 100 = 0 then 'b' else 'a' end`
      const value = number ? 's.n' : `'value ' || s.n`
      return optional ? `case when s.n % 10 = 0 then ${value} end` : value
    })
    const names = columns.map(({ name }) => name).join(', ')
    await db.write(new Sql([`insert into ${table} (${names}) select ${values.join(', ')} from (${numbers}) as s`], []))
  }
  if (db.engine === 'postgres') await db.write(new Sql(['analyze'], []))
}

type Columns = Map<string, { name: string; number: boolean; optional: boolean }[]>

/** Of all tables but those with one row; a table comes after those it refers to. */
async function columnsOfTables(db: Db): Promise<Columns> {
  const question =
    db.engine === 'postgres'
      ? `select table_name, column_name, data_type, is_nullable = 'YES' as optional from information_schema.columns where table_schema = current_schema() order by table_name, ordinal_position`
      : `select m.name as table_name, c.name as column_name, lower(c.type) as data_type, c."notnull" = 0 as optional from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table' order by m.name, c.cid`
  const tables: Columns = new Map()
  for (const row of await db.read(new Sql([question], []))) {
    const table = String(row['table_name'])
    if (['installation', 'migrations', 'sweep_horizon', 'sqlite_sequence'].includes(table)) continue
    tables.set(table, [
      ...(tables.get(table) ?? []),
      { name: String(row['column_name']), number: row['data_type'] === 'bigint', optional: Boolean(row['optional']) },
    ])
  }
  const first = ['clients', 'resources']
  return new Map([...tables].sort(([one], [other]) => Number(first.includes(other)) - Number(first.includes(one))))
}

/** The steps of a statement's plan that read a whole table or all that a tenant has in it. */
async function wholeReads(db: Db, explain: pg.Client | undefined, template: string): Promise<string[]> {
  let n = 0
  const mark = () => (explain ? `$${++n}` : '?')
  const text = template
    .replace(/\bin \$\{[^}]*\}/g, () => `in (${mark()}, ${mark()})`)
    .replace(/(\([^()]*\)) values \$\{\w+\}/g, (_, columns: string) => `${columns} values ${columns.replace(/\w+/g, mark)}`)
    .replace(/\$\{(?:[^{}`]|\{[^{}]*\}|`[^`]*`)*\}/g, mark)
  if (explain === undefined) {
    const plan = await db.read(new Sql([`explain query plan ${text}`], []))
    return plan.map((row) => String(row['detail'])).filter(isWholeRead)
  }
  const [row] = (await explain.query(`explain (generic_plan, format json) ${text}`)).rows
  return nodesOf(row['QUERY PLAN'][0].Plan).flatMap(({ node, limited }) => {
    const condition = node['Index Cond'] ?? ''
    if (node['Node Type'] === 'Seq Scan') return [`Seq Scan on ${node['Relation Name']}`]
    const byTenant = /Index/.test(node['Node Type']) && /^\(?\(?tenant_id = [^()]*\)*$/.test(condition)
    return byTenant && !limited ? [`${node['Node Type']} ${node['Index Name']} ${condition}`] : []
  })
}

/** `SCAN t`, `SEARCH t USING INDEX i (tenant_id=?)`; not a scan of what a part of the statement has made. */
function isWholeRead(step: string): boolean {
  if (/^SCAN (?:CONSTANT ROW|\(subquery|candidates|following|first_of_all)/.test(step)) return false
  return /^SCAN /.test(step) || /^SEARCH .*\(tenant_id=\?\)$/.test(step)
}

interface PlanNode {
  'Node Type': string
  'Index Name'?: string
  'Relation Name'?: string
  'Index Cond'?: string
  Plans?: PlanNode[]
}

function nodesOf(node: PlanNode, limited = false): { node: PlanNode; limited: boolean }[] {
  const within = limited || node['Node Type'] === 'Limit'
  return [{ node, limited: within }, ...(node.Plans ?? []).flatMap((child) => nodesOf(child, within))]
}
