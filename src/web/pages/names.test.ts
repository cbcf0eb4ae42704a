import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { address, host, initials, named, plain, tint } from './names.ts'

test('a name is one line without characters that turn the reading direction', () => {
  assert.equal(plain('  Lumen\n\tPhotos\0 '), 'Lumen Photos')
  assert.equal(plain('Bank\u202egnp.exe\u2066x\u2028y'), 'Bank gnp.exe x y')
  assert.equal(plain('عكس'), 'عكس')
})

test('a name is at most 60 letters, as a reader counts them', () => {
  assert.equal(plain('x'.repeat(60)), 'x'.repeat(60))
  assert.equal(plain('x'.repeat(61)), `${'x'.repeat(59)}…`)
  const family = '👨‍👩‍👧'
  assert.equal(plain(family.repeat(61)), `${family.repeat(59)}…`)
})

test('a name is isolated and escaped', () => {
  assert.equal(named('<b>').text, '<bdi>&lt;b&gt;</bdi>')
  assert.equal(address('a@b<').text, '<bdi>a@<wbr>b&lt;</bdi>')
})

test('a host is shown to its end, however long it begins', () => {
  const long = `accounts.bank.example.${'a'.repeat(60)}.evil.example:8443`
  assert.equal(host(long).text.replaceAll('<wbr>', ''), `<bdi>${long}</bdi>`)
  assert.ok(!host('127.0.0.1:8912').text.includes('<wbr>'))
  assert.equal(host('<b>').text, '<bdi>&lt;b&gt;</bdi>')
})

test('initials are the first letters of the first and the last word', () => {
  const cases = {
    'Ada Lovelace': 'AL',
    'ada.king@acme.example': 'AE',
    operations: 'O',
    'Ada King Lovelace': 'AL',
    'élan vital': 'ÉV',
    '🦊 den': '🦊D',
    '"><': '',
    '': '',
  }
  for (const [name, letters] of Object.entries(cases)) assert.equal(initials(name), letters, name)
})

test('any name has a tint from 0 to 5, and always the same', () => {
  fc.assert(
    fc.property(fc.string(), (name) => {
      assert.ok([0, 1, 2, 3, 4, 5].includes(tint(name)))
      assert.equal(tint(name), tint(name))
    }),
  )
})
