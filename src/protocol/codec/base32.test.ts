import assert from 'node:assert/strict'
import { test } from 'node:test'
import { base32, base32Bytes } from './base32.ts'

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

test('it is read in either case, with or without padding, and nothing else is', () => {
  for (const [text, encoded] of vectors.slice(1))
    for (const written of [encoded, encoded.toLowerCase(), encoded.padEnd(16, '=')])
      assert.equal(new TextDecoder().decode(base32Bytes(written)), text)
  for (const wrong of ['', '=', 'MY1', 'M Y', 'MÝ']) assert.equal(base32Bytes(wrong), undefined)
})
