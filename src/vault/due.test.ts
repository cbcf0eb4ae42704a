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
      async due({ except, ...ask }) {
        assert.deepEqual(ask, { now: 1000, limit: 50 })
        const pages = [
          ['gone', 'gone', 'sealed', 'sealed'],
          ['broken', 'last'],
        ]
        const tenants: Record<string, string> = { gone: 'suspended', sealed: 'locked' }
        const left = pages.map((page) =>
          page.map((id) => ({ tenant: tenants[id] ?? 'acme', id })).filter((one) => !except.includes(one.tenant)),
        )
        return left.find((page) => page.length > 0) ?? []
      },
    },
    now: () => 1000,
    vaultOf: async (tenant) => {
      if (tenant === 'locked') throw new Error('no key for it')
      return tenant === 'suspended' ? undefined : vault(tenant)
    },
    warn: (...what) => told.push(what),
  })
  assert.deepEqual(asked, ['acme broken', 'which takes a while', 'acme last'])
  assert.deepEqual(told, [
    [{ tenant: 'locked', why: 'no key for it' }, 'a tenant cannot be opened, so its upstream tokens are not kept alive'],
    [{ tenant: 'acme', entry: 'broken', why: 'no key' }, 'an upstream token could not be kept alive'],
  ])
})
