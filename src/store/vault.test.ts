/** The vault, on every engine: one lease at a time, versions that only move on, ids that lead to their entry, and removal of the whole. */
import assert from 'node:assert/strict'
import { atOnce, NOW, onEachEngine, type TenantStore } from '../../test/stored.ts'
import { aConnection, anEntry, anUpstreamRequest, aTokenId, person } from '../../test/tenant-content.ts'
import { sweep } from './sweep.ts'
import { vaultQueue } from './vault.ts'

const owner = { type: 'account', id: 'person1' } as const
const renewal = { id: 'entry1', from: 1, sealed: 'renewed', scope: ['read'], accessExpiresAt: NOW + 90, refreshAt: NOW + 99, now: NOW + 1 }

async function filled(...stores: TenantStore[]): Promise<void> {
  for (const store of stores) {
    await store.accounts.add({ ...person('1'), attributes: {} })
    await store.connections.add(aConnection('1'), undefined)
    assert.equal(await store.vault.add(anEntry('1'), aTokenId('1')), true)
  }
}

onEachEngine('of fifty who want to refresh an entry one holds the lease, and the next when it has ended', async ({ a, b }) => {
  await filled(a, b)
  const lease = (now: number, version = 1) => a.vault.lease({ id: 'entry1', version, now, until: now + 60 })
  const numbers = await atOnce(50, () => lease(NOW))
  assert.deepEqual(
    numbers.filter((number) => number !== undefined),
    [1],
  )
  assert.equal(await lease(NOW + 59), undefined)
  assert.equal(await lease(NOW + 60), 2, 'a lease that has run out is taken over, with a higher number')
  assert.equal(await a.vault.release({ id: 'entry1', lease: 1, version: 1, state: 'consent-needed', refreshAt: undefined }), false)
  assert.equal((await a.vault.find('entry1'))?.state, 'active', 'who lost the lease changes nothing')
  assert.equal(await a.vault.release({ id: 'entry1', lease: 2, version: 1, state: 'active', refreshAt: NOW + 5 }), true)
  assert.equal(await lease(NOW + 61, 2), undefined, 'another version')
  assert.equal(await lease(NOW + 61), 3)
  assert.equal(await b.vault.lease({ id: 'entry1', version: 1, now: NOW, until: NOW + 60 }), 1)
  assert.equal(await a.vault.release({ id: 'entry1', lease: 3, version: 1, state: 'consent-needed', refreshAt: undefined }), true)
  assert.equal(await lease(NOW + 200), undefined, 'refused tokens are not tried again')
  assert.equal(await a.vault.lease({ id: 'nobody', version: 1, now: NOW, until: NOW + 60 }), undefined)
})

onEachEngine('of ten renewals of one version exactly one is stored, and ends the lease', async ({ a, b }) => {
  await filled(a, b)
  await a.vault.lease({ id: 'entry1', version: 1, now: NOW, until: NOW + 60 })
  const stored = await atOnce(10, (i) => a.vault.renew({ ...renewal, sealed: `renewed ${i}` }))
  assert.equal(stored.filter(Boolean).length, 1)
  const entry = await a.vault.find('entry1')
  const winner = `renewed ${stored.indexOf(true)}`
  assert.deepEqual(entry, {
    ...anEntry('1'),
    sealed: winner,
    version: 2,
    scope: ['read'],
    accessExpiresAt: NOW + 90,
    refreshAt: NOW + 99,
    updatedAt: NOW + 1,
  })
  assert.equal(await a.vault.lease({ id: 'entry1', version: 2, now: NOW, until: NOW + 60 }), 2)
  assert.equal(await a.vault.release({ id: 'entry1', lease: 2, version: 1, state: 'consent-needed', refreshAt: undefined }), false)
  assert.deepEqual(await b.vault.find('entry1'), anEntry('1'))
})

onEachEngine('an entry goes with its last id, and only then', async ({ a, b }) => {
  await filled(a, b)
  assert.equal(await a.vault.addTokenId({ ...aTokenId('2'), entry: 'entry1' }, 2), 'added')
  assert.equal(await a.vault.addTokenId({ ...aTokenId('3'), entry: 'entry1' }, 2), 'too many')
  assert.equal(await a.vault.addTokenId({ ...aTokenId('3'), entry: 'nobody' }, 2), 'gone')
  const ask = { owner, connection: 'connection1', kind: 'offline' } as const
  assert.equal((await a.vault.tokenIdOf({ ...ask, session: undefined }))?.id, 'token-id2')
  assert.equal((await a.vault.tokenIdOf({ ...ask, session: 'sid1' }))?.id, 'token-id1')
  assert.equal(await a.vault.tokenIdOf({ ...ask, session: 'sid3' }), undefined)
  assert.equal(await a.vault.tokenIdOf({ ...ask, owner: { type: 'upstream', id: 'person1' }, session: undefined }), undefined)
  assert.deepEqual(await a.vault.byTokenId('token-id2'), { tokenId: { ...aTokenId('2'), entry: 'entry1' }, entry: anEntry('1') })
  assert.equal((await a.vault.removeTokenId('token-id1'))?.last, false)
  const wins = await atOnce(10, () => a.vault.removeTokenId('token-id2'))
  assert.deepEqual(
    wins.filter((one) => one !== undefined).map(({ last }) => last),
    [true],
  )
  assert.equal(await a.vault.find('entry1'), undefined)
  assert.ok(await b.vault.byTokenId('token-id1'))
})

