import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { equal, sha256 } from './digest.ts'

test('sha256 is that of FIPS 180-4, in base64url', () => {
  assert.equal(sha256('abc'), 'ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0')
  assert.equal(sha256('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'), 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM') // RFC 7636 appendix B
})

test('equal agrees with === for texts of any length and any code unit', () => {
  const text = fc.string({ unit: 'binary' })
  fc.assert(fc.property(text, text, (a, b) => equal(a, b) === (a === b) && equal(a, a)))
  assert.equal(equal('\ud800', '\ud801'), false)
  assert.equal(equal('', ''), true)
  assert.equal(equal('a', ''), false)
})
