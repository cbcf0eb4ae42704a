/** What people may write of themselves (hole 13). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cleanPart } from '../protocol/text.ts'
import { accountSchema, claimsSchema } from './accounts.ts'
import { attributeSchema, fits } from './attributes.ts'
import { groupSchema } from './groups.ts'

/** Each between two letters, where no trimming reaches it. */
const characters: Readonly<Record<string, string>> = {
  NUL: '\0',
  'a terminal escape': '\x1b[2J',
  'a bell': '\x07',
  'the control sequence introducer': '\x9b',
  delete: '\x7f',
  'half a surrogate pair': '\ud83d',
  'the other half': '\udc00',
  'right-to-left override': '\u202e',
  'left-to-right isolate': '\u2066',
  'right-to-left mark': '\u200f',
  'Arabic letter mark': '\u061c',
  'line separator': '\u2028',
}
const oneLine: Readonly<Record<string, string>> = { ...characters, 'a line break': '\n', 'a tab': '\t' }

const isRefused = (schema: { safeParse(value: unknown): { success: boolean } }, value: unknown) => !schema.safeParse(value).success
const list = attributeSchema.parse({ name: 'a', type: 'list' })
const string = attributeSchema.parse({ name: 'a', type: 'string' })

for (const [name, character] of Object.entries(oneLine))
  test(`hole 13: a name with ${name} is refused`, () => {
    const text = `a${character}b`
    for (const claim of ['name', 'given_name', 'family_name', 'middle_name', 'nickname', 'gender', 'zoneinfo', 'locale'])
      assert.ok(isRefused(claimsSchema, { [claim]: text }), claim)
    for (const part of ['locality', 'region', 'postal_code', 'country'])
      assert.ok(isRefused(claimsSchema, { address: { [part]: text } }), part)
    assert.ok(isRefused(accountSchema, { username: text }))
    assert.ok(isRefused(groupSchema, { name: text }))
    assert.ok(isRefused(attributeSchema, { name: 'a', type: 'string', title: text }))
    assert.equal(cleanPart(text, 9), name === 'a terminal escape' ? 'a[2Jb' : 'ab')
  })

for (const [name, character] of Object.entries(characters))
  test(`hole 13: a text of several lines with ${name} is refused`, () => {
    const text = `a${character}b`
    for (const part of ['formatted', 'street_address']) assert.ok(isRefused(claimsSchema, { address: { [part]: text } }), part)
    for (const url of ['website', 'profile', 'picture']) assert.ok(isRefused(claimsSchema, { [url]: `https://x.example/${text}` }), url)
    assert.ok(isRefused(groupSchema, { name: 'a', description: text }))
    assert.ok(isRefused(attributeSchema, { name: 'a', type: 'string', description: text }))
    assert.ok(!fits(string, { a: text }))
    assert.ok(!fits(list, { a: [text] }))
  })

test('hole 13: what scripts need stays', () => {
  for (const name of ['Ada Lovelace', 'عائشة', 'می‌خواهم', '👩‍👩‍👧', 'Ðóra O’Brien', '张伟'])
    assert.deepEqual(claimsSchema.parse({ name }), { name })
  const address = { formatted: '1 Main Street\r\nTown', street_address: '1 Main Street\nFlat 2' }
  assert.deepEqual(claimsSchema.parse({ address }), { address })
  assert.ok(fits(string, { a: 'one\ntwo' }))
})

test('hole 13: a URL has at most 2,000 characters', () => {
  const url = (length: number) => `https://x.example/${'x'.repeat(length - 18)}`
  for (const claim of ['website', 'profile', 'picture']) {
    assert.ok(!isRefused(claimsSchema, { [claim]: url(2000) }))
    assert.ok(isRefused(claimsSchema, { [claim]: url(2001) }))
    assert.ok(isRefused(claimsSchema, { [claim]: 'javascript:alert(1)' }))
  }
})

test('hole 12: no sub is a step of a path', () => {
  for (const sub of ['.', '..']) assert.ok(isRefused(accountSchema, { username: 'ada', sub }))
  for (const sub of ['...', '.a', 'a.']) assert.ok(!isRefused(accountSchema, { username: 'ada', sub }))
})

test('hole 13: attributes are flat, and deep ones are refused at once', () => {
  const deep = JSON.parse(`${'['.repeat(2000)}${']'.repeat(2000)}`)
  for (const value of [deep, { a: [1] }, [[1]]]) assert.ok(isRefused(accountSchema, { username: 'ada', attributes: { value } }))
})

test('a cut leaves no half of a character', () => {
  assert.equal(cleanPart(`${'x'.repeat(59)}👍👍`, 60), `${'x'.repeat(59)}👍`)
})
