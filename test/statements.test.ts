/** Every SQL statement, read as text: no tenant is ever left out. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { read, statements } from './sources.ts'

/** Files with statements that concern all tenants, or none. */
const tenantless: Readonly<Record<string, string>> = {
  'store/auth-manager-vault.ts': 'the table of another product',
  'store/system.ts': 'the tenants themselves, and the installation',
  'store/migrate.ts': 'the shape of the database',
  'store/clock.ts': 'the time is that of all',
  'store/horizon.ts': 'the time is that of all',
  'store/sealed-values.ts': 'what is sealed under a key-encryption key, which is the same for all tenants',
  'app.ts': 'asks only whether the database answers',
}

const namesNone = statements.filter(({ text }) => !text.includes('tenant_id'))

test('every statement names the tenant', () => {
  assert.ok(statements.length > 40, 'the statements are found')
  assert.deepEqual(
    namesNone.filter(({ path }) => !(path in tenantless)),
    [],
  )
})

test('every statement names the tenant for every table in it', () => {
  const wrong = statements.filter(({ path, text }) => !(path in tenantless) && tablesWithoutTenant(text).length > 0)
  assert.deepEqual(
    wrong.map(({ path, text }) => `${path}: ${tablesWithoutTenant(text)}: ${text}`),
    [],
  )
})

test('no exception outlives its need', () => {
  assert.deepEqual(
    Object.keys(tenantless).filter((path) => !namesNone.some((s) => s.path === path)),
    [],
  )
})

test('every table belongs to a tenant, and its key begins with it', () => {
  const shared = ['installation', 'tenants', 'sweep_horizon']
  const tables = read('src/store/migrations/*.sql').flatMap(({ text }) => [...text.matchAll(/create table (\w+) \(([\s\S]*?)\n\)/g)])
  assert.ok(tables.length > 8, 'the tables are found')
  const wrong = tables.filter(([, name = '', body = '']) => !shared.includes(name) && !/primary key \(tenant_id[,)]/.test(body))
  assert.deepEqual(
    wrong.map(([, name]) => name),
    [],
  )
})

/** Tables, or their aliases, for which a statement names no tenant: `a.tenant_id` for an alias, one bare `tenant_id` for each table without. */
function tablesWithoutTenant(text: string): string[] {
  const keywords = /^(?:where|set|on|order|left|join|cross|group|limit|values|select|using|as)$/
  const tables = [...text.matchAll(/\b(?:from|join|update|into) (\w+)(?: as)?(?:\s+(\w+))?/g)]
    .filter(([all]) => !/^update set\b/.test(all))
    .map(([, table = '', alias = '']) => ({ table, alias: keywords.test(alias) ? '' : alias }))
  const bare = [...text.matchAll(/(?<![.\w])tenant_id\b/g)].length
  const unnamed = tables.filter(({ alias }) => alias === '')
  const missing = tables.filter(({ alias }) => alias !== '' && !new RegExp(`\\b${alias}\\.tenant_id\\b`).test(text))
  return [...missing.map(({ alias }) => alias), ...(bare < unnamed.length ? unnamed.map(({ table }) => table) : [])]
}
