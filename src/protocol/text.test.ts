import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { identifier, isCleanText, line, printable, text, webUrl } from './text.ts'

const odd = ['\0', '\u0007', '\u001b[2J', '\u007f', '\u0085', '\u009b2J', '\ud83d', '\ude00', '\u200e', '\u202e', '\u2066', '\u061c']

test('point 13: neither a line nor a text of several lines has odd characters', () => {
  for (const character of odd) {
    const value = `a${character}b`
    assert.deepEqual([isCleanText(value), text(10).safeParse(value).success, line(10).safeParse(value).success], [false, false, false])
  }
  for (const value of ['ä', '日本', 'עברית', '👩‍👩‍👧', 'a\u00a0b', 'O’Neil <b>"&\\'])
    assert.deepEqual([isCleanText(value), line(20).safeParse(value).success], [true, true], value)
})

test('point 13: line breaks and tabs are allowed only in texts of several lines', () => {
  for (const character of ['\n', '\r\n', '\t'])
    assert.deepEqual([text(10).safeParse(`a${character}b`).success, line(10).safeParse(`a${character}b`).success], [true, false])
  for (const character of ['\u2028', '\u2029'])
    assert.deepEqual([text(10).safeParse(`a${character}b`).success, line(10).safeParse(`a${character}b`).success], [false, false])
})

test('texts are trimmed, not empty, and bounded', () => {
  assert.equal(line(3).parse(' abc\n'), 'abc')
  for (const value of ['', '  ', 'abcd']) assert.equal(line(3).safeParse(value).success, false, JSON.stringify(value))
})

test('point 12: an identifier is visible ASCII and no dot segment', () => {
  for (const id of ['a', '...', '.a', 'https://x.example/', '!'.repeat(9)]) assert.equal(identifier(20).parse(id), id)
  for (const id of ['', '.', '..', 'a b', 'ä', 'a\n', '!'.repeat(21)])
    assert.equal(identifier(20).safeParse(id).success, false, JSON.stringify(id))
})

test('point 13: whatever is printable can be stored and shown, and is bounded', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(50), (value, most) => {
      const shown = printable(value, most + 1)
      assert.ok(isCleanText(shown) && shown.length <= most + 1)
      if (isCleanText(value) && value.length <= most) assert.equal(shown, value)
    }),
  )
  assert.equal(printable('a\0b\u001b[2J\ud83d'), 'a\\u0000b\\u001b[2J\\ud83d')
})

test('a URL of the web is one of http or https, bounded and clean, and what is wrong with it is said once', () => {
  const issuesOf = (value: unknown, schema = webUrl()) => schema.safeParse(value).error?.issues.map(({ message }) => message) ?? []
  const whole = (length: number) => 'https://x.example/'.padEnd(length, 'x')
  for (const good of ['https://x.example', 'http://localhost:1/a?b#c', whole(2000)]) assert.deepEqual(issuesOf(good), [], good)
  for (const bad of [
    '',
    '/a',
    'x.example',
    'ftp://x.example',
    'javascript:alert(1)',
    'httpsx://x.example',
    'xhttps://x.example',
    `data:${'\0'.repeat(2001)}`,
  ]) {
    assert.deepEqual(issuesOf(bad), ['must be an absolute http or https URL'], bad)
    assert.deepEqual(issuesOf(bad, webUrl('must be its home')), ['must be its home'], bad)
  }
  assert.equal(issuesOf(whole(2001)).length, 1)
  assert.deepEqual(issuesOf('https://x.example/\u202e'), ['has a character that is not allowed'])
})
