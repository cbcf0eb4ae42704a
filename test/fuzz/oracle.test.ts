/** The judge of the fuzzer: it lets a good answer pass, and each bad one is told. */
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
  'a refusal in our form': json(400, { error: 'invalid_request' }),
  'a problem document': answer(404, '{"code":"not_found"}', [['content-type', 'application/problem+json']]),
  'a server that is busy, and says for how long': json(503, { error: 'temporarily_unavailable' }, [['retry-after', '5']]),
  'a page with escaped markup': html('<p title="&quot;xfuzz=&quot;">&lt;xfuzz&gt;</p><img src="data:image/png;base64,AA">'),
  'a redirect to a client': answer(303, '', [['location', 'https://app.example/callback?code=x']]),
  'nothing at all': answer(204),
}

const bad: readonly (readonly [fault: string, answer: Answer, expected?: Expectation])[] = [
  ['status 500', json(500, { error: 'server_error' })],
  ['status 503', json(503, { error: 'x' })],
  ['status 503', json(503, { error: 'x' }, [['retry-after', '3600']])],
  ['took more than 5 s', answer(204, '', [], 5001)],
  ['a credential that opens nothing was accepted', json(200, {}), { refused: true }],
  ['a token that was never issued is active', json(200, { active: true }), { inactive: true }],
  ['a header was injected', answer(204, '', [['X-Fuzz', '1']])],
  ['a header has a character that belongs in none', answer(204, '', [['etag', '\u00e9']])],
  [
    'two location headers',
    answer(303, '', [
      ['location', '/a'],
      ['Location', '/b'],
    ]),
  ],
  ['sends the browser to an address that is registered nowhere', answer(303, '', [['location', `https://${foreignHost}/`]])],
  ['sends the browser to an address that is registered nowhere', answer(303, '', [['location', 'javascript:xfuzz()']])],
  ['markup that was sent stands in a page', html('<p><xfuzz></p>')],
  ['markup that was sent stands in a page', html('<p title=""xfuzz="">')],
  ['a link runs a script', html('<a href=" javascript:xfuzz()">x</a>')],
  ['not the JSON it says it is', answer(200, '{', [['content-type', 'application/json']])],
  ['a refusal that has not our form', json(400, { statusCode: 400 })],
  ['a refusal of type text/plain', answer(400, 'no', [['content-type', 'text/plain']])],
  ['a change was accepted and not made: name', json(200, { name: 'old' }), { changes: { name: 'a\0', other: 'x' } }],
  ['an id was given that no path can name', json(201, { id: '..', name: 'x' })],
  ['hostile characters were kept: name', json(200, { name: 'a\u0000b' })],
  ['hostile characters were kept: name', json(200, { items: [{ name: '\u202egnp.exe' }] })],
  ['hostile characters were kept: name', answer(200, '{"name":"\\ud83d"}', [['content-type', 'application/json']])],
  ['hostile characters were kept: a name in the answer', json(200, { '\u001b[2J': 1 })],
]

suite('an answer is judged', () => {
  for (const [name, one] of Object.entries(good)) test(`${name} is good`, () => assert.deepEqual(faultsOf(one), []))
  for (const [fault, one, expected] of bad) test(fault, () => assert.deepEqual(faultsOf(one, expected), [fault]))

  test('one that the platform sends in our place is not ours', () => {
    const faults = faultsOf({ status: 400, headers: [], body: Buffer.alloc(0), ms: 1 })
    assert.deepEqual(faults, ['an answer that is not ours, of status 400'])
  })
  test('one that lacks what all have is told', () => {
    const faults = faultsOf({ status: 204, headers: [['x-request-id', 'r']], body: Buffer.alloc(0), ms: 1 })
    assert.deepEqual(faults, ['it lacks one of x-content-type-options and content-security-policy'])
  })
})
