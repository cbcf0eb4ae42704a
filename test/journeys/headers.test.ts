/** Which headers every kind of answer has: routes by headers. Each header that is removed fails a row — OWASP ASVS 3.4. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type TestApp, testApp } from '../app.ts'
import { ownOperations } from '../fuzz/operations.ts'
import { callback, challenge, encode } from './application.ts'

const origin = 'https://app.example'

type Expected = Readonly<Record<string, RegExp>>

const always: Expected = {
  'x-content-type-options': /^nosniff$/,
  'x-frame-options': /^DENY$/,
  'cross-origin-opener-policy': /^same-origin$/,
  'permissions-policy': /^camera=\(\), microphone=\(\), geolocation=\(\)$/,
  'x-request-id': /^[\w-]{22}$/,
}
const data: Expected = {
  ...always,
  'content-security-policy': /^default-src 'none'; frame-ancestors 'none'$/,
  'referrer-policy': /^no-referrer$/,
  'cross-origin-resource-policy': /^cross-origin$/,
}
const uncached: Expected = { ...data, 'cache-control': /^no-store$/ }
/** Pages learn the origin of their own forms, and nothing of them is for another site. */
const page: Expected = {
  ...always,
  'content-security-policy': /^default-src 'none'; .*frame-ancestors 'none'/,
  'referrer-policy': /^same-origin$/,
  'cross-origin-resource-policy': /^same-origin$/,
  'cache-control': /^no-store$/,
  'content-type': /^text\/html; charset=utf-8$/,
}
/** Of endpoints that scripts of clients read. A cache must not answer one origin with the response to another. */
const ofOrigin: Expected = { vary: /^Origin$/ }
const shared: Expected = { 'access-control-allow-origin': /^\*$/ }

const form = { 'content-type': 'application/x-www-form-urlencoded' }
const json = { 'content-type': 'application/json' }
const html = { accept: 'text/html' }
const query = encode({
  client_id: 'app',
  redirect_uri: callback,
  response_type: 'code',
  scope: 'openid',
  code_challenge: challenge,
  code_challenge_method: 'S256',
})

interface Ask {
  method?: string
  headers?: Record<string, string>
  body?: string
}
const routes: [path: string, ask: Ask, status: number, expected: Expected][] = [
  [`/authorize?${query}`, { headers: html }, 303, uncached],
  ['/authorize?client_id=unknown', { headers: html }, 400, page],
  ['/authorize/continue?flow=x', { headers: html }, 400, page],
  ['/authorize/sign-in', { method: 'POST', headers: form, body: 'flow=x' }, 400, page],
  ['/forgot-password', { headers: html }, 200, page],
  ['/account', { headers: html }, 303, uncached],
  ['/logout', { headers: html }, 200, page],
  ['/docs', { headers: html }, 200, page],
  ['/openapi.json', {}, 200, { ...data, ...shared }],
  ['/.well-known/openid-configuration', {}, 200, { ...data, ...shared }],
  ['/.well-known/oauth-authorization-server', {}, 200, { ...data, ...shared }],
  ['/.well-known/jwks.json', {}, 200, { ...data, ...shared }],
  ['/api/v1/auth/jwks', {}, 200, { ...data, ...shared }],
  ['/token', { method: 'POST', headers: form, body: 'grant_type=client_credentials' }, 401, { ...uncached, ...ofOrigin }],
  ['/token', { method: 'POST', headers: { ...form, origin }, body: 'grant_type=x' }, 400, { ...uncached, ...ofOrigin }],
  ['/revoke', { method: 'POST', headers: form, body: 'token=x' }, 200, { ...uncached, ...ofOrigin }],
  ['/userinfo', {}, 401, { ...uncached, ...ofOrigin }],
  ['/userinfo', { headers: { origin } }, 401, { ...uncached, ...ofOrigin, 'access-control-allow-origin': /^https:\/\/app\.example$/ }],
  ['/userinfo', { method: 'OPTIONS', headers: { origin } }, 204, { ...data, ...ofOrigin, 'access-control-allow-methods': /GET/ }],
  ['/userinfo', { method: 'OPTIONS', headers: { origin: 'https://evil.example' } }, 204, { ...data, ...ofOrigin }],
  ['/introspect', { method: 'POST', headers: form, body: 'token=x' }, 401, uncached],
  ['/api/v1/auth/login', { method: 'POST', headers: json, body: '{}' }, 422, uncached],
  ['/api/v1/auth/login', { method: 'POST', headers: json, body: '{' }, 400, uncached],
  ['/api/v1/auth/login', { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'x' }, 415, uncached],
  ['/api/v1/auth/login', { method: 'POST', headers: { 'content-type': 'text/html' } }, 415, uncached],
  ['/api/v1/auth/login', { method: 'POST', headers: form, body: 'x=y' }, 415, uncached],
  ['/api/v1/admin/users', {}, 401, uncached],
  ['/methodz', {}, 200, uncached],
  ['/healthz', {}, 200, uncached],
  ['/readyz', {}, 200, uncached],
  ['/version', {}, 200, uncached],
  ['/favicon.ico', {}, 200, { ...data, 'cache-control': /^public, max-age=86400$/, 'content-type': /^image\/svg\+xml$/ }],
  ['/nothing', {}, 404, uncached],
  ['/nothing', { headers: html }, 404, page],
  ['/%zz', {}, 404, uncached],
  ['/t/unknown/token', { method: 'POST', headers: form, body: 'a=b' }, 404, uncached],
  ['/token', {}, 405, { ...uncached, allow: /^POST$/ }],
  ['/token', { method: 'POST', headers: form, body: `a=${'x'.repeat(70_000)}` }, 413, { ...uncached, connection: /^close$/ }],
  ['/token', { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'x' }, 400, uncached],
]

suite('headers', () => {
  let gatehouse: TestApp
  before(async () => {
    gatehouse = await testApp('sqlite')
    await gatehouse.addClient({ client_id: 'app', redirect_uris: [callback] }, 'secret')
  })
  after(() => gatehouse.close())

  for (const [path, ask, status, expected] of routes) {
    const { method = 'GET', headers = {}, body } = ask
    test(`${method} ${path.slice(0, 60)} ${Object.values(headers).join(' ')} is ${status}`, async () => {
      const answer = await fetch(gatehouse.issuer + path, { method, headers, redirect: 'manual', ...(body === undefined ? {} : { body }) })
      const { byteLength } = await answer.arrayBuffer()
      assert.equal(answer.status, status)
      assert.equal(answer.headers.get('content-length'), status === 204 ? null : String(byteLength)) // RFC 9110 §8.6
      for (const [name, value] of Object.entries(expected)) assert.match(answer.headers.get(name) ?? 'absent', value, name)
    })
  }

  test('every operation of the JSON APIs has them, whatever its outcome', async () => {
    const description = (await (await fetch(`${gatehouse.issuer}/openapi.json`)).json()) as {
      paths: Record<string, Record<string, { responses: Record<string, object> }>>
    }
    for (const [path, operations] of Object.entries(description.paths)) {
      for (const [method] of ownOperations(operations)) {
        const answer = await fetch(gatehouse.issuer + path.replace(/\{\w+\}/g, 'x'), { method: method.toUpperCase() })
        await answer.arrayBuffer()
        for (const [name, value] of Object.entries(uncached))
          assert.match(answer.headers.get(name) ?? 'absent', value, `${method} ${path} ${name}`)
      }
    }
  })
})
