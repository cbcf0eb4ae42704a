/** Which tenant and which rest of a path a URL names, and which route serves it. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createRouter, type Handler, issuerPaths } from './router.ts'

const cases: [base: string, url: string, slug: string, rest: string | undefined][] = [
  ['', '/', '', '/'],
  ['', '/token', '', '/token'],
  ['', '/authorize?client_id=a/t/b', '', '/authorize?client_id=a/t/b'],
  ['', '/t/acme', 'acme', '/'],
  ['', '/t/acme/', 'acme', '/'],
  ['', '/t/acme?x=1', 'acme', '/?x=1'],
  ['', '/t/acme/token', 'acme', '/token'],
  ['', '/t/ac%6De/token', 'acme', '/token'],
  ['', '/t/%2E%2E/token', '..', '/token'],
  ['', '/t/ac%ZZ/token', '', undefined],
  ['', '/t//token', '', '/t//token'],
  ['', `/t/${'a'.repeat(1000)}/token`, 'a'.repeat(1000), '/token'],
  ['', `/t/${'a'.repeat(1001)}/token`, '', `/t/${'a'.repeat(1001)}/token`],
  ['', '/t/a/t/b/token', 'a', '/t/b/token'],
  ['', '/.well-known/openid-configuration', '', '/.well-known/openid-configuration'],
  ['', '/.well-known/openid-configuration/t/acme', 'acme', '/.well-known/openid-configuration'],
  ['', '/t/acme/.well-known/openid-configuration?x', 'acme', '/.well-known/openid-configuration?x'],
  ['', '/.well-known/openid-configuration/t/acme/x', '', '/.well-known/openid-configuration/t/acme/x'],
  ['/auth', '/auth', '', '/'],
  ['/auth', '/auth/token', '', '/token'],
  ['/auth', '/authority/token', '', undefined],
  ['/auth', '/token', '', undefined],
  ['/auth', '/auth/t/acme/token', 'acme', '/token'],
  ['/auth', '/.well-known/openid-configuration/auth/t/acme', 'acme', '/.well-known/openid-configuration'],
  ['/auth', '/.well-known/openid-configuration/auth?x', '', '/.well-known/openid-configuration?x'],
  ['/auth', '/.well-known/openid-configuration', '', undefined],
  ['/a.b', '/axb/token', '', undefined],
  ['', 'http://a.example/t/acme/token', 'acme', '/token'],
  ['', 'https://a.example?x', '', '/?x'],
  ['', 'a.example:443', '', undefined],
  ['', '*', '', undefined],
  ['', '', '', '/'],
]

suite('the issuer in a URL', () => {
  for (const [base, url, slug, rest] of cases) {
    test(`${JSON.stringify(url).slice(0, 80)} below ${JSON.stringify(base)}`, () =>
      assert.deepEqual(issuerPaths(base)(url), { slug, rest }))
  }
})

suite('the route of a request', () => {
  const router = createRouter('/auth')
  const aHandler = (): Handler => ({ handle: async () => {} })
  const handlers = { read: aHandler(), change: aHandler(), create: aHandler(), health: aHandler() }
  router.on(['GET', 'DELETE'], '/things/:id', handlers.read)
  router.on(['PUT', 'PATCH'], '/things/:id', handlers.change)
  router.on(['POST'], '/things', handlers.create)
  router.onServer('/healthz', handlers.health.handle)

  const longest = 'x'.repeat(1000)
  const found: [method: string, url: string, name: string | undefined, slug: string, params: object][] = [
    ['GET', '/auth/things/7?id=8', 'read', '', { id: '7' }],
    ['HEAD', '/auth/things/7', 'read', '', { id: '7' }],
    ['DELETE', '/auth/things/7', 'read', '', { id: '7' }],
    ['PUT', '/auth/t/acme/things/7', 'change', 'acme', { id: '7' }],
    ['PATCH', '/auth/things/7', 'change', '', { id: '7' }],
    ['POST', '/auth/things', 'create', '', {}],
    ['POST', '/auth/t/acme/thin%67s?id=8', 'create', 'acme', {}],
    ['POST', '/auth/things#7', 'create', '', {}],
    ['POST', 'https://a.example/auth/things', 'create', '', {}],
    ['POST', '/auth/things/', undefined, '', {}],
    ['POST', '/auth/Things', undefined, '', {}],
    ['POST', '/auth%2Fthings', undefined, '', {}],
    ['POST', '/auth/thing%s', undefined, '', {}],
    ['GET', '/auth/things/%', undefined, '', {}],
    ['GET', '/auth/thin%67s/%37', 'read', '', { id: '7' }],
    ['GET', `/auth/things/${longest}`, 'read', '', { id: longest }],
    ['GET', `/auth/things/${longest}x`, undefined, '', {}],
    ['HEAD', '/auth/things', undefined, '', {}],
    ['GET', '/auth/things', undefined, '', {}],
    ['POST', '/things', undefined, '', {}],
    ['GET', '/healthz', 'health', '', {}],
    ['HEAD', '/healthz', 'health', '', {}],
    ['GET', '/health%7A?x', 'health', '', {}],
    ['GET', 'http://a.example/healthz', 'health', '', {}],
    ['POST', '/healthz', undefined, '', {}],
    ['GET', '/auth/healthz', undefined, '', {}],
  ]
  for (const [method, url, name, slug, params] of found)
    test(`${method} ${url.slice(0, 40)} is ${name ?? 'of none'}`, () => {
      const { handler, ...rest } = router.find(method, url)
      const [known] = Object.entries(handlers).find(([, { handle }]) => handle === handler?.handle) ?? []
      assert.deepEqual([known, rest.slug, Object.entries(rest.params)], [name, slug, Object.entries(params)])
    })

  test('there is one route for a method of a path', () => {
    assert.throws(() => router.on(['POST'], '/things', aHandler()), /two routes for POST \/things/)
  })

  test('the methods of a URL are those of its routes', () => {
    const methods = ['/auth/t/acme/things/7', '/auth/things', '/healthz', '/other'].map((url) => router.methodsAt(url))
    assert.deepEqual(methods, [['GET', 'PUT', 'PATCH', 'DELETE'], ['POST'], ['GET'], []])
  })
})
