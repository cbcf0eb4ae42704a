import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fromBase64url } from './base64url.ts'

test('decodes what was encoded', () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => fromBase64url(Buffer.from(bytes).toString('base64url'))?.equals(bytes) === true))
})

test('accepts only the canonical form', () => {
  assert.deepEqual(fromBase64url('_-8'), Buffer.from([0xff, 0xef]))
  for (const other of ['_-9', '_-8=', '/+8', '_-8 ', '_-8\n', 'A', '_-8.', '_ -8', 'é'])
    assert.equal(fromBase64url(other), undefined, other)
})
