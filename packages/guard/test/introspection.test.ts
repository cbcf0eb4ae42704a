/** Introspection: what is sent, how often, and for how long an answer is used — RFC 7662. */
import assert from 'node:assert/strict'
import { afterEach, beforeEach, suite, test } from 'node:test'
import { createGuard, type GuardOptions, Refused } from '../src/index.ts'
import { type TestIssuer, testIssuer } from './test-issuer.ts'

const audience = 'https://api.example'
let time = 1_800_000_000
const now = () => time

let issuer: TestIssuer
beforeEach(async () => {
  issuer = await testIssuer(audience, now)
  issuer.tokens.set('good', { active: true, ...issuer.claims({ token_type: 'Bearer' }) })
})
afterEach(() => issuer.close())

function caller(options: Partial<GuardOptions> = {}): (token: string) => Promise<number> {
  const introspection = { clientId: 'the api', clientSecret: 'a:b%ü' }
  const guard = createGuard({ issuer: issuer.url, audience, now, introspection, ...options })
  return (token) =>
    guard.check({ method: 'GET', url: '/', headers: { authorization: `Bearer ${token}` } }).then(
      () => 200,
      (error: unknown) => (error instanceof Refused ? error.status : assert.fail(String(error))),
    )
}
const asked = () => issuer.requests.get('/introspect') ?? 0

suite('introspection', () => {
  test('is requested with the credentials of the API, form-encoded', async () => {
    assert.equal(await caller()('good'), 200)
    const { authorization, body } = issuer.introspected!
    assert.equal(authorization, `Basic ${Buffer.from('the+api:a%3Ab%25%C3%BC').toString('base64')}`)
    assert.deepEqual(Object.fromEntries(body), { token: 'good', token_type_hint: 'access_token' })
  })

  test('is requested once for many calls at the same time', async () => {
    const call = caller()
    assert.deepEqual(await Promise.all(Array.from({ length: 20 }, () => call('good'))), Array(20).fill(200))
    assert.equal(await call('good'), 200)
    assert.equal(asked(), 1)
  })

  test('is requested again after cacheSeconds: a revoked token is refused from then on', async () => {
    const call = caller({ cacheSeconds: 30 })
    assert.equal(await call('good'), 200)
    issuer.tokens.clear()
    time += 29
    assert.equal(await call('good'), 200)
    time += 1
    assert.equal(await call('good'), 401)
    assert.equal(asked(), 2)
  })

  test('is not used beyond the expiry of the token', async () => {
    issuer.tokens.set('short', { active: true, ...issuer.claims({ exp: time + 10 }) })
    const call = caller({ cacheSeconds: 30, clockTolerance: 0 })
    assert.equal(await call('short'), 200)
    issuer.tokens.clear()
    time += 10
    assert.equal(await call('short'), 401)
    assert.equal(asked(), 2)
  })

  test('is requested each time where nothing is cached', async () => {
    const call = caller({ cacheSeconds: 0 })
    assert.deepEqual([await call('good'), await call('good'), await call('bad'), await call('bad')], [200, 200, 401, 401])
    assert.equal(asked(), 4)
  })

  test('of a token that is not active is requested again only after five seconds', async () => {
    const call = caller()
    assert.deepEqual([await call('bad'), await call('bad')], [401, 401])
    assert.equal(asked(), 1)
    issuer.tokens.set('bad', { active: true, ...issuer.claims() })
    time += 4.5
    assert.equal(await call('bad'), 401)
    time += 0.5
    assert.equal(await call('bad'), 200)
  })

  test('is cached for so many tokens and no more; garbage pushes out no good ones', async () => {
    const call = caller({ cachedTokens: 2 })
    for (const token of ['good', 'x', 'y', 'z', 'good']) await call(token)
    assert.equal(asked(), 4)
    for (const token of ['a', 'b']) issuer.tokens.set(token, { active: true, ...issuer.claims() })
    for (const token of ['a', 'b', 'good']) assert.equal(await call(token), 200)
    assert.equal(asked(), 7, 'the oldest was forgotten')
  })

  for (const status of [401, 403, 404, 500]) {
    test(`that answers ${status} gives 503`, async () => {
      const call = caller({ cacheSeconds: 0 })
      assert.equal(await call('good'), 200)
      issuer.status = status
      assert.equal(await call('good'), 503)
      issuer.status = 200
      assert.equal(await call('good'), 200)
    })
  }

  for (const answer of [[], 'text', 7, true])
    test(`that answers with ${JSON.stringify(answer)} gives 503`, async () => {
      issuer.tokens.set('odd', answer as unknown as Record<string, unknown>)
      assert.equal(await caller()('odd'), 503)
    })

  test('that answers with null gives 503', async () => {
    const fetchNull = (url: string, init: RequestInit) =>
      url.endsWith('/introspect') ? Promise.resolve(Response.json(null)) : fetch(url, init)
    assert.equal(await caller({ fetch: fetchNull })('odd'), 503)
  })

  test('is requested for a token of 16,384 characters', async () => {
    const long = 'x'.repeat(16_384)
    issuer.tokens.set(long, { active: true, ...issuer.claims() })
    assert.equal(await caller()(long), 200)
  })

  test('that the issuer does not have gives 503', async () => {
    issuer.metadata['introspection_endpoint'] = undefined
    const errors: unknown[] = []
    assert.equal(await caller({ onIssuerError: (error) => errors.push(error) })('good'), 503)
    assert.deepEqual(errors.map(String), ['Error: the issuer has no introspection endpoint'])
  })

  test('is used from the cache while the issuer is away', async () => {
    const call = caller()
    assert.equal(await call('good'), 200)
    issuer.status = 500
    assert.deepEqual([await call('good'), await call('other')], [200, 503])
  })

  test('works for an issuer that publishes no keys', async () => {
    issuer.metadata['jwks_uri'] = undefined
    assert.equal(await caller()('good'), 200)
  })

  for (const [name, claims] of Object.entries({
    'for another API': { aud: 'https://other.example' },
    'without an expiry': { exp: undefined },
  }))
    test(`of an active token ${name} is cached, too`, async () => {
      issuer.tokens.set('odd', { active: true, ...issuer.claims(claims) })
      const call = caller()
      assert.deepEqual([await call('odd'), await call('odd')], [401, 401])
      assert.equal(asked(), 1)
    })
})

