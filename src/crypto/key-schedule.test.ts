import assert from 'node:assert/strict'
import { test } from 'node:test'
import { activeOf, needsNext, newestOf, stateOf } from './key-schedule.ts'
import type { SigningKeyRow } from './types.ts'

const schedule = { lead: 10, maxAge: 100, retireAfter: 20 }

function key(generation: number, activeAt: number, removeAt?: number, alg: SigningKeyRow['alg'] = 'ES256'): SigningKeyRow {
  return { kid: `${alg}-${generation}`, alg, generation, sealedKey: '', createdAt: activeAt - 10, activeAt, removeAt }
}
const states = (rows: SigningKeyRow[], now: number) => rows.map((row) => stateOf(rows, row, now))

test('a key is next, then active, then retired, then removed, by the clock alone', () => {
  const rows = [key(3, 200), key(1, 0, 120), key(2, 100, 220), key(1, 0, undefined, 'RS256')]
  assert.deepEqual(states(rows, 99), ['next', 'active', 'next', 'active'])
  assert.deepEqual(states(rows, 100), ['next', 'retired', 'active', 'active'])
  assert.deepEqual(states(rows, 119), ['next', 'retired', 'active', 'active'])
  assert.deepEqual(states(rows, 120), ['next', 'removed', 'active', 'active'])
  assert.deepEqual(states(rows, 220), ['active', 'removed', 'removed', 'active'])
  assert.equal(newestOf(rows, 'ES256')?.generation, 3)
  assert.equal(newestOf(rows, 'PS256'), undefined)
  assert.equal(activeOf(rows, 'PS256', 100), undefined)
})

test('a key that overtakes a waiting one replaces it permanently', () => {
  const rows = [key(1, 0, 130), key(2, 110, 80), key(3, 60)]
  assert.deepEqual(states(rows, 60), ['retired', 'retired', 'active'])
  assert.deepEqual(states(rows, 200), ['removed', 'removed', 'active'])
})

test('a first key signs even where the clock is behind', () => {
  assert.deepEqual(states([key(1, 100)], 98), ['active'])
})

test('an active key whose successor was removed stays active', () => {
  assert.deepEqual(states([key(1, 0, 50)], 60), ['active'])
})

test('the next key is due once, its lead time before the active one is too old', () => {
  assert.equal(needsNext([key(1, 0)], 'ES256', 89, schedule), false)
  assert.equal(needsNext([key(1, 0)], 'ES256', 90, schedule), true)
  assert.equal(needsNext([key(1, 0), key(2, 100)], 'ES256', 95, schedule), false)
  assert.equal(needsNext([], 'ES256', 95, schedule), false)
})
