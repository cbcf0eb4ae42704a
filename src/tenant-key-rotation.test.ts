/** Rotating the keys of all tenants, while those of one cannot be used, or none. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../test/app.ts'
import { openDatabase } from './store/open.ts'
import { DatabaseUnavailable, sql } from './store/sql.ts'
import type { Tenant } from './tenant.ts'
import { rotateKeys } from './tenant-key-rotation.ts'

test('a key that does not open keeps no other tenant from having its keys rotated; a database that is away does', async (t) => {
  const gatehouse = await testApp('sqlite')
  t.after(() => gatehouse.close())
  const tenantOf = async (slug: string) => {
    await gatehouse.app.tenants.create({ slug, name: slug })
    return (await gatehouse.app.tenant(slug)) as Tenant
  }
  const [first, second] = [await tenantOf('first'), await tenantOf('second')]
  const warnings: { tenant?: string }[] = []
  const log = { info() {}, error() {}, warn: (what: object) => warnings.push(what) }
  await first.keyring.rotate('RS256', { immediately: true })
  const db = await openDatabase(gatehouse.database)
  await db.write(sql`update signing_keys set sealed_key = 'damaged' where tenant_id = ${first.row.id} and alg = 'RS256' returning kid`)
  await db.write(sql`update configuration_versions set version = version + 1 where tenant_id = ${first.row.id} returning version`)
  await db.close()
  const before = (await second.keyring.list()).length
  gatehouse.advance(366 * 86_400)
  await rotateKeys([first, second], log)
  assert.ok((await second.keyring.list()).length > before)
  assert.deepEqual(
    warnings.map(({ tenant }) => tenant),
    [first.row.id],
  )
  const rotateWhenDue = () => Promise.reject(new DatabaseUnavailable('away'))
  await assert.rejects(rotateKeys([{ ...second, keyring: { ...second.keyring, rotateWhenDue } }, first], log), DatabaseUnavailable)
  assert.equal(warnings.length, 1)
})
