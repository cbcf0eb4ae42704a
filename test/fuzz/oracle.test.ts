/** The test oracle of the fuzzer accepts good answers and reports each kind of bad one. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Answer, Headers } from './http.ts'
import { type Expectation, faultsOf } from './oracle.ts'
import { foreignHost } from './text.ts'

const common: Headers = [
  ['x-request-id', 'r'],
  ['x-content-type-options', 'nosniff'],
  ['content-security-policy', "default-src 'none'"],
]

function answer(status: number, body = '', more: Headers = [], ms = 1): Answer {
  return { status, headers: [...common, ...more], body: Buffer.from(body), ms }
}
const json = (status: number, body: unknown, more: Headers = []) =>
  answer(status, JSON.stringify(body), [['content-type', 'application/json'], ...more])
const html = (body: string) => answer(200, body, [['content-type', 'text/html; charset=utf-8']])

const good: Readonly<Record<string, Answer>> = {
  'JSON with line breaks and every script': json(200, { name: 'مرحبا\n👾\t' }),
  'an OAuth error': json(400, { error: 'invalid_request' }),
  'a problem document': answer(404, '{"code":"not_found"}', [['content-type', 'application/problem+json']]),
  'a busy server that says when to try again': json(503, { error: 'temporarily_unavailable' }, [['retry-after', '5']]),
  'a page with escaped markup': html('<p title="&quot;xfuzz=&quot;">&lt;xfuzz&gt;</p><img src="data:image/png;base64,AA">'),
  'a redirect to a client': answer(303, '', [['location', 'https://app.example/callback?code=x']]),
  'an empty answer': answer(204),
}

const bad: readonly (readonly [fault: string, answer: Answer, expected?: Expectation])[] = [
  ['status 500', json(500, { error: 'server_error' })],
  ['status 502', json(502, { error: 'x', code: 'unavailable' }), { refusedByProvider: 'now' }],
  ['status 502', json(502, { error: 'x', code: 'keycloak_error', reason: 'it does not answer' }), { refusedByProvider: 'before' }],
  ['status 502', json(502, { error: 'Consent did not succeed', code: 'keycloak_callback_error' })],
  ['status 503', json(503, { error: 'x' })],
  ['status 503', json(503, { error: 'x' }, [['retry-after', '3600']])],
  ['took more than 5 s', answer(204, '', [], 5001)],
  ['an invalid credential was accepted', json(200, {}), { refused: true }],
  ['a token that was never issued is active', json(200, { active: true }), { inactive: true }],
  ['a header was injected', answer(204, '', [['X-Fuzz', '1']])],
  ['an invalid character in a header', answer(204, '', [['etag', '\u00e9']])],
  [
    'two location headers',
    answer(303, '', [
      ['location', '/a'],
      ['Location', '/b'],
    ]),
  ],
  ['open redirect', answer(303, '', [['location', `https://${foreignHost}/`]])],
  ['open redirect', answer(303, '', [['location', 'javascript:xfuzz()']])],
  ['open redirect', html(`<a href="https://${foreignHost}/">Continue</a>`)],
  ['unescaped markup in a page', html('<p><xfuzz></p>')],
  ['unescaped markup in a page', html('<p title=""xfuzz="">')],
  ['a script URL in a page', html('<a href=" javascript:xfuzz()">x</a>')],
  ['invalid JSON', answer(200, '{', [['content-type', 'application/json']])],
  ['an error in an unknown format', json(400, { statusCode: 400 })],
  ['an error of media type text/plain', answer(400, 'no', [['content-type', 'text/plain']])],
  ['accepted but not changed: name', json(200, { name: 'old' }), { changes: { name: 'a\0', other: 'x' } }],
  ['created with an id that cannot be addressed', json(201, { id: '..', name: 'x' })],
  ['unprintable characters accepted in name', json(200, { name: 'a\u0000b' })],
  ['unprintable characters accepted in name', json(200, { items: [{ name: '\u202egnp.exe' }] })],
  ['unprintable characters accepted in name', answer(200, '{"name":"\\ud83d"}', [['content-type', 'application/json']])],
  ['unprintable characters accepted in a member name of the answer', json(200, { '\u001b[2J': 1 })],
]

suite('the test oracle', () => {
  for (const [name, one] of Object.entries(good)) test(`accepts ${name}`, () => assert.deepEqual(faultsOf(one), []))
  for (const [fault, one, expected] of bad) test(`reports ${fault}`, () => assert.deepEqual(faultsOf(one, expected), [fault]))

  test('accepts 502 where the provider really refused', () => {
    const refused = json(502, { error: 'Consent did not succeed', code: 'keycloak_callback_error' })
    assert.deepEqual(faultsOf(refused, { refusedByProvider: 'now' }), [])
    const useless = json(502, { error: 'x', code: 'keycloak_error', reason: 'the person must consent again' })
    assert.deepEqual(faultsOf(useless, { refusedByProvider: 'before' }), [])
    assert.deepEqual(faultsOf({ ...refused, body: Buffer.alloc(0) }, { refusedByProvider: 'now' }), []) // to HEAD
  })
  test('reports an answer that the application did not send', () => {
    const faults = faultsOf({ status: 400, headers: [], body: Buffer.alloc(0), ms: 1 })
    assert.deepEqual(faults, ['an answer of the platform, not of ours, with status 400'])
  })
  test('reports a missing security header', () => {
    const faults = faultsOf({ status: 204, headers: [['x-request-id', 'r']], body: Buffer.alloc(0), ms: 1 })
    assert.deepEqual(faults, ['a security header is missing'])
  })
})
