/** What is a trust mark, and when it is in force — OpenID Federation 1.0 §7.1. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { signer } from '../../../test/federation.ts'
import { isInForce, readDelegation, readTrustMark } from './trust-mark.ts'

const NOW = 1_800_000_000
const keys = signer()
const [iss, sub, type] = ['https://issuer.example', 'https://rp.example', 'https://type.example']
const usual = { iss, sub, trust_mark_type: type, iat: NOW }
const signed = (claims: object, typ = 'trust-mark+jwt') => keys.sign(typ, { ...usual, ...claims })

test('what a mark says is read', () => {
  const [mark, lasting] = [readTrustMark(signed({ exp: NOW + 1 })), readTrustMark(signed({}))]
  assert.deepEqual([mark?.iss, mark?.sub, mark?.type, mark?.iat, mark?.exp, lasting?.exp], [iss, sub, type, NOW, NOW + 1, undefined])
})

test('what lacks something, or has it in another form, is none', () => {
  for (const change of [
    ...[{ iss: undefined }, { iss: 'issuer' }, { sub: undefined }, { sub: 'rp' }, { trust_mark_type: undefined }, { trust_mark_type: '' }],
    ...[{ trust_mark_type: 7 }, { iat: undefined }, { iat: 1.5 }, { iat: 'now' }, { exp: 1.5 }, { exp: 'later' }, { exp: null }],
  ])
    assert.equal(readTrustMark(signed(change)), undefined, JSON.stringify(change))
  for (const text of [undefined, 7, '', 'x', 'a.b.c', signed({}, 'JWT')]) assert.equal(readTrustMark(text), undefined)
})

test('a mark is no delegation, and a delegation is no mark', () => {
  const delegation = signed({}, 'trust-mark-delegation+jwt')
  assert.deepEqual([readTrustMark(delegation), readDelegation(signed({}))], [undefined, undefined])
  assert.equal(readDelegation(delegation)?.type, type)
})

test('it may come from a clock that is a minute ahead, and ends with the second of its expiry', () => {
  const times = [{ iat: NOW + 60 }, { iat: NOW + 61 }, { iat: NOW, exp: NOW + 1 }, { iat: NOW, exp: NOW }]
  assert.deepEqual(
    times.map(({ iat, exp }) => isInForce({ iat, exp }, NOW)),
    [true, false, true, false],
  )
})
