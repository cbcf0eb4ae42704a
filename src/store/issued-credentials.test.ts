/** Indexes of status lists where many credentials are issued at the same time — Token Status List §12.5, §13.3. */
import assert from 'node:assert/strict'
import { aDeferred } from '../../test/credential-content.ts'
import { anAccount, atOnce, NOW, onEachEngine, type TenantStore } from '../../test/stored.ts'
import type { StatusIndex } from '../protocol/credentials.ts'
import { Unavailable } from '../protocol/errors.ts'
import { mostOfList } from './issued-credentials.ts'
import { type Db, sql } from './sql.ts'

const { subject } = anAccount()
const record = { subject, clientId: 'client', configuration: 'badge', status: 'valid', event: undefined, issuedAt: NOW } as const
const give = (store: TenantStore, id: string, candidates: readonly (readonly number[])[], fulfils?: string) =>
  store.issuedCredentials.add({ ...record, id, expiresAt: NOW + 60 }, { candidates, fulfils, most: 1_000_000, now: NOW })
const stored = async (db: Db, tenant: string) =>
  (await db.read(sql`select list, idx, credential from status_indexes where tenant_id = ${tenant}`)).map((row) => [
    row['list'],
    row['idx'],
    row['credential'],
  ])
const textsOf = (found: readonly StatusIndex[]) => found.map(({ list, index }) => `${list}.${index}`)

onEachEngine('no two copies get one index, however many are issued at once and whatever was drawn for them', async ({ a, b, db }) => {
  for (const store of [a, b]) await store.accounts.add(anAccount())
  // All draw from the same few, so that each index is wanted by many.
  const drawn = (i: number) => Array.from({ length: 10 }, (_, copy) => Array.from({ length: 400 }, (_, n) => (i * copy + n) % 400))
  const given = await atOnce(30, (i) => give(i % 3 === 0 ? b : a, `credential ${i}`, drawn(i)))
  for (const [tenant, of] of [
    ['a', given.filter((_, i) => i % 3 !== 0)],
    ['b', given.filter((_, i) => i % 3 === 0)],
  ] as const) {
    const all = textsOf((of as StatusIndex[][]).flat())
    assert.equal(all.length, of.length * 10)
    assert.equal(new Set(all).size, all.length, tenant)
    const rows = await stored(db, tenant)
    assert.deepEqual(rows.map(([list, index]) => `${list}.${index}`).toSorted(), all.toSorted())
    const [list] = await db.read(sql`select used from status_lists where tenant_id = ${tenant}`)
    assert.equal(list?.['used'], all.length)
  }
  const rows = await stored(db, 'a')
  for (const [i, found] of given.entries())
    if (i % 3 !== 0)
      assert.deepEqual(
        rows
          .filter(([, , credential]) => credential === `credential ${i}`)
          .map(([list, index]) => `${list}.${index}`)
          .toSorted(),
        textsOf(found as StatusIndex[]).toSorted(),
      )
})

onEachEngine('a list that is half full is followed by one other, also where many notice at once', async ({ a, db }) => {
  await a.accounts.add(anAccount())
  await give(a, 'first', [[0]])
  await db.write(sql`update status_lists set used = ${mostOfList - 25} where tenant_id = 'a' returning id`)
  const given = (await atOnce(8, (i) =>
    give(
      a,
      `credential ${i}`,
      Array.from({ length: 10 }, (_, n) => [1 + i * 10 + n]),
    ),
  )) as StatusIndex[][]
  assert.deepEqual(
    [1, 2, 3].map((list) => given.filter(([first]) => first?.list === list).length),
    [2, 6, 0],
  )
  assert.ok(given.every((all) => all.every(({ list }) => list === all[0]!.list)))
})

onEachEngine('where nothing that was drawn is free, nothing is issued', async ({ a, db }) => {
  await a.accounts.add(anAccount())
  await give(a, 'first', [[7], [8]])
  await assert.rejects(
    give(a, 'second', [
      [9, 7],
      [8, 7],
    ]),
    Unavailable,
  )
  assert.equal(await a.issuedCredentials.find('second'), undefined)
  assert.deepEqual((await stored(db, 'a')).map(([, index]) => index).toSorted(), [7, 8])
  const [list] = await db.read(sql`select used from status_lists where tenant_id = 'a'`)
  assert.equal(list?.['used'], 2)
})

onEachEngine('of many that fetch an approved credential at once one gets it', async ({ a }) => {
  await a.accounts.add(anAccount())
  await a.deferredCredentials.add({ ...aDeferred('1'), subject }, 20)
  const given = await atOnce(20, (i) => give(a, `credential ${i}`, [[i]], 'transaction1'))
  assert.equal(given.filter((one) => one === 'answered').length, 19)
  assert.equal((await a.issuedCredentials.list({ limit: 50 })).length, 1)
})

onEachEngine('a suspended account suspends its valid credentials, and those that are revoked stay so', async ({ a }) => {
  await a.accounts.add(anAccount())
  for (const [n, id] of ['valid', 'suspended', 'revoked'].entries()) await give(a, id, [[n]])
  await a.issuedCredentials.setStatus('suspended', 'suspended')
  await a.issuedCredentials.setStatus('revoked', 'revoked')
  const statuses = async () => {
    const listed = (await a.issuedCredentials.list({ limit: 9 })).map(({ id, status }) => [id, status])
    const published = (await a.statusLists.read(1))?.statuses.map(({ index, status }) => [['valid', 'suspended', 'revoked'][index], status])
    return [Object.fromEntries(listed), Object.fromEntries(published ?? [])]
  }
  const own = { suspended: 'suspended', revoked: 'revoked' }
  assert.deepEqual(await statuses(), [{ valid: 'valid', ...own }, own])
  await a.accounts.change(subject, { status: 'suspended' })
  assert.deepEqual(await statuses(), Array(2).fill({ valid: 'suspended', ...own }))
  await a.accounts.change(subject, { status: 'active' })
  assert.deepEqual(await statuses(), [{ valid: 'valid', ...own }, own])
})
