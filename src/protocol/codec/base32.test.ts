import assert from 'node:assert/strict'
import { test } from 'node:test'
import { base32 } from './base32.ts'

/** RFC 4648 §10. */
const vectors: [text: string, encoded: string][] = [
  ['', ''],
  ['f', 'MY'],
  ['fo', 'MZXQ'],
  ['foo', 'MZXW6'],
  ['foob', 'MZXW6YQ'],
  ['fooba', 'MZXW6YTB'],
  ['foobar', 'MZXW6YTBOI'],
]

for (const [text, encoded] of vectors)
  test(`"${text}" is ${encoded || 'nothing'}`, () => assert.equal(base32(new TextEncoder().encode(text)), encoded))
