/** The issuer's keys in the guard: cached, read again beside the requests, and never used beyond their time. */
import assert from 'node:assert/strict'
import { afterEach, beforeEach, suite, type TestContext, test } from 'node:test'
import { createGuard, type Guard, type GuardOptions, Refused } from '../src/index.ts'
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
const call = (text: string, by = guard) =>
  by.check({ method: 'GET', url: '/', headers: { authorization: `Bearer ${text}` } }).then(
    () => 200,
    (error: unknown) => (error instanceof Refused ? error.status : assert.fail(String(error))),
  )
const reads = () => issuer.requests.get('/jwks') ?? 0
const path = '/.well-known/oauth-authorization-server'

suite('keys', () => {
  test('are read once for many calls at the same time', async () => {
    assert.deepEqual(await Promise.all(Array.from({ length: 20 }, () => call(token()))), Array(20).fill(200))
    assert.equal(reads(), 1)
  })

  test('are not read before the first call', () => assert.equal(issuer.requests.size, 0))

  test('are old after five minutes: a revoked key is refused from then on, even for tokens accepted before', async () => {
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
    time += 9.5
    assert.equal(await call(strangers[0] as string), 401)
    assert.equal(reads(), 2)
    time += 0.5
    assert.deepEqual(await Promise.all(strangers.map((one) => call(one))), Array(20).fill(401))
    assert.equal(reads(), 3)
  })

  test('are used for an hour while the issuer answers with errors', async () => {
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

  test('are the only measure again once the issuer is back: an unknown kid gives 401', async () => {
    assert.equal(await call(token()), 200)
    issuer.status = 503
    time += 240
    const stranger = token(makeKey('ES256', 'stranger'))
    assert.equal(await call(stranger), 503)
    issuer.status = 200
    time += 10
    assert.equal(await call(stranger), 401)
  })

  test('are accepted in a set of 64', async () => {
    issuer.keys = Array<Key>(64).fill(key)
    assert.equal(await call(token()), 200)
  })

  test('are old, too, when the clock is set back', async () => {
    assert.equal(await call(token()), 200)
    time -= 1000
    assert.equal(await call(token()), 200)
    assert.equal(reads(), 2)
  })

  test('that are unknown while the issuer is away give 503, because nobody can tell', async () => {
    assert.equal(await call(token()), 200)
    issuer.status = 500
    time += 10
    assert.equal(await call(token(makeKey('ES256', 'second'))), 503)
  })

  test('without a kid: the only one of its algorithm is used, of two neither', async () => {
    const nameless = (one: Key) => ({ ...one, jwk: { ...one.jwk, kid: undefined } })
    const text = jwt({ typ: 'at+jwt', alg: 'ES256' }, issuer.claims({ exp: time + 100_000 }), key.privateKey)
    issuer.keys = [nameless(key), nameless(makeKey('EdDSA', ''))]
    assert.equal(await call(text), 200)
    issuer.keys.push(nameless(makeKey('ES256', '')))
    assert.equal(await call(text, createGuard({ issuer: issuer.url, audience, now })), 401)
  })
})

suite('no token is accepted of an issuer', () => {
  const wrong: Record<string, (to: TestIssuer) => void> = {
    'that names another issuer': (to) => Object.assign(to.metadata, { issuer: `${to.url}/` }),
    'that names no issuer': (to) => Object.assign(to.metadata, { issuer: undefined }),
    'whose jwks_uri is no URL': (to) => Object.assign(to.metadata, { jwks_uri: 7 }),
    'with too many keys': (to) => to.keys.push(...Array<Key>(64).fill(to.keys[0] as Key)),
    'that answers with too much': (to) => Object.assign(to.metadata, { padding: 'x'.repeat(262_144) }),
    'that redirects': (to) => Object.assign(to, { status: 302 }),
    'that answers with errors': (to) => Object.assign(to, { status: 500 }),
  }
  for (const [name, change] of Object.entries(wrong)) {
    test(name, async () => {
      change(issuer)
      assert.equal(await call(token()), 503)
    })
  }

  for (const endpoint of ['jwks_uri', 'introspection_endpoint']) {
    test(`whose ${endpoint} is without TLS; it is not called`, async () => {
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

  test('that failed, and it is not asked again within ten seconds', async () => {
    issuer.status = 500
    assert.deepEqual([await call(token()), await call(token())], [503, 503])
    assert.equal(issuer.requests.get(path), 1)
    time += 10
    issuer.status = 200
    assert.equal(await call(token()), 200)
  })

  test('that failed: the answer says when to come back, and its cause is for the log', async () => {
    issuer.status = 500
    const error = await guard.check({ method: 'GET', url: '/', headers: { authorization: `Bearer ${token()}` } }).catch((thrown) => thrown)
    assert.deepEqual(error.headers, { 'retry-after': '10' })
    assert.equal(error.error, 'temporarily_unavailable')
    assert.match(error.cause.message, /answered 500/)
    assert.ok(!JSON.stringify(error.body).includes('127.0.0.1'))
  })
})

suite('a hanging issuer', () => {
  /** Answers as long as `isUp`, then never. Ignores the signal that ends its requests. */
  function hangingGuard(options: Partial<GuardOptions> = {}) {
    const state = { isUp: true, attempts: 0 }
    const fetch = async (url: string) => {
      if (url.includes('well-known')) state.attempts += 1
      if (!state.isUp) return new Promise<Response>(() => {})
      return Response.json(
        url.includes('well-known') ? { issuer: issuer.url, jwks_uri: `${issuer.url}/jwks` } : { keys: issuer.keys.map(({ jwk }) => jwk) },
      )
    }
    return { state, guard: createGuard({ issuer: issuer.url, audience, now, fetch, ...options }) }
  }
  /** No timer of the guard fires unless the test says so. */
  function stopTimers(t: TestContext) {
    t.mock.timers.enable({ apis: ['setTimeout'] })
  }
  /** Has everything happened that does not wait for a timer or an answer? */
  const settled = () => new Promise((resolve) => setImmediate(resolve))
  async function outcomeNow(answer: Promise<number>): Promise<number | 'waiting'> {
    const waiting = settled()
      .then(settled)
      .then(() => 'waiting' as const)
    return Promise.race([answer, waiting])
  }

  test('delays no call of a busy API: keys are read again in the background before they are old', async (t) => {
    stopTimers(t)
    const { state, guard: by } = hangingGuard()
    const readAt = time
    assert.equal(await call(token(), by), 200)
    state.isUp = false
    time += 239.5
    assert.equal(await outcomeNow(call(token(), by)), 200)
    assert.equal(state.attempts, 1)
    for (time += 0.5; time < readAt + 3600; time += 7) {
      const answers = [call(token(), by), call(token(), by)]
      assert.deepEqual(await Promise.all(answers.map(outcomeNow)), [200, 200], `keys ${time - readAt} seconds old`)
      if (time === readAt + 240) assert.equal(state.attempts, 2)
      t.mock.timers.tick(7000)
    }
    assert.ok(state.attempts > 200 && state.attempts < 400, String(state.attempts))
  })

  test('delays the first calls of an API that was idle for a moment, and no others', async (t) => {
    stopTimers(t)
    const { state, guard: by } = hangingGuard()
    assert.equal(await call(token(), by), 200)
    state.isUp = false
    time += 301
    const first = [call(token(), by), call(token(), by)]
    assert.deepEqual(await Promise.all(first.map(outcomeNow)), ['waiting', 'waiting'])
    t.mock.timers.tick(49)
    assert.equal(await outcomeNow(call(token(), by).finally(() => {})), 'waiting')
    t.mock.timers.tick(1)
    assert.deepEqual(await Promise.all(first), [200, 200])
    for (const milliseconds of [0, 1, 2949, 1, 1000]) {
      t.mock.timers.tick(milliseconds)
      assert.equal(await outcomeNow(call(token(), by)), 200)
    }
    assert.equal(state.attempts, 2)
    for (let n = 0; n < 20; n++) {
      time += 10
      assert.equal(await outcomeNow(call(token(), by)), 200)
      t.mock.timers.tick(3000)
      await settled()
    }
    assert.equal(state.attempts, 22)
  })

  test('delays them again after the next idle time, for a key may have been revoked in it', async (t) => {
    stopTimers(t)
    const { state, guard: by } = hangingGuard()
    assert.equal(await call(token(), by), 200)
    state.isUp = false
    time += 241
    assert.equal(await outcomeNow(call(token(), by)), 200)
    t.mock.timers.tick(3000)
    await settled()
    issuer.keys = [makeKey('ES256', 'second')]
    state.isUp = true
    time += 300
    assert.equal(await call(token(), by), 401)
  })

  test('costs a call with an unknown kid three seconds, then nothing for ten seconds', async (t) => {
    stopTimers(t)
    const { state, guard: by } = hangingGuard()
    assert.equal(await call(token(), by), 200)
    state.isUp = false
    time += 10
    const stranger = token(makeKey('ES256', 'stranger'))
    const first = call(stranger, by)
    assert.equal(await outcomeNow(first), 'waiting')
    assert.equal(await outcomeNow(call(token(), by)), 200, 'a known key is not delayed meanwhile')
    t.mock.timers.tick(2999)
    assert.equal(await outcomeNow(first), 'waiting')
    t.mock.timers.tick(1)
    assert.equal(await first, 503)
    assert.equal(await outcomeNow(call(stranger, by)), 503)
    assert.equal(state.attempts, 2)
  })

  test('costs the very first calls three seconds, then nothing for ten seconds', async (t) => {
    stopTimers(t)
    const { state, guard: by } = hangingGuard()
    state.isUp = false
    const first = [call(token(), by), call(token(), by)]
    assert.deepEqual(await Promise.all(first.map(outcomeNow)), ['waiting', 'waiting'])
    t.mock.timers.tick(3000)
    assert.deepEqual(await Promise.all(first), [503, 503])
    assert.equal(await outcomeNow(call(token(), by)), 503)
    time += 10
    state.isUp = true
    assert.equal(await call(token(), by), 200)
  })

  test('is told to the log of the API, also while cached keys are used', async (t) => {
    stopTimers(t)
    const errors: unknown[] = []
    const { state, guard: by } = hangingGuard({ onIssuerError: (error) => errors.push(error) })
    assert.equal(await call(token(), by), 200)
    state.isUp = false
    time += 240
    assert.equal(await call(token(), by), 200)
    t.mock.timers.tick(3000)
    await settled()
    assert.deepEqual(errors.map(String), ['Error: no answer within 3000 milliseconds'])
  })
})

test('the signal that ends a request is given to fetch, one for both documents', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const signals: (AbortSignal | null | undefined)[] = []
  const fetch = (url: string, { signal }: RequestInit) => {
    signals.push(signal)
    if (url.endsWith('/jwks')) return new Promise<Response>(() => {})
    return Promise.resolve(Response.json({ issuer: issuer.url, jwks_uri: `${issuer.url}/jwks` }))
  }
  const answer = call(token(), createGuard({ issuer: issuer.url, audience, now, fetch }))
  while (signals.length < 2) await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual([signals[0], signals[0]?.aborted], [signals[1], false])
  t.mock.timers.tick(3000)
  assert.equal(await answer, 503)
  assert.equal(signals[1]?.aborted, true)
})

test('the signal of a request that was answered is never aborted', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const signals: (AbortSignal | null | undefined)[] = []
  const fetch = async (url: string, { signal }: RequestInit) => {
    signals.push(signal)
    return Response.json(
      url.endsWith('/jwks') ? { keys: issuer.keys.map(({ jwk }) => jwk) } : { issuer: issuer.url, jwks_uri: `${issuer.url}/jwks` },
    )
  }
  assert.equal(await call(token(), createGuard({ issuer: issuer.url, audience, now, fetch })), 200)
  t.mock.timers.tick(3000)
  assert.deepEqual(
    signals.map((signal) => signal?.aborted),
    [false, false],
  )
})

test('an answer of 262,144 bytes is read, a longer one is not', async () => {
  const documentOf = (bytes: number) => {
    const document = { issuer: issuer.url, jwks_uri: `${issuer.url}/jwks`, padding: '' }
    return JSON.stringify({ ...document, padding: 'x'.repeat(bytes - JSON.stringify(document).length) })
  }
  for (const [bytes, status] of [
    [262_144, 200],
    [262_145, 503],
  ] as const) {
    const fetchLong = (url: string, init: RequestInit) =>
      url.endsWith('/jwks') ? fetch(url, init) : Promise.resolve(new Response(documentOf(bytes)))
    assert.equal(await call(token(), createGuard({ issuer: issuer.url, audience, now, fetch: fetchLong })), status)
  }
})

suite('a token that was verified before', () => {
  test('is refused once it has expired', async () => {
    const text = token(key, { exp: time + 60 })
    assert.equal(await call(text), 200)
    time += 64
    assert.equal(await call(text), 200)
    time += 1
    assert.equal(await call(text), 401)
  })

  test('is verified again where nothing is cached', async () => {
    const forgetful = createGuard({ issuer: issuer.url, audience, now, cachedTokens: 0 })
    assert.deepEqual([await call(token(), forgetful), await call(token(), forgetful)], [200, 200])
  })
})

test('the well-known path is between host and path of the issuer; redirects are not followed', async () => {
  const asked: { url: string; redirect: unknown; limited: boolean }[] = []
  const fetch = async (url: string, { redirect, signal }: RequestInit) => {
    asked.push({ url, redirect, limited: signal instanceof AbortSignal })
    return new Response('{}')
  }
  const tenant = createGuard({ issuer: 'https://issuer.example/t/acme', audience, now, fetch })
  assert.equal(await call(token(), tenant), 503)
  const url = 'https://issuer.example/.well-known/oauth-authorization-server/t/acme'
  assert.deepEqual(asked, [{ url, redirect: 'error', limited: true }])
})
