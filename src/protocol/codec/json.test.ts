import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { canonicalJson, readJson } from './json.ts'

const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)

test('JSON within the limits is read as JSON.parse reads it', () => {
  const within = [
    '1',
    '"a"',
    'null',
    '[]',
    '{}',
    nested(32),
    '{"a":{"a":{"a":1}}}',
    '[{"a":1},{"a":2}]',
    '"line\\nbreak\\ttab"',
    '"\\ud83d\\ude00"',
    `[${Array(4096).fill(1).join()}]`,
    `{"${'a'.repeat(1024)}":"${'x'.repeat(65_536)}"}`,
    '{"length":1,"a":{"toString":1,"valueOf":[]}}',
  ]
  for (const text of within) assert.deepEqual(readJson(text), { value: JSON.parse(text) }, text.slice(0, 80))
})

test('any JSON within the limits and without forbidden characters is read', () => {
  const json = fc.json({ maxDepth: 10, stringUnit: 'grapheme-ascii' })
  fc.assert(
    fc.property(json, (text) => {
      const read = readJson(text)
      if ('value' in read) assert.deepEqual(read.value, JSON.parse(text))
      else assert.match(text, /"__proto__"|"length".*"(?:toString|valueOf)"/)
    }),
  )
})

test('what is not JSON is refused, and nothing throws', () => {
  for (const text of ['', '{', '{"a":1}x', '[1,]', "{'a':1}", 'NaN', '\ufeff{}', '"\u0000"'])
    assert.deepEqual(readJson(text), { rule: 'is not JSON', member: [] }, JSON.stringify(text))
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void readJson(text)))
})

const refused: [name: string, text: string, rule: RegExp, member: string][] = [
  ['33 levels', nested(33), /more than 32 levels/, ''],
  ['2,000 levels', nested(2000), /more than 32 levels/, ''],
  ['a million levels', nested(1_000_000), /more than 32 levels/, ''],
  ['too many elements', `[${Array(4097).fill(1).join()}]`, /more than 4096 members/, ''],
  ['too many members', `{${Array.from({ length: 4097 }, (_, i) => `"${i}":1`).join()}}`, /more than 4096 members/, ''],
  ['a duplicate name', '{"a":1,"b":2,"a":3}', /is there twice/, 'a'],
  ['a duplicate name, escaped', '{"a":1,"\\u0061":3}', /is there twice/, 'a'],
  ['a duplicate name inside', '{"x":{"y":[{"a":1,"a":1}]}}', /is there twice/, 'x.y.a'],
  ['__proto__', '{"x":{"__proto__":{"admin":true}}}', /not a name/, 'x.__proto__'],
  ['toString', '{"url":{"length":{"toString":"x"}}}', /not a name/, 'url.length.toString'],
  ['valueOf', '{"length":[[{"valueOf":1}]]}', /not a name/, 'length.valueOf'],
  ['a long name', `{"${'a'.repeat(1025)}":1}`, /not a name/, 'a'.repeat(1025)],
  ['a long text', `{"a":"${'x'.repeat(65_537)}"}`, /longer than 65536/, 'a'],
  ['NUL', '{"a":{"b":["x\\u0000"]}}', /character/, 'a.b'],
  ['a terminal escape', '{"a":"\\u001b[2J"}', /character/, 'a'],
  ['DEL', '{"a":"\\u007f"}', /character/, 'a'],
  ['a C1 control', '{"a":"\\u009b2J"}', /character/, 'a'],
  ['half a surrogate pair', '{"a":"\\ud83d"}', /character/, 'a'],
  ['the other half', '{"a":"\\ude00 x"}', /character/, 'a'],
  ['a bidirectional override', '{"a":"\\u202e"}', /character/, 'a'],
  ['an odd name', '{"a":{"\\u001b":1}}', /name with a character/, 'a'],
]
for (const [name, text, rule, member] of refused) {
  test(`${name} is refused, and the refusal names it`, () => {
    const read = readJson(text)
    assert.ok('rule' in read, 'it was read')
    assert.match(read.rule, rule)
    assert.equal(read.member.join('.'), member)
  })
}

test('equal values have one canonical text, whatever the order of their members', () => {
  const one = canonicalJson({ b: [{ d: 1, c: null }], a: { z: 'ü', y: [] } })
  assert.equal(one, canonicalJson({ a: { y: [], z: 'ü' }, b: [{ c: null, d: 1 }] }))
  assert.equal(one, '{"a":{"y":[],"z":"ü"},"b":[{"c":null,"d":1}]}')
  assert.notEqual(canonicalJson([1, 2]), canonicalJson([2, 1]))
})
