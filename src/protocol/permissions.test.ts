/** A permission is split where it was joined, whatever its parts are. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { grantedScope, partsOf } from './permissions.ts'

test('the scope ends at the first separator, which an identifier may also contain', () => {
  assert.deepEqual(partsOf('read'), { word: 'read', identifier: undefined })
  assert.deepEqual(partsOf('read"https://api.example/"x"'), { word: 'read', identifier: 'https://api.example/"x"' })
  assert.deepEqual(grantedScope(['openid', 'read"urn:a', 'write"urn:a', 'read"urn:b']), {
    scope: 'openid read write',
    resource_scope: { 'urn:a': 'read write', 'urn:b': 'read' },
  })
})
