/** How the guard keeps what it knows of the issuer: cached, renewed, and never trusted beyond its time. */
import assert from 'node:assert/strict'
import { afterEach, beforeEach, suite, test } from 'node:test'
import { createGuard, type Guard, Refused } from '../src/index.ts'
import { jwt, type Key, makeKey, type TestIssuer, testIssuer } from './test-issuer.ts'

const audience = 'https://api.example'
let time = 1_800_000_000
const now = () => time

let issuer: TestIssuer
let key: Key
let guard: Guard
beforeEach(async () => {
  issuer = await testIssuer(audience, now)
  key = makeKey('ES256', 'first')
  issuer.keys = [key]
  guard = createGuard({ issuer: issuer.url, audience, now })
})
afterEach(() => issuer.close())

const token = (by: Key = key, over: Record<string, unknown> = {}) =>
  jwt({ typ: 'at+jwt', alg: by.alg, kid: by.kid }, issuer.claims({ exp: time + 100_000, ...over }), by.privateKey)
const call = (text: string, room = guard) =>
  room.check({ method: 'GET', url: '/', headers: { authorization: `Bearer ${text}` } }).then(
    () => 200,
    (error: unknown) => (error instanceof Refused ? error.status : assert.fail(String(error))),
  )
const reads = () => issuer.asked.get('/jwks') ?? 0

suite('keys', () => {
  test('are read once for many calls, even when all come at once', async () => {
    assert.deepEqual(await Promise.all(Array.from({ length: 20 }, () => call(token()))), Array(20).fill(200))
    assert.equal(reads(), 1)
  })

  test('are not read before the first call', () => assert.equal(issuer.asked.size, 0))

  test('are read again after five minutes: a key that was taken back is trusted no longer, not even for tokens seen before', async () => {
    const seen = token()
    assert.equal(await call(seen), 200)
    issuer.keys = [makeKey('ES256', 'second')]
    time += 299
    assert.equal(await call(seen), 200)
    time += 1
    assert.equal(await call(seen), 401)
    assert.equal(reads(), 2)
  })

  test('are read again for a new kid, but at most once in ten seconds', async () => {
    assert.equal(await call(token()), 200)
    time += 10
    const second = makeKey('RS256', 'second')
    issuer.keys.push(second)
    assert.equal(await call(token(second)), 200)
    assert.equal(reads(), 2)
    const strangers = Array.from({ length: 20 }, (_, n) => token(makeKey('ES256', `stranger ${n}`)))
    assert.deepEqual(await Promise.all(strangers.map((one) => call(one))), Array(20).fill(401))
    assert.equal(reads(), 2)
    time += 10
    assert.deepEqual(await Promise.all(strangers.map((one) => call(one))), Array(20).fill(401))
    assert.equal(reads(), 3)
  })

  test('serve while the issuer is away, for an hour', async () => {
    assert.equal(await call(token()), 200)
    issuer.status = 503
    time += 3599
    assert.equal(await call(token()), 200)
    time += 1
    assert.equal(await call(token()), 503)
    issuer.status = 200
    time += 10
    assert.equal(await call(token()), 200)
  })

  test('grow old too when the clock is set back', async () => {
    assert.equal(await call(token()), 200)
    time -= 1000
    assert.equal(await call(token()), 200)
    assert.equal(reads(), 2)
  })

  test('that are unknown while the issuer is away: nobody can tell, so 503', async () => {
    assert.equal(await call(token()), 200)
    issuer.status = 500
    time += 10
    assert.equal(await call(token(makeKey('ES256', 'second'))), 503)
  })

  test('without names: the only one of its algorithm serves, of two none', async () => {
    const nameless = (one: Key) => ({ ...one, jwk: { ...one.jwk, kid: undefined } })
    const text = jwt({ typ: 'at+jwt', alg: 'ES256' }, issuer.claims({ exp: time + 100_000 }), key.privateKey)
    issuer.keys = [nameless(key), nameless(makeKey('EdDSA', ''))]
    assert.equal(await call(text), 200)
    issuer.keys.push(nameless(makeKey('ES256', '')))
    assert.equal(await call(text, createGuard({ issuer: issuer.url, audience, now })), 401)
  })
})

