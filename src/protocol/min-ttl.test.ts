import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readMinTtl } from './min-ttl.ts'

test('a token of another provider is to last from a second to an hour, or as long as usual', () => {
  assert.deepEqual(['1', '60', '3600', undefined].map(readMinTtl), [{ minTtl: 1 }, { minTtl: 60 }, { minTtl: 3600 }, { minTtl: undefined }])
  for (const text of ['', '0', '3601', '10000', '-1', '1.5', 'x', ' 60']) assert.equal(readMinTtl(text), undefined, text)
})
