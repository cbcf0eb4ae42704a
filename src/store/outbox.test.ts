/** The outbox: a waiting message is leased to one node at a time, on each engine (hole 21). */
import assert from 'node:assert/strict'
import { aLink, aMessage, anAccount, atOnce, NOW, onEachEngine } from '../../test/stored.ts'
import { outboxQueue } from './outbox.ts'

const ask = { lease: 'mine', now: NOW + 300, until: NOW + 600, limit: 10 }

onEachEngine('hole 21: a message is created with a lease, and is due when the lease ends', async ({ a, db }) => {
  const queue = outboxQueue(db)
  await a.outbox.add(aMessage({ id: 'one' }))
  assert.deepEqual(await queue.claim({ ...ask, now: NOW + 299 }), [])
  const [claimed] = await queue.claim(ask)
  assert.deepEqual(claimed, { ...aMessage({ id: 'one' }), tenant: 'a', lease: 'mine', attempts: 2, nextAt: NOW + 600 })
})

onEachEngine('hole 21: of many nodes that claim it at once one gets it', async ({ a, db }) => {
  const queue = outboxQueue(db)
  await atOnce(60, () => a.outbox.add(aMessage()))
  for (let round = 1; round <= 5; round++) {
    const [now, until] = [NOW + 300 * round, NOW + 300 * (round + 1)]
    const claims = await atOnce(8, (i) => queue.claim({ lease: `node ${i}`, now, until, limit: 60 }))
    const claimed = claims.flat()
    assert.equal(claimed.length, 60)
    assert.equal(new Set(claimed.map(({ id }) => id)).size, 60, 'none is claimed twice')
    assert.ok(claimed.every(({ attempts }) => attempts === round + 1))
  }
})

onEachEngine('hole 21: only the holder of the lease defers or removes it, in its tenant', async ({ a, b, db }) => {
  const queue = outboxQueue(db)
  for (const store of [a, b]) await store.outbox.add(aMessage({ id: 'one' }))
  const claimed = await queue.claim(ask)
  const ofA = claimed.find(({ tenant }) => tenant === 'a')!
  assert.equal(await queue.remove({ ...ofA, lease: 'another' }), false)
  await queue.defer({ ...ofA, lease: 'another' }, NOW)
  assert.deepEqual(await queue.claim(ask), [], 'it stays leased')
  await queue.defer(ofA, NOW + 400)
  assert.deepEqual(
    (await queue.claim({ ...ask, now: NOW + 400, until: NOW + 700 })).map(({ tenant, attempts }) => [tenant, attempts]),
    [['a', 3]],
  )
  assert.equal(await queue.remove(ofA), true)
  assert.equal(await queue.remove(ofA), false)
  assert.equal((await queue.claim({ ...ask, now: NOW + 9999 })).length, 1, 'that of the other tenant is there')
})

onEachEngine('hole 21: a link and its mail are stored together or not at all', async ({ a, db }) => {
  const queue = outboxQueue(db)
  await a.accounts.add(anAccount())
  await a.outbox.add(aMessage({ id: 'taken' }))
  const clash = { ...aLink(), message: aMessage({ id: 'taken' }) }
  await assert.rejects(a.links.add(clash))
  assert.equal(await a.links.find('link', NOW), undefined)
  const signUp = { hash: 'one', email: 'x@example.org', passwordHash: '$x', claims: {}, expiresAt: NOW + 60 }
  await assert.rejects(a.signUps.add(signUp, aMessage({ id: 'taken' })))
  assert.equal(await a.signUps.find('one', NOW), undefined)
  assert.equal((await queue.claim(ask)).length, 1)
})

onEachEngine(
  'a message that was never attempted is claimed by its id before it is due, once, and by its tenant alone',
  async ({ a, b, db }) => {
    const queue = outboxQueue(db)
    for (const store of [a, b]) await store.outbox.add(aMessage({ id: 'one', attempts: 0 }))
    const these = { tenant: 'a', ids: ['one', 'unknown'], now: NOW, until: NOW + 300 }
    const claims = await atOnce(6, (i) => queue.claimThese({ ...these, lease: `node ${i}` }))
    assert.deepEqual(
      claims.flat().map(({ tenant, id, attempts }) => [tenant, id, attempts]),
      [['a', 'one', 1]],
    )
    assert.deepEqual(await queue.claimThese({ ...these, now: NOW + 299, lease: 'late' }), [])
    assert.equal((await queue.claimThese({ ...these, now: NOW + 300, until: NOW + 600, lease: 'later' })).length, 1)
  },
)
