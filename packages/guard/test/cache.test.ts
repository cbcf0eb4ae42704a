/** What the cache keeps, for how long, and how much of it. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { cache } from '../src/cache.ts'

suite('a cache', () => {
  test('forgets in time, and the oldest entry when it is full', () => {
    let time = 0
    const kept = cache<string>(2, () => time)
    kept.set('a', 'A', 10)
    kept.set('b', 'B', 10)
    kept.set('a', 'A again', 20)
    kept.set('c', 'C', 10)
    assert.deepEqual([kept.get('a'), kept.get('b'), kept.get('c')], ['A again', undefined, 'C'])
    time = 10
    assert.deepEqual([kept.get('a'), kept.get('c')], ['A again', undefined])
  })

  test('replaces an entry without pushing out another', () => {
    const kept = cache<string>(2, () => 0)
    kept.set('a', 'A', 10)
    kept.set('b', 'B', 10)
    kept.set('b', 'B again', 10)
    assert.deepEqual([kept.get('a'), kept.get('b')], ['A', 'B again'])
  })

  test('of no entries keeps nothing; an entry that is past pushes nothing out', () => {
    const none = cache<string>(0, () => 0)
    none.set('a', 'A', 10)
    assert.equal(none.get('a'), undefined)
    const some = cache<string>(1, () => 10)
    some.set('a', 'A', 20)
    some.set('b', 'B', 10)
    assert.equal(some.get('a'), 'A')
  })
})
