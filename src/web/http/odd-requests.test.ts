/** What becomes of a connection on which something arrives that is not HTTP, in each state it can be in — RFC 9112 §9.3.2. */
import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { commonHeaders, type HttpState } from './headers.ts'
import type { HttpRequest } from './http-request.ts'
import { answerUnreadable, oddRequests, refuseTunnel } from './odd-requests.ts'
import { createRouter } from './router.ts'

const deps = { id: () => 'PnP2aBcDeFgHiJkLmNoPqR', issuer: 'https://id.example', now: () => 0, help: false }
const state = { deps, base: '', common: commonHeaders(true), closing: false } as unknown as HttpState

interface Response extends EventEmitter {
  headersSent: boolean
  req: { complete: boolean }
}

/** A connection as far as it is used. */
class Connection extends EventEmitter {
  writable = true
  writableEnded = false
  destroyed = false
  readonly texts: string[] = []
  _httpMessage: Response | null = null
  parser: { incoming: { complete: boolean } | null } | null = { incoming: null }

  end(text: string, written?: () => void) {
    this.writableEnded = true
    this.texts.push(text)
    if (written) this.once('written', written)
  }
  destroy() {
    this.destroyed = true
  }
}

const responseTo = (request: { complete: boolean }, headersSent: boolean): Response =>
  Object.assign(new EventEmitter(), { headersSent, req: request })
const errorOf = (code: string, head = '') => Object.assign(new Error(), { code, rawPacket: Buffer.from(head) })
const malformed = 'HPE_INVALID_METHOD'

function outcome(connection: Connection): string {
  connection.emit('close') // it waits for the rest no longer
  if (connection.destroyed) return 'destroyed'
  return connection.texts.map((text) => text.split('\r\n', 1)[0]).join() || 'left alone'
}

const refused = 'HTTP/1.1 400 Bad Request'
const cases: [name: string, code: string, connection: Partial<Connection>, outcome: string][] = [
  ['nothing has arrived before', malformed, {}, refused],
  ['the headers are too large', 'HPE_HEADER_OVERFLOW', {}, 'HTTP/1.1 431 Request Header Fields Too Large'],
  ['the request is late', 'ERR_HTTP_REQUEST_TIMEOUT', {}, 'HTTP/1.1 408 Request Timeout'],
  ['it was answered', malformed, { writableEnded: true }, 'left alone'],
  ['it was answered and is reset', 'ECONNRESET', { writableEnded: true }, 'destroyed'],
  ['it is reset', 'ECONNRESET', {}, 'destroyed'],
  ['it takes no more', malformed, { writable: false }, 'destroyed'],
  [
    'it takes no more, and a request waits',
    malformed,
    { writable: false, _httpMessage: responseTo({ complete: true }, false) },
    'destroyed',
  ],
  ['the rest of an answered request arrives', malformed, { _httpMessage: responseTo({ complete: false }, true) }, 'destroyed'],
  ['the rest of a request arrives', malformed, { _httpMessage: responseTo({ complete: false }, false) }, refused],
  ['the rest of a request arrives whose answer is written', malformed, { parser: { incoming: { complete: false } } }, 'destroyed'],
  ['an earlier request is answered', malformed, { parser: { incoming: { complete: true } } }, refused],
  ['there is no parser', malformed, { parser: null }, refused],
  ['an earlier request waits for its answer', malformed, { _httpMessage: responseTo({ complete: true }, false) }, 'left alone'],
]
for (const [name, code, connection, expected] of cases)
  test(`what cannot be read: ${name}`, () => {
    const connected = Object.assign(new Connection(), connection)
    answerUnreadable(state, errorOf(code), connected)
    assert.equal(outcome(connected), expected)
  })

test('it is answered once, after the requests before it, however much of it arrives', () => {
  const connection = new Connection()
  const [first, second] = [responseTo({ complete: true }, true), responseTo({ complete: true }, false)]
  connection._httpMessage = first
  for (let n = 0; n < 20; n++) answerUnreadable(state, errorOf(malformed), connection)
  assert.equal(first.listenerCount('finish'), 1)
  connection._httpMessage = second
  first.emit('finish')
  assert.deepEqual([connection.texts, second.listenerCount('finish')], [[], 1])
  connection._httpMessage = null
  second.emit('finish')
  assert.equal(outcome(connection), refused)
})

test('the answer is of the kind that the request asks for, and to HEAD has no content', () => {
  const answers = ['GET / HTTP/1.1\r\n', 'HEAD / HTTP/1.1\r\n', 'GET / HTTP/1.1\r\nAccept: text/html\r\n'].map((head) => {
    const connection = new Connection()
    answerUnreadable(state, errorOf('HPE_HEADER_OVERFLOW', head), connection)
    connection.emit('close')
    const [text = '', content = ''] = (connection.texts[0] ?? '').split('\r\n\r\n')
    assert.match(text, /^connection: close$/m)
    if (content !== '') assert.match(text, new RegExp(`^content-length: ${Buffer.byteLength(content)}$`, 'm'))
    return [/content-type: ([\w/]+)/.exec(text)?.[1], content.slice(0, 9)]
  })
  assert.deepEqual(answers, [
    ['application/json', '{"error":'],
    ['application/json', ''],
    ['text/html', '<!doctype'],
  ])
})

for (const begun of [false, true])
  test(`a fault of this server is logged, and ${begun ? 'ends a response that has begun' : 'answered'}`, async (t) => {
    const logged: object[] = []
    const log = { error: (what: object, text: string) => logged.push({ ...what, text }) }
    const odd = oddRequests({ ...state, deps: { ...deps, log } } as unknown as HttpState, createRouter(''))
    const fault = new Error('a fault')
    const server = createServer((raw, to) => {
      if (begun) to.write('beginning')
      odd.fail({ id: 'an-id', method: 'GET', headers: raw.headers } as HttpRequest, to, fault)
    })
    t.after(() => server.close())
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const answer = fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`).then(async (one) => [one.status, await one.json()])
    if (begun) await assert.rejects(answer)
    else
      assert.deepEqual(await answer, [
        500,
        {
          error: 'server_error',
          error_description: 'something went wrong on our side; the x-request-id of this response identifies the cause in the log',
        },
      ])
    assert.deepEqual(logged, [{ id: 'an-id', method: 'GET', err: fault, text: 'failed' }])
  })

test('CONNECT is answered, and its connection closed, unless an earlier request waits', () => {
  const [idle, busy, broken] = [new Connection(), new Connection(), new Connection()]
  busy._httpMessage = responseTo({ complete: true }, false)
  for (const connection of [idle, busy, broken])
    refuseTunnel(state, { headers: {} }, connection as unknown as Parameters<typeof refuseTunnel>[2])
  assert.deepEqual([busy.texts, busy.destroyed], [[], true])
  const [text = ''] = idle.texts
  assert.match(text, /^HTTP\/1\.1 405 Method Not Allowed\r\n(?:.+\r\n)*allow: \r\n(?:.+\r\n)*\r\n\{/)
  assert.equal(idle.destroyed, false)
  idle.emit('written')
  broken.emit('error', new Error('reset'))
  assert.deepEqual([idle.destroyed, broken.destroyed], [true, true])
})
