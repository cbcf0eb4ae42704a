/** What is remembered, for how long, and how much of it. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { cache, onlyOnce } from '../src/cache.ts'

suite('memory', () => {
  test('forgets in time, and the oldest when it is full', () => {
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

  test('of nothing keeps nothing, nor anything that is past', () => {
    const none = cache<string>(0, () => 0)
    none.set('a', 'A', 10)
    assert.equal(none.get('a'), undefined)
    const some = cache<string>(1, () => 10)
    some.set('a', 'A', 20)
    some.set('b', 'B', 10)
    assert.equal(some.get('a'), 'A')
  })
})

suite('what may happen only once', () => {
  test('may not happen again before its time, however much else happens', () => {
    let time = 0
    const use = onlyOnce(2, () => time)
    assert.deepEqual([use('a', 10), use('a', 10), use('b', 11), use('c', 11), use('a', 11)], ['first', 'again', 'first', 'full', 'again'])
    time = 10
    assert.deepEqual([use('b', 20), use('c', 20), use('a', 20)], ['again', 'first', 'full'])
    time = 11
    assert.deepEqual([use('a', 21), use('c', 21)], ['first', 'again'])
  })
})
