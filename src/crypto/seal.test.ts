import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { fingerprint, keyIdOf, type SealContext, sealer, Unsealable } from './seal.ts'

const kek = randomBytes(32)
const safe = sealer([kek], randomBytes)
const context = fc.record({ purpose: fc.string(), tenant: fc.string(), id: fc.string() })
const bytes = fc.uint8Array({ maxLength: 300 })
const here: SealContext = { purpose: 'purpose', tenant: 'tenant', id: 'id' }

test('what is sealed opens in its context', () => {
  fc.assert(fc.property(context, bytes, (context, plain) => safe.open(context, safe.seal(context, plain)).equals(plain)))
})

test('it opens in no other context', () => {
  fc.assert(
    fc.property(context, context, bytes, (one, other, plain) => {
      fc.pre(JSON.stringify(one) !== JSON.stringify(other))
      assert.throws(() => safe.open(other, safe.seal(one, plain)), Unsealable)
    }),
  )
  const sealed = safe.seal(here, randomBytes(32))
  for (const part of ['purpose', 'tenant', 'id'] as const)
    assert.throws(() => safe.open({ ...here, [part]: 'x' }, sealed), Unsealable, part)
  assert.throws(() => safe.open({ ...here, purpose: 'purposet', tenant: 'enant' }, sealed), Unsealable)
  assert.throws(() => safe.open({ ...here, tenant: 'tenanti', id: 'd' }, sealed), Unsealable)
})

test('no single bit of the bytes, and no character of the text, can change', () => {
  const sealed = safe.seal(here, Buffer.from('thirty-one bytes, so bits stray'))
  const raw = Buffer.from(sealed, 'base64url')
  for (let bit = 0; bit < raw.length * 8; bit++) {
    const changed = Buffer.from(raw)
    changed[bit >> 3]! ^= 1 << (bit & 7)
    assert.throws(() => safe.open(here, changed.toString('base64url')), Unsealable, `bit ${bit}`)
  }
  for (let at = 0; at < sealed.length; at++)
    for (const c of ['A', 'B', 'Q', '_', '=', ' '].filter((c) => c !== sealed[at]))
      assert.throws(() => safe.open(here, sealed.slice(0, at) + c + sealed.slice(at + 1)), Unsealable, `character ${at}`)
})

test('neither a shortened nor a lengthened value, nor anything else, opens', () => {
  const sealed = safe.seal(here, Buffer.alloc(0))
  const raw = Buffer.from(sealed, 'base64url')
  for (let length = 0; length < raw.length; length++)
    assert.throws(() => safe.open(here, raw.toString('base64url', 0, length)), Unsealable, `length ${length}`)
  for (const text of ['', 'A', `${sealed}A`, `${sealed}=`, `${sealed}\n`, ` ${sealed}`])
    assert.throws(() => safe.open(here, text), Unsealable, JSON.stringify(text))
  fc.assert(fc.property(fc.string(), (text) => throwsUnsealable(() => safe.open(here, text))))
})

test('sealing the same value twice gives different texts, which name the key', () => {
  const plain = Buffer.from('plain')
  assert.notEqual(safe.seal(here, plain), safe.seal(here, plain))
  assert.equal(keyIdOf(safe.seal(here, plain)), fingerprint(kek))
  assert.match(fingerprint(kek), /^[0-9a-f]{16}$/)
})

test('keys are changed by giving the new one first and the old one second', () => {
  const newKek = randomBytes(32)
  const both = sealer([newKek, kek], randomBytes)
  const old = safe.seal(here, Buffer.from('old'))
  const fresh = both.seal(here, Buffer.from('new'))
  assert.equal(both.open(here, old).toString(), 'old')
  assert.deepEqual([both.isCurrent(old), both.isCurrent(fresh)], [false, true])
  assert.equal(sealer([newKek], randomBytes).open(here, fresh).toString(), 'new')
  assert.throws(() => safe.open(here, fresh), new RegExp(fingerprint(newKek)))
  assert.deepEqual(both.keyIds, [fingerprint(newKek), fingerprint(kek)])
})

test('keys of a wrong length, or none, are refused', () => {
  assert.throws(() => sealer([], randomBytes), RangeError)
  assert.throws(() => sealer([randomBytes(16)], randomBytes), RangeError)
})

function throwsUnsealable(act: () => unknown): boolean {
  assert.throws(act, Unsealable)
  return true
}