onEachEngine('a new entry without an id takes the place of an earlier one of the same person upstream', async ({ a }) => {
  await filled(a)
  await a.vault.add({ ...anEntry('2'), connection: 'connection1', owner, upstreamSubject: 'upstream1' }, undefined)
  assert.deepEqual((await a.vault.of(owner)).map(({ id }) => id).toSorted(), ['entry1', 'entry2'], 'a program knows entry1')
  await a.vault.add({ ...anEntry('3'), connection: 'connection1', owner, upstreamSubject: 'upstream1' }, undefined)
  await a.vault.add({ ...anEntry('4'), connection: 'connection1', owner, upstreamSubject: 'another' }, undefined)
  assert.deepEqual((await a.vault.of(owner, 'connection1')).map(({ id }) => id).toSorted(), ['entry1', 'entry3', 'entry4'])
  assert.deepEqual(await a.vault.of(owner, 'connection2'), [])
})

onEachEngine('one entry of kind refresh for each owner and connection, and none for an account that is gone', async ({ a }) => {
  await filled(a)
  const made = await atOnce(10, (i) =>
    a.vault.add({ ...anEntry(`r${i}`), connection: 'connection1', owner, kind: 'refresh' }, aTokenId(`r${i}`)),
  )
  assert.equal(made.filter(Boolean).length, 1)
  assert.equal(await a.vault.add({ ...anEntry('x'), owner: { type: 'account', id: 'nobody' } }, undefined), false)
})

onEachEngine('who else depends on the same authorization upstream', async ({ a, b }) => {
  await filled(a, b)
  const shared = (session: string | undefined, id = 'other') =>
    a.vault.isShared({ id, connection: 'connection1', upstreamSubject: 'upstream1', upstreamSession: session })
  assert.deepEqual([await shared(undefined), await shared('any'), await shared(undefined, 'entry1')], [true, true, false])
  assert.equal(await a.vault.isShared({ ...anEntry('other'), connection: 'connection1', upstreamSubject: undefined }), false)
  await a.vault.remove('entry1')
  await a.vault.add({ ...anEntry('2'), connection: 'connection1', owner, upstreamSubject: 'upstream1', upstreamSession: 's1' }, undefined)
  assert.deepEqual([await shared(undefined), await shared('s1'), await shared('s2')], [true, true, false])
})

onEachEngine('account and connection take their entries along', async ({ a, b }) => {
  await filled(a, b)
  await a.upstreamRequests.add(anUpstreamRequest('1'), NOW + 60)
  await a.connections.remove('connection1')
  assert.deepEqual([await a.vault.find('entry1'), await a.vault.byTokenId('token-id1')], [undefined, undefined])
  assert.equal(await a.upstreamRequests.take('upstream-request1', NOW), undefined)
  await b.accounts.remove('person1', NOW)
  assert.deepEqual([await b.vault.find('entry1'), await b.vault.byTokenId('token-id1')], [undefined, undefined])
})

onEachEngine('an answer takes its request once, in time, in its tenant', async ({ a, b, db }) => {
  await a.upstreamRequests.add(anUpstreamRequest('1'), NOW + 60)
  assert.equal(await b.upstreamRequests.take('upstream-request1', NOW), undefined)
  const taken = await atOnce(20, () => a.upstreamRequests.take('upstream-request1', NOW))
  assert.deepEqual(
    taken.filter((one) => one !== undefined),
    [anUpstreamRequest('1')],
  )
  await a.upstreamRequests.add(anUpstreamRequest('2'), NOW + 60)
  assert.equal(await a.upstreamRequests.take('upstream-request2', NOW + 60), undefined)
  assert.equal(await sweep(db, NOW + 60, 10), 1)
})

onEachEngine('use is noted once in a while, and for each application', async ({ a }) => {
  await filled(a)
  const used = (by: string, now: number) => a.vault.used({ id: 'entry1', by, now, atMostEvery: 60 })
  assert.deepEqual([await used('app', NOW), await used('app', NOW + 59), await used('app', NOW + 60)], [true, false, true])
  assert.equal(await used('other', NOW + 61), true)
  assert.deepEqual([(await a.vault.find('entry1'))?.lastUsedAt, (await a.vault.find('entry1'))?.lastUsedBy], [NOW + 61, 'other'])
})

onEachEngine('what is due is found in all tenants, the longest due first, but for what is under way', async ({ a, b, db }) => {
  await filled(a, b)
  await b.vault.renew({ ...renewal, refreshAt: NOW + 1 })
  const due = (now: number, except: string[] = []) => vaultQueue(db).due({ now, limit: 10, except })
  assert.deepEqual(await due(NOW), [])
  assert.deepEqual(await due(NOW + 3600), [
    { tenant: 'b', id: 'entry1' },
    { tenant: 'a', id: 'entry1' },
  ])
  assert.deepEqual(await due(NOW + 3600, ['a']), [{ tenant: 'b', id: 'entry1' }])
  await b.vault.lease({ id: 'entry1', version: 2, now: NOW + 3600, until: NOW + 3660 })
  assert.deepEqual(await due(NOW + 3600), [{ tenant: 'a', id: 'entry1' }])
})
