/** Unusual and malformed HTTP: headers, methods, request targets, bodies and framing — RFC 9110, RFC 9112. */
import type { Headers, Request } from './http.ts'
import type { Random } from './random.ts'
import { withHeader } from './request.ts'
import { hostileText, longText, shortHostileText } from './text.ts'

/** Without the characters that would end a header line or make the request malformed. */
const latin1 = (text: string) => Buffer.from(text.replace(/[\r\n\0]/g, '')).toString('latin1')

/** Adds, replaces or duplicates one header. */
export function oddHeaders(random: Random, headers: Headers): Headers {
  const [name, value] = random.pick(headerTries(random))
  switch (random.below(4)) {
    case 0:
      return [...headers, [name, value]]
    case 1:
      return [[name, value], ...headers]
    default:
      return withHeader(headers, name, value)
  }
}

function headerTries(random: Random): readonly (readonly [string, string])[] {
  const hostile = latin1(shortHostileText(random))
  return [
    ...authorizations(random).map((value) => ['Authorization', value] as const),
    ...contentTypes.map((value) => ['Content-Type', value] as const),
    ...forwardings.map((value) => ['X-Forwarded-For', value] as const),
    ...cookies(random).map((value) => ['Cookie', value] as const),
    ['X-Forwarded-For', hostile],
    ['X-Forwarded-Host', 'evil.example'],
    ['X-Forwarded-Proto', random.pick(['https', 'javascript', hostile])],
    ['Forwarded', 'for="[::1]:x";host=evil.example;proto=https'],
    ['Host', random.pick(['evil.example', 'localhost:99999', '[::1', 'a b', 'localhost,evil.example', '', '%00', hostile])],
    ['X-API-Key', random.pick(['', 'x', hostile, 'gth_ak_x'])],
    ['Origin', random.pick(['null', 'https://app.example', 'https://evil.example', 'http://', hostile])],
    ['Sec-Fetch-Site', random.pick(['cross-site', 'none', 'same-site', '', hostile])],
    ['Accept', random.pick(['text/html', '*/*', '', 'application/token-introspection+jwt', ',;q=', `${'a/b,'.repeat(2000)}`, hostile])],
    ['Accept-Language', random.pick(['', '*', 'x-'.repeat(500), hostile])],
    ['User-Agent', random.pick(['', latin1('Mozilla/5.0 (\u009b31m) \u202e'), hostile, 'x'.repeat(4000)])],
    ['X-Request-Id', hostile],
    ['X-HTTP-Method-Override', 'DELETE'],
    ['Content-Encoding', random.pick(['gzip', 'br', 'identity', 'x'])],
    ['Expect', random.pick(['100-continue', 'x'])],
    ['Connection', random.pick(['close', 'upgrade', 'keep-alive, x', 'Content-Length'])],
    ['Upgrade', random.pick(['websocket', 'h2c'])],
    ['Range', 'bytes=0-0,-1'],
    ['If-None-Match', '*'],
    ['DPoP', random.pick(['x', '', hostile, 'eyJhbGciOiJub25lIn0.e30.'])],
    ['TE', 'trailers'],
    [random.pick(['__proto__', 'constructor', 'X-'.repeat(3000)]), 'x'],
    ['X-Large', 'x'.repeat(random.pick([8000, 17_000, 70_000]))],
  ]
}

function authorizations(random: Random): string[] {
  const encoded = (text: string) => Buffer.from(text, 'latin1').toString('base64')
  return [
    '',
    'Basic',
    'Basic ',
    'Basic !!!',
    'Basic %%%',
    `Basic ${encoded('nocolon')}`,
    `Basic ${encoded(':')}`,
    `Basic ${encoded('\0:\0')}`,
    `Basic ${encoded('\xff\xfe:\xc0\xaf')}`,
    `Basic ${encoded('%zz:%00')}`,
    `Basic ${encoded('__proto__:x')}`,
    `Basic ${encoded(`${'a'.repeat(5000)}:b`)}`,
    `Basic  ${encoded('a:b')}`,
    'Bearer',
    'Bearer ',
    'Bearer  x',
    'Bearer x y',
    'Bearer ..',
    'BEARER null',
    'DPoP x',
    'Negotiate AAAA',
    'Digest username="x"',
    latin1(`Bearer ${shortHostileText(random)}`),
    `Bearer ${'a'.repeat(15_000)}`,
  ]
}

const contentTypes = [
  '',
  'text/plain',
  'application/json',
  'application/json; charset=utf-16',
  'application/json;;;=',
  'APPLICATION/JSON ; x=y',
  'application/json, text/html',
  'application/jsonp',
  'application/x-www-form-urlencoded',
  'application/x-www-form-urlencoded; charset=iso-8859-1',
  'multipart/form-data; boundary=x',
  'multipart/form-data',
  '*/*',
  '__proto__',
  `application/${'j'.repeat(3000)}`,
]

const forwardings = [
  '',
  'unknown',
  '203.0.113.8:40000',
  '[2001:db8::1]:443',
  '2001:db8::1%eth0',
  '999.1.1.1',
  '::ffff:10.0.0.1',
  '0x7f.1',
  ', ,',
  '1.1.1.1, 127.0.0.1, ::1',
  `${'1.1.1.1, '.repeat(800)}x`,
  'a'.repeat(5000),
]

