/** What stores of tenants take of memory. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { getHeapSpaceStatistics } from 'node:v8'
import type { Db } from './sql.ts'
import { tenantStore } from './tenant.ts'

const lasting = () => getHeapSpaceStatistics().find(({ space_name }) => space_name === 'old_space')!.space_used_size

/** Every request may make one, of a tenant that was not in use before. */
test('a store that is dropped does not stay until all garbage is collected', async () => {
  const db = { mark: () => 0 } as Db // none is asked
  const held: unknown[] = []
  let [before, grown] = [lasting(), 0]
  for (let n = 0; n < 40_000; n++) {
    const store = tenantStore(db, 'tenant', () => 0)
    held[n % 32] = store.clients && store
    if (n % 500 > 0) continue
    await nextTurn()
    grown += Math.max(0, lasting() - before)
    before = lasting()
  }
  assert.ok(grown < 40_000 * 500, `${Math.round(grown / 40_000)} bytes of each stay`)
})
