import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseJws, parseObject } from './jws.ts'

const encode = (text: string) => Buffer.from(text).toString('base64url')
const header = encode('{"alg":"ES256"}')

test('parses a compact JWS', () => {
  const jws = parseJws(`${header}.${encode('pay.load')}.${encode('sig')}`, 1000)
  assert.deepEqual(jws, {
    header: { alg: 'ES256' },
    payload: Buffer.from('pay.load'),
    input: `${header}.${encode('pay.load')}`,
    signature: Buffer.from('sig'),
  })
})

test('refuses what is malformed, too long, or critical', () => {
  const refused = {
    empty: '',
    'one part': header,
    'two parts': `${header}.e30`,
    'no signature': `${header}.e30.`,
    'no header': '.e30.c2ln',
    'four parts': `${header}.e30.c2ln.c2ln`,
    'an empty fourth part': `${header}.e30.c2ln.`,
    'five parts': `${header}.e30.e30.e30.e30`,
    'a header that is not JSON': `${encode('{"alg"')}.e30.c2ln`,
    'a header that is an array': `${encode('[]')}.e30.c2ln`,
    'a header that is null': `${encode('null')}.e30.c2ln`,
    'a header that is not UTF-8': `${Buffer.from('7b2261223a22ff227d', 'hex').toString('base64url')}.e30.c2ln`,
    'a header with a byte order mark': `${encode('\ufeff{"alg":"ES256"}')}.e30.c2ln`,
    'a long header': `${encode(JSON.stringify({ alg: 'ES256', x: 'x'.repeat(1600) }))}.e30.c2ln`,
    'stray bits in the header': `${header.slice(0, -1)}R.e30.c2ln`,
    'stray bits in the payload': `${header}.e31.c2ln`,
    'stray bits in the signature': `${header}.e30.c2l`,
    padding: `${header}.e30=.c2ln`,
    'a space': `${header}. e30.c2ln`,
    'a line break': `${header}.e30.c2ln\n`,
    'the other alphabet': `${header}.e30.++++`,
    crit: `${encode('{"alg":"ES256","crit":["exp"],"exp":1}')}.e30.c2ln`,
    b64: `${encode('{"alg":"ES256","b64":false}')}.e30.c2ln`,
  }
  for (const [name, token] of Object.entries(refused)) assert.equal(parseJws(token, 4000), undefined, name)
  assert.ok(parseJws(`${header}.e30.c2k`, 1000))
  const token = `${header}.e30.c2ln`
  assert.ok(parseJws(token, token.length))
  assert.equal(parseJws(token, token.length - 1), undefined)
})

test('a header has 2048 characters at most, unless more is allowed', () => {
  const ofLength = (length: number) =>
    encode(JSON.stringify({ alg: 'ES256', x: 'x'.repeat((length * 3) / 4 - '{"alg":"ES256","x":""}'.length) }))
  const [within, beyond] = [2048, 2052].map((length) => `${ofLength(length)}.e30.c2ln`) as [string, string]
  assert.ok(parseJws(within, 4000))
  assert.equal(parseJws(beyond, 4000), undefined)
  assert.ok(parseJws(beyond, 4000, 2052))
})

test('never throws', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseJws(text, 1000)))
  const parts = fc.array(fc.oneof(fc.constant(header), fc.base64String(), fc.json().map(encode)), { maxLength: 5 })
  fc.assert(fc.property(parts, (parts) => void parseJws(parts.join('.'), 10_000)))
})

test('objectOf returns an object or undefined', () => {
  assert.deepEqual(parseObject(Buffer.from('{"a":1}')), { a: 1 })
  for (const text of ['', '1', '"a"', 'null', '[]', '{', '{}x']) assert.equal(parseObject(Buffer.from(text)), undefined, text)
})
