import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setBounded } from './set-bounded.ts'

test('of more than the most, the oldest tenth is forgotten', () => {
  const map = new Map<number, string>()
  for (let i = 0; i < 20; i++) setBounded(map, i, 'first', 20)
  setBounded(map, 0, 'second', 20)
  assert.equal(map.size, 20)
  setBounded(map, 20, 'first', 20)
  assert.deepEqual([...map.keys()], [...Array.from({ length: 17 }, (_, i) => i + 3), 0, 20], 'what was set again is not the oldest')
  assert.equal(map.get(0), 'second')
})

test('one can be the most', () => {
  const map = new Map<string, number>()
  for (const [i, name] of ['a', 'b', 'c'].entries()) setBounded(map, name, i, 1)
  assert.deepEqual([...map], [['c', 2]])
})
