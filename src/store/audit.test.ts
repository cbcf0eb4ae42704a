/** The contract of the audit log, on every engine. */
import assert from 'node:assert/strict'
import { NOW, onEachEngine } from '../../test/stored.ts'
import { readAudit } from '../identity/audit.ts'
import type { StoredAuditEvent } from '../identity/audit-entry.ts'
import { sweep } from './sweep.ts'

function anEntry(id: string, at: number, change: Partial<StoredAuditEvent> = {}): StoredAuditEvent {
  const by = { type: 'user', id: 'ada' } as const
  return {
    id,
    at,
    act: 'user.role',
    outcome: 'success',
    by,
    target: 'bob',
    detail: { role: 'viewer' },
    requestId: 'r',
    address: '::1',
    ...change,
  }
}

onEachEngine('entries are returned whole, in order, by page, and only in their tenant', async ({ a, b }) => {
  const bare = { id: '0', at: NOW, act: 'key.rotate', outcome: 'failure', by: undefined, target: undefined, detail: {} } as const
  const entries = [{ ...bare, requestId: undefined, address: undefined }, anEntry('1', NOW), anEntry('2', NOW), anEntry('0x', NOW + 1)]
  await a.audit.add(entries, NOW + 60)
  assert.deepEqual(await a.audit.search({ limit: 9, newestFirst: false }), entries)
  assert.deepEqual(await a.audit.search({ limit: 9, newestFirst: true }), entries.toReversed())
  for (const newestFirst of [true, false]) {
    const seen: StoredAuditEvent[] = []
    for (let page = await a.audit.search({ limit: 1, newestFirst }); page[0]; ) {
      seen.push(page[0])
      page = await a.audit.search({ limit: 1, newestFirst, after: { at: page[0].at, id: page[0].id } })
    }
    assert.deepEqual(seen, newestFirst ? entries.toReversed() : entries)
  }
  assert.deepEqual(await b.audit.search({ limit: 9, newestFirst: true }), [])
})

onEachEngine('each filter returns what it names', async ({ a }) => {
  const others = [
    anEntry('act', NOW, { act: 'user.status' }),
    anEntry('by', NOW, { by: { type: 'user', id: 'eve' } }),
    anEntry('late', NOW + 9),
    anEntry('outcome', NOW, { outcome: 'failure' }),
    anEntry('target', NOW, { target: 'eve' }),
  ]
  await a.audit.add(others, NOW + 60)
  for (const newestFirst of [false, true]) {
    const found = async (filter: object) => (await a.audit.search({ ...filter, limit: 9, newestFirst })).map(({ id }) => id).sort()
    assert.deepEqual(await found({ act: 'user.status' }), ['act'])
    assert.deepEqual(await found({ outcome: 'failure' }), ['outcome'])
    assert.deepEqual(await found({ by: 'eve' }), ['by'])
    assert.deepEqual(await found({ target: 'eve' }), ['target'])
    assert.deepEqual(await found({ about: 'eve' }), ['by', 'target'])
    assert.deepEqual(await found({ since: NOW + 1 }), ['late'])
    assert.deepEqual(await found({ until: NOW + 9 }), ['act', 'by', 'outcome', 'target'])
  }
})

onEachEngine('all entries are read, page after page, and swept when they are old', async ({ a, db }) => {
  const many = Array.from({ length: 1201 }, (_, n) => anEntry(String(n).padStart(4, '0'), NOW))
  await a.audit.add(many, NOW + 60)
  const read: string[] = []
  await readAudit({ store: a }, {}, (page) => void read.push(...page.map(({ id }) => id)))
  assert.deepEqual(
    read,
    many.map(({ id }) => id),
  )
  assert.equal(await sweep(db, NOW + 59, 5000), 0)
  assert.equal(await sweep(db, NOW + 60, 5000), 1201)
})
