import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { TokenKind } from '../token-kind.ts'
import { base62 } from './base62.ts'
import { isOpaque, opaque } from './opaque.ts'

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 })
const kinds = 'rt ac cs ss br fl ak dv lr li lv le lu lc wc pr ia ra dc aq ba us of pa ti ds'.split(' ') as TokenKind[]
const kind = fc.constantFrom(...kinds)

test('base62 encodes the bytes as one number', () => {
  const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
  const numberOf = (text: string) => [...text].reduce((sum, c) => sum * 62n + BigInt(alphabet.indexOf(c)), 0n)
  fc.assert(fc.property(bytes32, (bytes) => numberOf(base62(bytes, 43)) === BigInt(`0x${Buffer.from(bytes).toString('hex')}`)))
  assert.equal(base62(Buffer.alloc(32, 0xff), 43).length, 43)
  assert.equal(base62(Buffer.alloc(4), 6), '000000')
  assert.equal(base62(Buffer.from('0000003e', 'hex'), 6), '000010')
  assert.throws(() => base62(Buffer.alloc(4, 0xff), 5), RangeError)
})

test('every token has the published form and a valid checksum', () => {
  fc.assert(
    fc.property(kind, bytes32, (kind, bytes) => {
      const text = opaque(kind, bytes)
      assert.equal(isOpaque(kind, text), true)
      const pattern = new RegExp(`\\bgth_${kind}_[0-9A-Za-z]{49}\\b`) // as secret scanners look for it
      assert.equal(pattern.exec(`"token": "${text}",`)?.[0], text)
      assert.equal(text.length, 56)
    }),
  )
})

test('one changed character, a wrong kind or length: not a token', () => {
  const character = fc.constantFrom(...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-')
  fc.assert(
    fc.property(kind, kind, bytes32, fc.nat(55), character, (kind, other, bytes, at, c) => {
      const text = opaque(kind, bytes)
      const changed = text.slice(0, at) + c + text.slice(at + 1)
      assert.equal(isOpaque(kind, changed), changed === text)
      assert.equal(isOpaque(other, text), other === kind)
      assert.equal(isOpaque(other, text.replace(`_${kind}_`, `_${other}_`)), other === kind)
    }),
  )
  const text = opaque('rt', Buffer.alloc(32, 7))
  for (const wrong of ['', text.slice(0, -1), `${text}0`, ` ${text}`, `${text}\n`, text.toUpperCase()])
    assert.equal(isOpaque('rt', wrong), false, JSON.stringify(wrong))
  assert.throws(() => opaque('rt', Buffer.alloc(31)), RangeError)
})
