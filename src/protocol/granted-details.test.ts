import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withDetails } from './granted-details.ts'

test('details are kept once, the newest last', () => {
  assert.deepEqual(withDetails(['a', 'b'], ['c', 'a', 'c']), ['b', 'c', 'a'])
})

test('a grant holds at most 100 details and 65536 characters; the oldest are forgotten', () => {
  const hundred = Array.from({ length: 100 }, (_, i) => `d${i}`)
  assert.deepEqual(withDetails(hundred, ['new']), [...hundred.slice(1), 'new'])
  const [old, large, new_] = ['o'.repeat(8192), 'l'.repeat(60_000), 'n'.repeat(5536)]
  assert.deepEqual(withDetails([old, large], [new_]), [large, new_])
})
