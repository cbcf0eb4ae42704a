import assert from 'node:assert/strict'
import { createSecretKey, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { derive } from './derive.ts'
import { sealedAccessTokens } from './sealed-access-tokens.ts'

const root = createSecretKey(randomBytes(32))
const ours = sealedAccessTokens(() => derive(root, 'ours'), randomBytes)
const theirs = sealedAccessTokens(() => derive(root, 'theirs'), randomBytes)
const claims = { jti: 'jti', sub: 'subject', aud: ['https://api.example'], iat: 1, exp: 2 }

test('what was sealed opens, is never the same text twice, and tells nothing', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(2 ** 41), (more, iat) => {
      const content = { ...more, iat }
      const text = ours.sealAccessToken(content)
      assert.match(text, /^gth_at_[0-9A-Za-z_-]+$/)
      assert.deepEqual(ours.openAccessToken(text), JSON.parse(JSON.stringify(content)))
      assert.notEqual(ours.sealAccessToken(content), text)
    }),
  )
  assert.ok(!Buffer.from(ours.sealAccessToken(claims).slice(7), 'base64url').includes('subject'))
})

test('nothing else opens', () => {
  const text = ours.sealAccessToken(claims)
  assert.equal(theirs.openAccessToken(text), undefined, 'of another tenant')
  for (const wrong of [
    '',
    'gth_at_',
    'x',
    text.slice(7),
    text.slice(0, -1),
    `${text}A`,
    `${text}=`,
    ` ${text}`,
    text.replace('gth_at', 'gth_rt'),
  ])
    assert.equal(ours.openAccessToken(wrong), undefined, wrong)
  fc.assert(
    fc.property(fc.nat(text.length - 8), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const bytes = Buffer.from(text.slice(7), 'base64url')
      const n = at % bytes.length
      bytes[n] = (bytes[n] as number) ^ flip
      assert.equal(ours.openAccessToken(`gth_at_${bytes.toString('base64url')}`), undefined)
    }),
  )
})

test('its text begins with the hour of issue and a nonce of the random source', () => {
  const sealed = sealedAccessTokens(
    () => derive(root, 'ours'),
    (length) => Buffer.alloc(length, 7),
  )
  const bytes = Buffer.from(sealed.sealAccessToken({ ...claims, iat: 3 * 3600 - 1 }).slice(7), 'base64url')
  assert.deepEqual(bytes.subarray(0, 16), Buffer.from([0, 0, 0, 2, ...Array<number>(12).fill(7)]))
})