function cookies(random: Random): string[] {
  const session = 'gatehouse-session'
  return [
    '',
    ';;;=;=',
    `${session}=__proto__`,
    `${session}=${'a.'.repeat(280)}a`,
    `${session}=x; ${session}=y`,
    `${session}-acme=x; ${session}-=y; ${session}-..=z`,
    `gatehouse-browser=${'b'.repeat(7000)}`,
    `gatehouse-device=${latin1(shortHostileText(random))}`,
    Array.from({ length: 300 }, (_, n) => `${session}-t${n}=gth_xx_${n}`).join('; '),
    'x'.repeat(15_000),
    '__proto__=x; constructor=y',
  ]
}

/** An unusual spelling of a request target, or an invalid one. */
export function oddTarget(random: Random, target: string): string {
  const [path = '', query] = target.split(/\?(.*)/s)
  const more = query === undefined ? '' : `?${query}`
  const hostile = encodeURIComponent(shortHostileText(random).toWellFormed())
  return random.pick([
    `${path}/${more}`,
    `//${path}${more}`,
    `/.${path}${more}`,
    `${path}/..${more}`,
    `${path}%00${more}`,
    `${path}%2f..${more}`,
    `${path};x=y${more}`,
    `${path}%${more}`,
    `${path}%ff${more}`,
    `${path.toUpperCase()}${more}`,
    `/t/${hostile}${path}${more}`,
    `/t/..${path}${more}`,
    `/t/__proto__${path}${more}`,
    `/t/%2e${path}${more}`,
    `/t/${'a'.repeat(random.pick([64, 1001, 9000]))}${path}${more}`,
    `/t//${path}${more}`,
    `${path}/${hostile}${more}`,
    `${path}?${more}&&&=&=x&%&${hostile}`,
    `${path}${more}#fragment`,
    `${path}\xe9\xff${more}`,
    `http://evil.example${path}${more}`,
    `*`,
    `${path}?${'a=b&'.repeat(random.pick([500, 3000]))}`,
    `${path}?${'a'.repeat(random.pick([10_000, 20_000]))}`,
  ])
}

export function oddMethod(random: Random): string {
  return random.pick(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY', 'FOO', 'get', 'CONNECT'])
}

/** A body that is truncated, damaged, not UTF-8, or not of its declared type. */
export function oddBody(random: Random, { headers, body = Buffer.alloc(0) }: Request): Partial<Request> {
  const at = random.below(body.length + 1)
  const spliced = (bytes: readonly number[]) => Buffer.concat([body.subarray(0, at), Buffer.from(bytes), body.subarray(at)])
  return random.pick<() => Partial<Request>>([
    () => ({ body: body.subarray(0, at) }),
    () => ({ body: Buffer.alloc(0) }),
    () => ({ body: spliced([0xff, 0xfe]) }),
    () => ({ body: spliced([0xed, 0xa0, 0xbd]) }), // a lone surrogate encoded in UTF-8
    () => ({ body: spliced([0xc0, 0x80]) }), // an overlong encoding of NUL
    () => ({ body: spliced([0]) }),
    () => ({ body: Buffer.from(body.toString('latin1'), 'utf16le') }),
    () => ({ body: Buffer.from(longText(random).toWellFormed()) }),
    () => ({ body: Buffer.from(hostileText(random, body.toString()).toWellFormed()) }),
    () => ({ headers: withHeader(headers, 'Content-Type', random.pick(contentTypes)) }),
    () => ({ headers: headers.filter(([name]) => name !== 'Content-Type') }),
  ])()
}

/** Malformed or ambiguous requests. Each must get exactly one answer, after which the connection is closed. */
export function oddBytes(random: Random, target: string): Buffer {
  const end = 'Host: localhost\r\nConnection: close\r\n\r\n'
  const lines = random.pick([
    `GET ${target} HTTP/1.1\r\nConnection: close\r\n\r\n`,
    `GET ${target} HTTP/1.1\r\nHost: a\r\n${end}`,
    `GET ${target} HTTP/1.0\r\n\r\n`,
    `GET ${target} HTTP/3.0\r\n${end}`,
    `GET ${target}\r\n\r\n`,
    `GET  ${target} HTTP/1.1\r\n${end}`,
    `G\0T ${target} HTTP/1.1\r\n${end}`,
    `GET ${target} HTTP/1.1\r\nX: a\0b\r\n${end}`,
    `GET ${target} HTTP/1.1\r\nX : y\r\n${end}`,
    `GET ${target} HTTP/1.1\r\n folded: x\r\n${end}`,
    `GET ${target} HTTP/1.1\nHost: localhost\nConnection: close\n\n`,
    `GET ${target} HTTP/1.1\r\nno colon\r\n${end}`,
    `GET ${target} HTTP/1.1\r\n: empty\r\n${end}`,
    `POST ${target} HTTP/1.1\r\nContent-Length: -1\r\n${end}`,
    `POST ${target} HTTP/1.1\r\nContent-Length: x\r\n${end}`,
    `POST ${target} HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n${end}abcd`,
    `POST ${target} HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n${end}0\r\n\r\n`,
    `POST ${target} HTTP/1.1\r\nTransfer-Encoding: chunked\r\n${end}zz\r\nabc\r\n0\r\n\r\n`,
    `POST ${target} HTTP/1.1\r\nTransfer-Encoding: x, chunked\r\n${end}0\r\n\r\n`,
    `POST ${target} HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n${end}2\r\n{}\r\n0\r\n\r\n`,
    `POST ${target} HTTP/1.1\r\nContent-Length: 99999999999\r\n${end}`,
    `GET ${target} HTTP/1.1\r\n${'A: b\r\n'.repeat(3000)}${end}`,
    `GET ${target} HTTP/1.1\r\nX: ${'x'.repeat(40_000)}\r\n${end}`,
    `GET /${'a'.repeat(40_000)} HTTP/1.1\r\n${end}`,
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  ])
  return Buffer.from(lines, 'latin1')
}
