import assert from 'node:assert/strict'
import { test } from 'node:test'
import { editDistance, nearest } from './suggest.ts'

const distances: [string, string, number][] = [
  ['', '', 0],
  ['', 'abc', 3],
  ['issuer', 'issuer', 0],
  ['isuer', 'issuer', 1],
  ['issuers', 'issuer', 1],
  ['isseur', 'issuer', 1],
  ['port', 'host', 2],
  ['ab', 'ca', 2],
  ['xab', 'xba', 1],
  ['kitten', 'sitting', 3],
]

for (const [a, b, distance] of distances) {
  test(`${a || '(empty)'} → ${b || '(empty)'}: ${distance}`, () => {
    assert.equal(editDistance(a, b), distance)
    assert.equal(editDistance(b, a), distance)
  })
}

test('the nearest is suggested, nothing when none is near', () => {
  const known = ['issuer', 'listen.host', 'listen.port', 'workers']
  assert.equal(nearest('isuer', known), 'issuer')
  assert.equal(nearest('listen.prot', known), 'listen.port')
  assert.equal(nearest('port', known), 'listen.port')
  assert.equal(nearest('WORKER', known), 'workers')
  assert.equal(nearest('banana', known), undefined)
  assert.deepEqual([nearest('issu', known), nearest('iss', known)], ['issuer', undefined])
  const long = ['key_encryption_key']
  assert.deepEqual(
    [nearest('key_encryption_k', long), nearest('key_encryption_', long), nearest('key_encryptio', long)],
    [...long, ...long, undefined],
  )
  assert.equal(nearest('banana', []), undefined)
})