suite('while the issuer does not answer', () => {
  /** Introspection that answers when the test says so. */
  function held() {
    let release = () => {}
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    let open = 0
    const fetchHeld = async (url: string, init: RequestInit) => {
      if (!url.endsWith('/introspect')) return fetch(url, init)
      open += 1
      await gate
      return Response.json({ active: false })
    }
    return { fetch: fetchHeld, open: () => open, release }
  }

  test('only so many requests to it are open; what is cached is still accepted', async () => {
    const { fetch: fetchHeld, open, release } = held()
    let isHeld = false
    const call = caller({ fetch: (url, init) => (isHeld ? fetchHeld : fetch)(url, init) })
    assert.equal(await call('good'), 200)
    isHeld = true
    const garbage = Array.from({ length: 300 }, (_, n) => call(`garbage-${n}`))
    assert.deepEqual(await Promise.all(garbage.slice(256)), Array(44).fill(503))
    assert.equal(open(), 256)
    assert.equal(await call('good'), 200)
    const again = call('garbage-0')
    release()
    assert.deepEqual(await Promise.all([...garbage.slice(0, 256), again]), Array(257).fill(401))
    assert.equal(open(), 256)
    assert.equal(await call('garbage-300'), 401)
  })

  test('a request to it ends after three seconds, and the log of the API is told', async (t) => {
    const errors: unknown[] = []
    const { fetch: fetchHeld, open } = held()
    const call = caller({ fetch: fetchHeld, onIssuerError: (error) => errors.push(error) })
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const answer = call('good')
    while (open() === 0) await new Promise((resolve) => setImmediate(resolve))
    t.mock.timers.tick(3000)
    assert.equal(await answer, 503)
    assert.deepEqual(errors.map(String), ['Error: no answer within 3000 milliseconds'])
  })
})
