/** The headers of every response, and which posts come from another site — Fetch Metadata Request Headers §2. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commonHeaders, type HttpState, headersOf, isForeign, originHeaders, pageHeaders, preflightHeaders } from './headers.ts'
import type { Route, WebTenant } from './route.ts'

const common = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'cross-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
}

test('every response has these headers, over https that of strict transport security too', () => {
  assert.deepEqual(commonHeaders(false), common)
  assert.deepEqual(commonHeaders(true), { ...common, 'strict-transport-security': 'max-age=63072000; includeSubDomains' })
})

test('a listener that shuts down says with each response that the connection closes', () => {
  const headers = (closing: boolean) => headersOf({ common: { a: 'b' }, closing } as unknown as HttpState, { id: 'an-id' })
  assert.deepEqual(headers(false), { a: 'b', 'x-request-id': 'an-id' })
  assert.deepEqual(headers(true), { a: 'b', 'x-request-id': 'an-id', connection: 'close' })
})

test('a page is stored by no cache, read by no other site, and has its own policy', () => {
  assert.deepEqual(pageHeaders('a policy'), {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': 'a policy',
    'referrer-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-store',
  })
})

const [ours, theirs] = ['https://id.example', 'https://evil.example']
const posts: [headers: Record<string, string>, foreign: boolean][] = [
  [{}, false],
  [{ origin: ours }, false],
  [{ origin: theirs }, true],
  [{ origin: 'null' }, true],
  [{ 'sec-fetch-site': 'same-origin' }, false],
  [{ 'sec-fetch-site': 'same-site' }, true],
  [{ 'sec-fetch-site': 'cross-site', origin: ours }, true],
  [{ 'sec-fetch-site': 'none' }, true],
  [{ 'sec-fetch-site': 'same-origin', origin: 'null' }, false],
]
for (const [headers, foreign] of posts)
  test(`a post with ${JSON.stringify(headers)} is ${foreign ? 'of another site' : 'ours'}`, () =>
    assert.equal(isForeign(headers, ours), foreign))

const server = { corsHeaders: { request: ['Authorization', 'DPoP'], response: ['DPoP-Nonce', 'WWW-Authenticate'] } }
const credentials = new Map([['x-api-key', 'any']])
/** A tenant whose clients have whatever origin asks. */
const tenant = {
  ctx: { server: { ...server, credentials }, store: { clients: { hasOrigin: async () => true } } },
} as unknown as WebTenant
const route = (cors: Route['cors']) => ({ cors, methods: ['GET', 'POST'] }) as unknown as Route

const origins: [cors: Route['cors'], origin: string | undefined, allowed: string | undefined][] = [
  ['any', undefined, '*'],
  ['any', theirs, '*'],
  ['clients', undefined, undefined],
  ['clients', ours, ours],
  ['clients', 'null', undefined],
  ['clients', `${ours}/`, undefined],
  ['clients', `https://${'x'.repeat(292)}`, `https://${'x'.repeat(292)}`],
  ['clients', `https://${'x'.repeat(293)}`, undefined],
]
for (const [cors, origin, allowed] of origins)
  test(`the origin ${String(origin).slice(0, 40)} may read what is for ${cors}: ${allowed !== undefined}`, async () => {
    const headers = await originHeaders(route(cors), tenant, origin)
    const exposed = cors === 'clients' ? { 'access-control-expose-headers': 'DPoP-Nonce, WWW-Authenticate' } : {}
    assert.deepEqual(headers, allowed === undefined ? undefined : { 'access-control-allow-origin': allowed, ...exposed })
  })

test('a preflight names the methods of the route and the headers that it reads', () => {
  const allowed = (cors: Route['cors']) => preflightHeaders(route(cors), tenant)
  const headers = 'Authorization, DPoP, x-api-key'
  const same = { 'access-control-allow-methods': 'GET, POST', 'access-control-max-age': '600' }
  assert.deepEqual(allowed('clients'), { ...same, 'access-control-allow-headers': headers })
  assert.deepEqual(allowed('any'), { ...same, 'access-control-allow-headers': `${headers}, *` })
})
