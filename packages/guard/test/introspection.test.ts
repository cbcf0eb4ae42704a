/** Asking the issuer about tokens: how, how often, and what becomes of its answers. */
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
const asked = () => issuer.asked.get('/introspect') ?? 0

suite('introspection', () => {
  test('is asked with the credentials of the API, form-encoded', async () => {
    assert.equal(await caller()('good'), 200)
    const { authorization, body } = issuer.introspected!
    assert.equal(authorization, `Basic ${Buffer.from('the+api:a%3Ab%25%C3%BC').toString('base64')}`)
    assert.deepEqual(Object.fromEntries(body), { token: 'good', token_type_hint: 'access_token' })
  })

  test('is asked once for many calls, even when all come at once', async () => {
    const call = caller()
    assert.deepEqual(await Promise.all(Array.from({ length: 20 }, () => call('good'))), Array(20).fill(200))
    assert.equal(await call('good'), 200)
    assert.equal(asked(), 1)
  })

  test('is asked again after the time of the cache: a token that was revoked is refused from then on', async () => {
    const call = caller({ cacheSeconds: 30 })
    assert.equal(await call('good'), 200)
    issuer.tokens.clear()
    time += 29
    assert.equal(await call('good'), 200)
    time += 1
    assert.equal(await call('good'), 401)
    assert.equal(asked(), 2)
  })

  test('is not trusted beyond the end of the token', async () => {
    issuer.tokens.set('short', { active: true, ...issuer.claims({ exp: time + 10 }) })
    const call = caller({ cacheSeconds: 30, clockTolerance: 0 })
    assert.equal(await call('short'), 200)
    issuer.tokens.clear()
    time += 10
    assert.equal(await call('short'), 401)
    assert.equal(asked(), 2)
  })

  test('is asked each time when nothing is to be cached', async () => {
    const call = caller({ cacheSeconds: 0 })
    assert.deepEqual([await call('good'), await call('good'), await call('bad'), await call('bad')], [200, 200, 401, 401])
    assert.equal(asked(), 4)
  })

  test('of a token that is not active is asked again only after five seconds', async () => {
    const call = caller()
    assert.deepEqual([await call('bad'), await call('bad')], [401, 401])
    assert.equal(asked(), 1)
    issuer.tokens.set('bad', { active: true, ...issuer.claims() })
    time += 5
    assert.equal(await call('bad'), 200)
  })

  test('remembers so many tokens and no more; garbage does not push out good ones', async () => {
    const call = caller({ cachedTokens: 2 })
    for (const token of ['good', 'x', 'y', 'z', 'good']) await call(token)
    assert.equal(asked(), 4)
    for (const token of ['a', 'b']) issuer.tokens.set(token, { active: true, ...issuer.claims() })
    for (const token of ['a', 'b', 'good']) assert.equal(await call(token), 200)
    assert.equal(asked(), 7, 'the oldest was forgotten')
  })

  for (const status of [401, 403, 404, 500]) {
    test(`that answers ${status} lets nobody in`, async () => {
      const call = caller({ cacheSeconds: 0 })
      assert.equal(await call('good'), 200)
      issuer.status = status
      assert.equal(await call('good'), 503)
      issuer.status = 200
      assert.equal(await call('good'), 200)
    })
  }

  test('that answers with no object lets nobody in', async () => {
    issuer.tokens.set('odd', [] as unknown as Record<string, unknown>)
    assert.equal(await caller()('odd'), 503)
  })

  test('that the issuer does not have lets nobody in', async () => {
    issuer.says['introspection_endpoint'] = undefined
    assert.equal(await caller()('good'), 503)
  })

  test('serves from its cache while the issuer is away', async () => {
    const call = caller()
    assert.equal(await call('good'), 200)
    issuer.status = 500
    assert.deepEqual([await call('good'), await call('other')], [200, 503])
  })

  test('works for an issuer that publishes no keys', async () => {
    issuer.says['jwks_uri'] = undefined
    assert.equal(await caller()('good'), 200)
  })
})