suite('an issuer that cannot be trusted lets nobody in', () => {
  const wrong: Record<string, (it: TestIssuer) => void> = {
    'it names another issuer': (it) => Object.assign(it.says, { issuer: `${it.url}/` }),
    'it names no issuer': (it) => Object.assign(it.says, { issuer: undefined }),
    'its keys are no URL': (it) => Object.assign(it.says, { jwks_uri: 7 }),
    'it has too many keys': (it) => it.keys.push(...Array<Key>(64).fill(it.keys[0] as Key)),
    'it says too much': (it) => Object.assign(it.says, { padding: 'x'.repeat(262_144) }),
    'it redirects': (it) => Object.assign(it, { status: 302 }),
    'it is away': (it) => Object.assign(it, { status: 500 }),
  }
  for (const [name, change] of Object.entries(wrong)) {
    test(name, async () => {
      change(issuer)
      assert.equal(await call(token()), 503)
    })
  }

  for (const endpoint of ['jwks_uri', 'introspection_endpoint']) {
    test(`its ${endpoint} without TLS is not even asked`, async () => {
      const url = 'http://keys.example/'
      const document = { issuer: issuer.url, jwks_uri: `${issuer.url}/jwks`, [endpoint]: url }
      const asked: string[] = []
      const fetch = async (to: string) => {
        asked.push(to)
        return Response.json(to.includes('well-known') ? document : { keys: [key.jwk] })
      }
      assert.equal(await call(token(), createGuard({ issuer: issuer.url, audience, now, fetch })), 503)
      assert.ok(!asked.includes(url))
    })
  }

  test('and is not asked again within ten seconds', async () => {
    issuer.status = 500
    const path = '/.well-known/oauth-authorization-server'
    assert.deepEqual([await call(token()), await call(token())], [503, 503])
    assert.equal(issuer.asked.get(path), 1)
    time += 10
    issuer.status = 200
    assert.equal(await call(token()), 200)
  })

  test('the answer says when to come back, and its cause is for the log', async () => {
    issuer.status = 500
    const error = await guard.check({ method: 'GET', url: '/', headers: { authorization: `Bearer ${token()}` } }).catch((thrown) => thrown)
    assert.deepEqual(error.headers, { 'retry-after': '10' })
    assert.equal(error.error, 'temporarily_unavailable')
    assert.match(error.cause.message, /answered 500/)
    assert.ok(!JSON.stringify(error.body).includes('127.0.0.1'))
  })
})

suite('a token seen before', () => {
  test('is refused once it has expired', async () => {
    const text = token(key, { exp: time + 60 })
    assert.equal(await call(text), 200)
    time += 64
    assert.equal(await call(text), 200)
    time += 1
    assert.equal(await call(text), 401)
  })

  test('need not be remembered', async () => {
    const forgetful = createGuard({ issuer: issuer.url, audience, now, cachedTokens: 0 })
    assert.deepEqual([await call(token(), forgetful), await call(token(), forgetful)], [200, 200])
  })
})

test('the issuer is asked between host and path, without following redirects and without waiting for ever', async () => {
  const asked: { url: string; redirect: unknown; limited: boolean }[] = []
  const fetch = async (url: string, { redirect, signal }: RequestInit) => {
    asked.push({ url, redirect, limited: signal instanceof AbortSignal })
    return new Response('{}')
  }
  const room = createGuard({ issuer: 'https://issuer.example/t/acme', audience, now, fetch })
  assert.equal(await call(token(), room), 503)
  const url = 'https://issuer.example/.well-known/oauth-authorization-server/t/acme'
  assert.deepEqual(asked, [{ url, redirect: 'error', limited: true }])
})
