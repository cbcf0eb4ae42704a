/** How much a token holds: exactly what is allowed, and no more. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { claimsForToken, groupsForToken, transportable } from './token-size.ts'

const names = (count: number) => Array.from({ length: count }, (_, i) => `g${i}`)

test('100 groups are in a token, and of more none', () => {
  assert.deepEqual(groupsForToken(names(100)), names(100))
  assert.equal(groupsForToken(names(101)), undefined)
})

test('groups have 4096 bytes as JSON, however many characters that are', () => {
  const bytes = (text: string) => Buffer.byteLength(JSON.stringify([text]))
  const longest = 'ü'.repeat((4096 - bytes('')) / 2)
  assert.equal(bytes(longest), 4096)
  assert.deepEqual(groupsForToken([longest]), [longest])
  assert.equal(groupsForToken([`${longest}x`]), undefined)
})

test('claims have 4096 bytes together; what no longer fits is left out, and what comes after it is not', () => {
  const claim = (name: string, bytes: number) => [name, 'x'.repeat(bytes - JSON.stringify({ [name]: '' }).length)] as const
  const told = (...claims: (readonly [string, unknown])[]) => Object.keys(claimsForToken(claims))
  assert.deepEqual(told(claim('a', 4096)), ['a'])
  assert.deepEqual(told(claim('a', 4097), claim('b', 4096)), ['b'])
  assert.deepEqual(told(claim('a', 3000), claim('b', 1097), claim('c', 1096), claim('d', 20)), ['a', 'c'])
  assert.deepEqual(claimsForToken([['a', { b: 1 }]]), { a: { b: 1 } })
})

test('a token has 12288 characters at most', () => {
  const longest = 'x'.repeat(12_288)
  assert.equal(transportable(longest), longest)
  assert.throws(() => transportable(`${longest}x`), /the token would be longer than 12288 characters/)
})
