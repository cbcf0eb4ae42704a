import assert from 'node:assert/strict'
import { createSecretKey, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { derive } from './derive.ts'
import { unlock, WrongKey } from './installation.ts'
import { fingerprint, sealer } from './seal.ts'
import type { InstallationStore } from './types.ts'

type Kept = { row: { id: string; sealedSecret: string } | undefined; data: boolean }

function memory(kept: Kept = { row: undefined, data: false }): InstallationStore & { kept: Kept } {
  return {
    kept,
    find: async () => kept.row,
    first: async (row) => {
      if (kept.row) return false
      kept.row = row
      return true
    },
    reseal: async (from, to) => {
      if (kept.row?.sealedSecret !== from) return false
      kept.row = { ...kept.row, sealedSecret: to }
      return true
    },
    hasData: async () => kept.data,
  }
}

const kek = randomBytes(32)
const safe = sealer([kek], randomBytes)

test('it is created once and never changes', async () => {
  const store = memory()
  const first = await unlock(store, safe, randomBytes)
  store.kept.data = true
  const { row } = store.kept
  const again = await unlock(store, safe, randomBytes)
  assert.deepEqual(store.kept.row, row, 'what is under the current key is not sealed again')
  assert.equal(again.id, first.id)
  assert.equal(again.keys('t')('a').equals(first.keys('t')('a')), true)
})

test('what an earlier version stored opens, and gives the keys that it gave then', async () => {
  const secret = Buffer.alloc(32, 's')
  const sealedSecret = safe.seal({ purpose: 'installation', tenant: '', id: 'one' }, secret)
  const { id, keys } = await unlock(memory({ row: { id: 'one', sealedSecret }, data: true }), safe, randomBytes)
  assert.equal(id, 'one')
  assert.ok(keys('t')('a').equals(derive(createSecretKey(secret), 'installation', 'a', 't')))
})

test('each purpose, tenant and installation has a different key', async () => {
  const one = await unlock(memory(), safe, randomBytes)
  const other = await unlock(memory(), safe, randomBytes)
  const keys = [one.keys('t')('a'), one.keys('t')('b'), one.keys('u')('a'), one.keys('')('at'), other.keys('t')('a')]
  assert.equal(new Set(keys.map((key) => key.export().toString('hex'))).size, keys.length)
})

test('nodes that start at once on a new database agree', async () => {
  const store = memory()
  const all = await Promise.all(Array.from({ length: 5 }, () => unlock(store, safe, randomBytes)))
  assert.equal(new Set(all.map((one) => one.keys('t')('a').export().toString('hex'))).size, 1)
})

test('a wrong key is reported by its id, and nothing is changed', async () => {
  const store = memory()
  await unlock(store, safe, randomBytes)
  const before = structuredClone(store.kept)
  const other = randomBytes(32)
  await assert.rejects(unlock(store, sealer([other], randomBytes), randomBytes), (error: Error) => {
    assert.ok(error instanceof WrongKey)
    assert.ok(error.message.includes(fingerprint(kek)) && error.message.includes(fingerprint(other)))
    return true
  })
  assert.deepEqual(store.kept, before)
})

test('a damaged row, or one of another installation, is a wrong key too', async () => {
  const store = memory()
  await unlock(store, safe, randomBytes)
  const row = store.kept.row!
  const damaged = row.sealedSecret.slice(0, -5) + (row.sealedSecret.at(-5) === 'A' ? 'B' : 'A') + row.sealedSecret.slice(-4)
  await assert.rejects(unlock(memory({ row: { ...row, sealedSecret: damaged }, data: true }), safe, randomBytes), WrongKey)
  await assert.rejects(unlock(memory({ row: { ...row, id: 'other' }, data: true }), safe, randomBytes), WrongKey)
  await assert.rejects(unlock(memory({ row: { ...row, sealedSecret: '' }, data: true }), safe, randomBytes), WrongKey)
})

test('no secret is created over existing data', async () => {
  const store = memory({ row: undefined, data: true })
  await assert.rejects(unlock(store, safe, randomBytes), WrongKey)
  assert.equal(store.kept.row, undefined)
})

test('a node that starts just before another fills the database uses the same secret', async () => {
  const store = memory()
  const winner = await unlock(store, safe, randomBytes)
  store.kept.data = true
  let looks = 0
  const late = { ...store, find: async () => (looks++ === 0 ? undefined : store.find()) }
  assert.equal((await unlock(late, safe, randomBytes)).id, winner.id)
})

test('a new key-encryption key reseals the secret, and the old one can be removed', async () => {
  const store = memory()
  const before = await unlock(store, safe, randomBytes)
  const newKek = randomBytes(32)
  await unlock(store, sealer([newKek, kek], randomBytes), randomBytes)
  const after = await unlock(store, sealer([newKek], randomBytes), randomBytes)
  assert.equal(after.keys('t')('a').equals(before.keys('t')('a')), true)
  await assert.rejects(unlock(store, safe, randomBytes), WrongKey)
})
