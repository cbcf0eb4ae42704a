/** The record of used proofs in the memory of one process. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryReplayStore } from '../src/replay.ts'

test('an id is first once before its time, whatever else is recorded; when full, nothing is first', () => {
  let time = 0
  const { first } = memoryReplayStore(2, () => time)
  assert.deepEqual([first('a', 10), first('a', 10), first('b', 11)], [true, false, true])
  assert.throws(() => first('c', 11), /more than 2 DPoP proofs/)
  assert.equal(first('a', 11), false)
  time = 10
  assert.deepEqual([first('b', 20), first('c', 20)], [false, true])
  assert.throws(() => first('a', 20))
  time = 11
  assert.deepEqual([first('a', 21), first('c', 21)], [true, false])
})
