import assert from 'node:assert/strict'
import { createSecretKey } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { derive, framed } from './derive.ts'

const root = createSecretKey(Buffer.alloc(32, 1))

test('different labels, however similar, give different keys; the same labels give the same key', () => {
  const lists = [[], [''], ['', ''], ['ab'], ['a', 'b'], ['ab', ''], ['', 'ab'], ['a', 'b', '']]
  const keys = lists.map((labels) =>
    derive(root, ...labels)
      .export()
      .toString('hex'),
  )
  assert.equal(new Set(keys).size, lists.length)
  assert.equal(derive(root, 'a', 'b').equals(derive(root, 'a', 'b')), true)
  assert.equal(derive(root, 'a').equals(derive(createSecretKey(Buffer.alloc(32, 2)), 'a')), false)
  assert.equal(derive(root, 'a').symmetricKeySize, 32)
})

test('different lists of texts are framed differently', () => {
  assert.equal(framed('ab', '', 'ü').toString('hex'), '00000002616200000000' + '00000002c3bc')
  assert.ok(!framed('a', 'b').equals(framed('a\0\0\0\0b')))
  const texts = fc.array(fc.string({ maxLength: 5 }), { maxLength: 4 })
  fc.assert(fc.property(texts, texts, (a, b) => framed(...a).equals(framed(...b)) === (JSON.stringify(a) === JSON.stringify(b))))
})
