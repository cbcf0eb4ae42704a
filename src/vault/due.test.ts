import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { VaultDeps } from './deps.ts'
import { refreshDue } from './due.ts'

test('what cannot be kept alive is told by tenant, entry and reason, and keeps nothing else waiting', async () => {
  const asked: string[] = []
  const told: unknown[] = []
  const vault = (tenant: string) =>
    ({
      store: {
        vault: {
          async find(id: string) {
            asked.push(`${tenant} ${id}`)
            if (id === 'broken') {
              await new Promise((resolve) => setImmediate(resolve))
              asked.push('which takes a while')
              throw new Error('no key')
            }
            return undefined
          },
        },
      },
    }) as unknown as VaultDeps
  await refreshDue({
    queue: {
      async due(ask) {
        assert.deepEqual(ask, { now: 1000, limit: 50 })
        return ['broken', 'gone', 'last'].map((id) => ({ tenant: id === 'gone' ? 'suspended' : 'acme', id }))
      },
    },
    now: () => 1000,
    vaultOf: async (tenant) => (tenant === 'suspended' ? undefined : vault(tenant)),
    warn: (...what) => told.push(what),
  })
  assert.deepEqual(asked, ['acme broken', 'which takes a while', 'acme last'])
  assert.deepEqual(told, [[{ tenant: 'acme', entry: 'broken', why: 'no key' }, 'an upstream token could not be kept alive']])
})
