import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { disclosable, withDisclosures } from './sd-jwt.ts'

test('each claim is one disclosure, and the payload has their digests in an order that tells nothing', () => {
  const claims = ['one', 'two', 'three', 'four', 'five'].map((name, i) => ({ name, value: { i }, salt: `salt ${i}` }))
  const { payload, disclosures } = disclosable(claims)
  const read = disclosures.map((text) => JSON.parse(Buffer.from(text, 'base64url').toString()))
  assert.deepEqual(
    read,
    claims.map(({ salt, name, value }) => [salt, name, value]),
  )
  const digests = disclosures.map((text) => createHash('sha256').update(text).digest('base64url'))
  assert.deepEqual(payload, { _sd: digests.toSorted(), _sd_alg: 'sha-256' })
})

test('without such claims there is nothing in the payload', () => assert.deepEqual(disclosable([]), { payload: {}, disclosures: [] }))

test('a tilde stands behind the JWT and behind each disclosure — RFC 9901 §4', () => {
  assert.deepEqual([withDisclosures('jwt', []), withDisclosures('jwt', ['a', 'b'])], ['jwt~', 'jwt~a~b~'])
})
