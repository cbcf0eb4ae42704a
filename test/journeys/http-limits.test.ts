/** What a connection may send, and how long it may take: answered in our own form where no route is reached — RFC 9110, RFC 9112. */
import assert from 'node:assert/strict'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { after, before, suite, test } from 'node:test'
import { type TestApp, testApp } from '../app.ts'
import { call, encode } from './application.ts'

/** Headers of every answer, and what they must be. */
const everywhere: Readonly<Record<string, RegExp>> = {
  'x-content-type-options': /^nosniff$/,
  'x-frame-options': /^DENY$/,
  'referrer-policy': /^(?:no-referrer|same-origin)$/,
  'cross-origin-opener-policy': /^same-origin$/,
  'cross-origin-resource-policy': /^(?:same-origin|cross-origin)$/,
  'permissions-policy': /^camera=\(\), microphone=\(\), geolocation=\(\)$/,
  'content-security-policy': /^default-src 'none'; .*frame-ancestors 'none'/,
  'x-request-id': /^[\w-]{22}$/,
}

suite('the parser of HTTP', () => {
  let gatehouse: TestApp
  let port: number
  let patient: TestApp // waits longer for a request than the tests do
  before(async () => {
    gatehouse = await testApp('sqlite', { LIMITS_REQUEST_SECONDS: '1', LOG_LEVEL: 'info' })
    port = Number(new URL(gatehouse.issuer).port)
    patient = await testApp('sqlite', { LIMITS_REQUEST_SECONDS: '60' })
    await gatehouse.addClient({ client_id: 'machine', grant_types: ['client_credentials'] }, 'secret')
  })
  after(() => Promise.all([gatehouse.close(), patient.close()]))

  async function open(): Promise<Socket> {
    const socket = connect(port, 'localhost')
    await once(socket, 'connect')
    return socket
  }

  /** Everything that is answered until the server closes the connection. */
  async function answered(socket: Socket): Promise<{ status: number; headers: Headers; body: string }> {
    const parts: Buffer[] = []
    socket.on('error', () => {}) // the server may reset what it does not read
    socket.on('data', (part) => parts.push(Buffer.from(part)))
    if (!socket.closed) await once(socket, 'close')
    const [head = '', body = ''] = Buffer.concat(parts).toString().split('\r\n\r\n', 2)
    const [first = '', ...lines] = head.split('\r\n')
    return { status: Number(first.split(' ')[1]), headers: new Headers(lines.map((line) => line.split(': ', 2) as [string, string])), body }
  }
  const sent = async (text: string) => {
    const socket = await open()
    socket.write(text)
    return answered(socket)
  }

  const malformed = 'the request is not well-formed HTTP'
  const tooLarge = 'the headers are larger than this server accepts; delete cookies of this site'
  const notAProxy = 'this server is not a proxy; do not send CONNECT'
  const refusals: [name: string, request: string, status: number, error: string, description: string][] = [
    ['a line that is not a request', 'nonsense\r\n\r\n', 400, 'invalid_request', malformed],
    ['a header with a NUL', 'GET / HTTP/1.1\r\nhost: x\r\na: \0\r\n\r\n', 400, 'invalid_request', malformed],
    ['no host', 'GET /version HTTP/1.1\r\n\r\n', 400, 'invalid_request', malformed],
    ['two hosts', 'GET /version HTTP/1.1\r\nhost: x\r\nHost: x\r\n\r\n', 400, 'invalid_request', malformed],
    ['a host that is none', 'GET /version HTTP/1.1\r\nhost: x/y\r\n\r\n', 400, 'invalid_request', malformed],
    [
      'a transfer coding other than chunked',
      'POST /token HTTP/1.1\r\nhost: x\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
      400,
      'invalid_request',
      malformed,
    ],
    [
      'two lengths',
      'POST /token HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\na',
      400,
      'invalid_request',
      malformed,
    ],
    ['CONNECT', 'CONNECT example.com:443 HTTP/1.1\r\nhost: x\r\n\r\n', 405, 'method_not_allowed', notAProxy],
    ['large headers', `GET / HTTP/1.1\r\nhost: x\r\ncookie: ${'x'.repeat(40_000)}\r\n\r\n`, 431, 'headers_too_large', tooLarge],
    ['a long address', `GET /${'x'.repeat(40_000)} HTTP/1.1\r\nhost: x\r\n\r\n`, 431, 'headers_too_large', tooLarge],
  ]
  for (const [name, request, status, error, description] of refusals) {
    test(`point 16: ${name} is answered in our form, with our headers, and the connection is closed`, async () => {
      const answer = await sent(request)
      assert.equal(answer.status, status)
      assert.deepEqual(JSON.parse(answer.body), { error, error_description: description })
      assert.equal(answer.headers.get('connection'), 'close')
      assert.equal(answer.headers.get('cache-control'), 'no-store')
      for (const [header, value] of Object.entries(everywhere)) assert.match(answer.headers.get(header) ?? 'absent', value, header)
    })
  }

  test('point 16: the answer to HEAD has no content, even if its headers are too large', async () => {
    const { status, headers, body } = await sent(`HEAD /${'x'.repeat(40_000)} HTTP/1.1\r\nhost: x\r\n\r\n`)
    assert.deepEqual([status, body], [431, ''])
    assert.match(headers.get('content-length') ?? '', /^[1-9]/)
  })

  test('point 16: a browser gets a page about its large headers', async () => {
    const { status, headers, body } = await sent(
      `GET / HTTP/1.1\r\nhost: x\r\naccept: text/html,*/*\r\ncookie: ${'x'.repeat(40_000)}\r\n\r\n`,
    )
    assert.deepEqual([status, headers.get('content-type')], [431, 'text/html; charset=utf-8'])
    assert.match(body, /id="error-description"/)
    assert.match(headers.get('content-security-policy') ?? '', /^default-src 'none'/)
  })

  test('point 16: a body that is too large closes the connection, whose rest is not read', async () => {
    const { status, headers, body } = await sent(
      'POST /token HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 1000000\r\n\r\na=b',
    )
    assert.deepEqual([status, headers.get('connection'), JSON.parse(body).error], [413, 'close', 'content_too_large'])
  })

  const form = 'POST /token HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\n'
  const tooMuch: [name: string, head: string, status: number, leaves: boolean][] = [
    ['an address and can read the answer', 'GET /', 431, true],
    ['an address and is cut off in the end', 'GET /', 431, false],
    ['a body and can read the answer', `${form}content-length: 9000000\r\n\r\n`, 413, true],
    ['a body and is cut off in the end', `${form}content-length: 9000000\r\n\r\n`, 413, false],
    ['a whole body and can read the answer', `${form}content-length: 5000000\r\n\r\n`, 413, true],
    ['chunks and can read the answer', `${form}transfer-encoding: chunked\r\n\r\nffffff\r\n`, 413, true],
  ]
  for (const [name, head, status, leaves] of tooMuch)
    test(`a client that is refused still sends ${name}`, { timeout: 20_000 }, async () => {
      const socket = connect({ port: Number(new URL(patient.issuer).port), host: 'localhost', allowHalfOpen: true })
      let [text, reset] = ['', false]
      socket.on('error', () => {
        reset = true
      })
      socket.on('data', (part) => {
        text += part
      })
      const [answer, close] = ['end', 'close'].map((event) => new Promise<void>((resolve) => socket.once(event, resolve)))
      socket.write(head + 'x'.repeat(5_000_000))
      await Promise.race([answer, close])
      const more = leaves ? undefined : setInterval(() => socket.write('x'), 100)
      if (leaves) socket.end()
      await close
      clearInterval(more)
      assert.match(text, new RegExp(`^HTTP/1.1 ${status} `))
      assert.equal(reset, !leaves)
    })

  const token = `${form}authorization: Basic ${btoa('machine:secret')}\r\ncontent-length: 29\r\n`
  const grant = 'grant_type=client_credentials'
  const nothing = 'POST /nothing HTTP/1.1\r\nhost: x\r\n'
  const inTurn: [name: string, request: string, statuses: number[], more?: string][] = [
    ['what follows a request cannot be read', `${token}\r\n${grant}nonsense\r\n\r\n`, [200, 400]],
    ['what follows two requests cannot be read', `${token}\r\n${grant}${token}\r\n${grant}nonsense\r\n\r\n`, [200, 200, 400]],
    ['something follows the last request', `${token}connection: close\r\n\r\n${grant}GET / HTTP/1.1\r\n\r\n`, [200]],
    ['the headers after a request are too large', `${token}\r\n${grant}GET /${'x'.repeat(40_000)} HTTP/1.1\r\n\r\n`, [200, 431]],
    [
      'the body after a request is too large',
      `${token}\r\n${grant}${form}transfer-encoding: chunked\r\n\r\n15f90\r\n${'x'.repeat(90_000)}\r\n0\r\n\r\n`,
      [200, 413],
    ],
    ['the rest of a refused body cannot be read', `${nothing}transfer-encoding: chunked\r\n\r\n`, [404], 'nonsense'],
    ['the rest of a refused body never comes', `${nothing}content-length: 9\r\n\r\n`, [404]],
  ]
  for (const [name, request, statuses, more] of inTurn)
    test(`each request has one answer, in its turn, when ${name}`, { timeout: 20_000 }, async () => {
      const socket = await open()
      let text = ''
      socket.on('error', () => {}) // the server may reset what it does not read
      socket.on('data', (part) => {
        text += part
      })
      socket.write(request)
      if (more) socket.once('data', () => socket.write(more))
      await once(socket, 'close')
      assert.deepEqual(
        [...text.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => Number(status)),
        statuses,
      )
    })

  test('what follows a malformed request is not carried out, since nobody would learn what came of it', async () => {
    const request = 'GET /version HTTP/1.1\r\nhost: x\r\nhost: x\r\n\r\n'
    assert.equal((await sent(`${request}${token.replace('/token', '/revoke')}\r\n${grant}`)).status, 400)
    assert.equal((await sent(`${token}connection: close\r\n\r\n${grant}`)).status, 200)
    assert.ok(!gatehouse.logged().includes('"route":"/revoke"'))
  })

  test('the address of a client that has gone is known all the same', async () => {
    const begins = 'http.server.request.start'
    const onBegin = (begun: unknown) => queueMicrotask(() => (begun as { socket: Socket }).socket.destroy())
    subscribe(begins, onBegin)
    await sent(`${form.replace('/token', '/introspect')}content-length: 0\r\n\r\n`)
    unsubscribe(begins, onBegin)
    assert.equal((await sent(`${token}connection: close\r\n\r\n${grant}`)).status, 200)
    assert.match(gatehouse.logged(), /"route":"\/introspect".*"ip":"(?:127\.0\.0\.1|::1)"/)
  })

  const second: [name: string, header: string, description: string][] = [
    [
      'credentials',
      `authorization: Basic ${btoa('other:secret')}`,
      'the Authorization header is not Basic base64(client_id:client_secret)',
    ],
    ['media types', 'content-type: application/json', 'send the parameters as application/x-www-form-urlencoded'],
  ]
  for (const [name, header, description] of second)
    test(`of two ${name} neither counts`, async () => {
      const { body } = await sent(`${token}${header}\r\nconnection: close\r\n\r\n${grant}`)
      assert.equal(JSON.parse(body).error_description, description)
    })

  test('every address of localhost is served', async () => {
    for (const { address, family } of await lookup('localhost', { all: true })) {
      const { status } = await fetch(`http://${family === 6 ? `[${address}]` : address}:${port}/healthz`)
      assert.equal(status, 200, address)
    }
  })

  test('what comes with a GET is not read', async () => {
    const type = 'content-type: text/plain\r\ncontent-length: 1\r\n'
    assert.equal((await sent(`GET /version HTTP/1.1\r\nhost: x\r\n${type}connection: close\r\n\r\na`)).status, 200)
  })

  test('a connection is kept longer than the usual proxies keep theirs', async () => {
    const { headers } = await call(`${gatehouse.issuer}/version`)
    assert.equal(headers.get('keep-alive'), 'timeout=72')
  })

  test('an expectation that nobody knows is ignored', async () => {
    const { status, headers } = await sent('GET /version HTTP/1.1\r\nhost: x\r\nexpect: a miracle\r\nconnection: close\r\n\r\n')
    assert.deepEqual([status, headers.get('x-content-type-options')], [200, 'nosniff'])
  })

  const slow: [name: string, begin: string][] = [
    ['nothing', ''],
    ['half its headers', 'GET /version HTTP/1.1\r\nhost: x\r\n'],
    ['half its body', 'POST /token HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 9\r\n\r\na=b'],
  ]
  for (const [name, begin] of slow) {
    test(`point 18: a client that sends ${name} is answered and cut off at the configured time`, { timeout: 20_000 }, async () => {
      const { status, headers, body } = await sent(begin)
      assert.deepEqual([status, headers.get('connection')], [408, 'close'])
      assert.deepEqual(JSON.parse(body), { error: 'request_timeout', error_description: 'the request was not complete in time' })
    })
  }

  test('point 18: a client that reads none of its answers is cut off after the same time', { timeout: 20_000 }, async () => {
    const [begins, { promise: connection, resolve }] = ['http.server.request.start', Promise.withResolvers<Socket>()]
    const onBegin = (begun: unknown) => resolve((begun as { socket: Socket }).socket)
    subscribe(begins, onBegin)
    const socket = await open()
    socket.pause().write('GET /.well-known/openid-configuration HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(5000))
    await once(await connection, 'close')
    unsubscribe(begins, onBegin)
    socket.destroy()
  })
})

suite('what is issued', () => {
  let gatehouse: TestApp
  before(async () => {
    gatehouse = await testApp('sqlite')
  })
  after(() => gatehouse.close())

  test('point 16: the longest access token passes the limit for headers, and a longer one is not issued', async () => {
    const scope = (length: number) => Array.from({ length }, (_, i) => `scope-number-${i}`).join(' ')
    const machine = { grant_types: ['client_credentials'], access_token_claims: { fixed: 'x'.repeat(4000) } }
    await gatehouse.addClient({ ...machine, client_id: 'large', scope: scope(265) }, 'secret')
    await gatehouse.addClient({ ...machine, client_id: 'larger', scope: scope(300) }, 'secret')
    const basic = (id: string) => ({ authorization: `Basic ${btoa(`${id}:secret`)}` })
    const post = (path: string, id: string, fields: Record<string, string>) =>
      call(gatehouse.issuer + path, { body: encode(fields), headers: basic(id) })
    const { access_token: token } = (await post('/token', 'large', { grant_type: 'client_credentials' })).body
    assert.ok(token.length > 11_500, String(token.length))
    const told = await call(`${gatehouse.issuer}/userinfo`, { headers: { authorization: `Bearer ${token}` } })
    assert.notEqual(told.status, 431)
    assert.equal((await post('/introspect', 'large', { token })).body.active, true)
    const { status, body } = await post('/token', 'larger', { grant_type: 'client_credentials' })
    assert.deepEqual(
      [status, body.error, body.error_description],
      [400, 'invalid_scope', 'the token would be longer than 12288 characters; ask for fewer scopes or resources'],
    )
  })
})
