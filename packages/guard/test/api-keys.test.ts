/** API keys in the header `x-api-key`, where the API accepts them: looked up by introspection. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type Caller, createGuard, type GuardOptions, type GuardRequest, type Need, Refused } from '../src/index.ts'
import { type TestIssuer, testIssuer } from './test-issuer.ts'

const audience = 'https://api.example'
const now = () => 1_800_000_000
const introspection = { clientId: 'api', clientSecret: 's', apiKeys: true }

let issuer: TestIssuer
before(async () => {
  issuer = await testIssuer(audience, now)
  const key = { client_id: undefined, exp: undefined, token_type: 'N_A' }
  const add = (text: string, claims: object) => issuer.tokens.set(text, { active: true, ...issuer.claims({ ...key, ...claims }) })
  add('gth_ak_lasting', {})
  add('gth_ak_dated', { exp: now() + 60 })
  add('gth_ak_expired', { exp: now() - 5 })
  add('gth_ak_odd', { exp: 'never' })
  add('gth_ak_early', { nbf: now() + 60 })
  add('gth_ak_elsewhere', { aud: 'https://other.example' })
  add('gth_ak_nobody', { sub: undefined })
  add('gth_ak_list', { scope: ['read'] })
  add('gth_ak_bound', { cnf: { jkt: 'x' } })
  issuer.tokens.set('access-token', { active: true, ...issuer.claims() })
})
after(() => issuer.close())

type Headers = GuardRequest['headers']
async function outcome(headers: Headers, options: Partial<GuardOptions> = {}, need: Need = {}): Promise<Caller | Refused> {
  const guard = createGuard({ issuer: issuer.url, audience, now, introspection, ...options })
  return guard.check({ method: 'GET', url: '/', headers }, need).catch((error: unknown) => {
    assert.ok(error instanceof Refused, String(error))
    return error
  })
}
async function refusal(headers: Headers, options: Partial<GuardOptions> = {}, need: Need = {}): Promise<Refused> {
  const result = await outcome(headers, options, need)
  assert.ok(result instanceof Refused, 'it was accepted')
  return result
}

suite('an API key is accepted', () => {
  for (const [text, expiresAt] of [['gth_ak_lasting', undefined] as const, ['gth_ak_dated', now() + 60] as const])
    test(text, async () => {
      const { claims: _, ...caller } = (await outcome({ 'x-api-key': text }, {}, { scopes: ['read'] })) as Caller
      assert.deepEqual(caller, {
        subject: 'alice',
        clientId: undefined,
        scopes: new Set(['read', 'write']),
        roles: new Set(),
        audience: [audience],
        expiresAt,
        isMachine: false,
      })
      assert.equal(issuer.introspected?.body.get('token'), text)
    })

  test('from the headers of fetch, and beside an Authorization header of another scheme', async () => {
    const headers = new Headers({ 'x-api-key': 'gth_ak_lasting', authorization: 'Basic dTpw' })
    assert.equal(((await outcome(headers)) as Caller).subject, 'alice')
  })

  test('and cached like a token', async () => {
    const guard = createGuard({ issuer: issuer.url, audience, now, introspection })
    issuer.requests.clear()
    for (let n = 0; n < 3; n++) await guard.check({ method: 'GET', url: '/', headers: { 'x-api-key': 'gth_ak_lasting' } })
    assert.equal(issuer.requests.get('/introspect'), 1)
  })
})

suite('an API key is refused', () => {
  const rows: Record<string, [key: string, description: string]> = {
    unknown: ['gth_ak_unknown', 'the API key is unknown, expired or revoked'],
    expired: ['gth_ak_expired', 'the API key has expired'],
    'with an expiry that is no number': ['gth_ak_odd', 'the expiry time of the API key is not a number'],
    'not valid yet': ['gth_ak_early', 'the API key is not valid yet'],
    'for another API': ['gth_ak_elsewhere', 'the API key is not for this API'],
    'without a subject': ['gth_ak_nobody', 'the API key has no sub'],
    'with a list for a scope': ['gth_ak_list', 'the scope of the API key is not a string'],
    'that is bound to a key': ['gth_ak_bound', 'the access token is bound to a key; send it as DPoP with a proof'],
    'that is an access token': ['access-token', 'this is not an API key; send an access token in the Authorization header'],
    'that is too long': ['x'.repeat(16_385), 'the API key is malformed or too long'],
  }
  for (const [name, [key, description]] of Object.entries(rows))
    test(name, async () => {
      const refused = await refusal({ 'x-api-key': key })
      assert.deepEqual([refused.status, refused.error, refused.description], [401, 'invalid_token', description])
      assert.match(refused.headers['www-authenticate'] ?? '', /^Bearer error="invalid_token"/)
    })

  test('sent as an access token', async () => {
    for (const [key, description] of [
      ['gth_ak_dated', 'the access token has no client_id'],
      ['gth_ak_lasting', 'the access token has no expiry time'],
    ] as const)
      assert.equal((await refusal({ authorization: `Bearer ${key}` })).description, description)
  })

  test('for want of a scope', async () => {
    assert.equal((await refusal({ 'x-api-key': 'gth_ak_lasting' }, {}, { scopes: ['admin'] })).status, 403)
  })

  test('that looks like a JWT: it is looked up, not verified', async () => {
    assert.equal((await refusal({ 'x-api-key': 'a.b.c' })).description, 'the API key is unknown, expired or revoked')
  })

  const malformed: Record<string, Headers> = {
    'beside an access token': { 'x-api-key': 'gth_ak_lasting', authorization: 'Bearer access-token' },
    'sent twice': { 'x-api-key': ['gth_ak_lasting', 'gth_ak_lasting'] },
    'sent twice and joined': { 'x-api-key': 'gth_ak_lasting, gth_ak_lasting' },
    empty: { 'x-api-key': '' },
  }
  for (const [name, headers] of Object.entries(malformed))
    test(name, async () => {
      const { status, error } = await refusal(headers)
      assert.deepEqual([status, error], [400, 'invalid_request'])
    })
})

test('where API keys are not accepted, the header means nothing', async () => {
  for (const options of [
    { introspection: { clientId: 'api', clientSecret: 's' } },
    { introspection: { ...introspection, apiKeys: false } },
  ]) {
    assert.equal((await refusal({ 'x-api-key': 'gth_ak_lasting' }, options)).error, undefined)
    assert.equal(((await outcome({ 'x-api-key': 'k', authorization: 'Bearer access-token' }, options)) as Caller).clientId, 'app')
  }
})
