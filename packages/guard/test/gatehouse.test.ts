/** The guard beside a real Gatehouse: its tokens of every kind, its clock, its keys. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { makeApiKey } from '../../../src/protocol/api-key.ts'
import { type TestApp, testApp } from '../../../test/app.ts'
import { createGuard, type Guard, type GuardOptions, Refused } from '../src/index.ts'

const audience = 'https://api.example'
const secret = 'a-secret-of-a-test-with-enough-in-it'
const algs = ['ES256', 'RS256', 'PS256', 'EdDSA', 'ML-DSA-44', 'ML-DSA-65'] as const

let gatehouse: TestApp
before(async () => {
  gatehouse = await testApp('sqlite', { KEYS_ALGS: algs.join() })
  await gatehouse.root.store.resourcesAdmin.add({
    identifier: audience,
    name: 'Things',
    scopes: { read: 'See things', write: 'Change things' },
  })
  for (const alg of algs) await addMachine(alg, { access_token_signed_response_alg: alg })
  await addMachine('opaque', { access_token_format: 'opaque' })
  await addMachine('api', { grant_types: ['client_credentials'], resource_server: audience })
})
after(() => gatehouse.close())

function addMachine(id: string, metadata: object): Promise<unknown> {
  return gatehouse.addClient({ client_id: id, grant_types: ['client_credentials'], scope: 'read write', ...metadata }, secret)
}

async function post(path: string, id: string, fields: Record<string, string>): Promise<Record<string, string>> {
  const headers = { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` }
  const response = await fetch(gatehouse.issuer + path, { method: 'POST', headers, body: new URLSearchParams(fields) })
  assert.equal(response.status, 200)
  const text = await response.text()
  return text === '' ? {} : JSON.parse(text)
}
async function tokenOf(id: string, fields: Record<string, string> = {}): Promise<string> {
  const answer = await post('/token', id, { grant_type: 'client_credentials', resource: audience, ...fields })
  return answer['access_token'] as string
}

const introspection = { clientId: 'api', clientSecret: secret }
const guarded = (options: Partial<GuardOptions> = {}) => createGuard({ issuer: gatehouse.issuer, audience, now: gatehouse.now, ...options })
const call = (guard: Guard, token: string) => guard.check({ method: 'GET', url: '/', headers: { authorization: `Bearer ${token}` } })
const refused = (guard: Guard, token: string, status = 401) =>
  assert.rejects(call(guard, token), (error) => error instanceof Refused && error.status === status)

suite('a token of Gatehouse', () => {
  for (const alg of algs) {
    test(`signed with ${alg}`, async () => {
      const caller = await call(guarded({ algorithms: [alg] }), await tokenOf(alg, { scope: 'read' }))
      const { subject, clientId, scopes, isMachine } = caller
      assert.deepEqual(
        { subject, clientId, scopes, isMachine },
        { subject: alg, clientId: alg, scopes: new Set(['read']), isMachine: true },
      )
      assert.deepEqual(caller.audience, [audience])
    })
  }

  test('that is opaque, looked up with the credentials of the API', async () => {
    const { subject, scopes } = await call(guarded({ introspection }), await tokenOf('opaque'))
    assert.deepEqual({ subject, scopes }, { subject: 'opaque', scopes: new Set(['read', 'write']) })
  })

  for (const id of ['ES256', 'opaque']) {
    test(`for the issuer itself is for no other API: ${id}`, async () => {
      const { access_token } = await post('/token', id, { grant_type: 'client_credentials' })
      await refused(guarded({ introspection }), access_token as string)
    })

    test(`is refused when it has expired: ${id}`, async () => {
      const guard = guarded({ introspection })
      const token = await tokenOf(id)
      const { expiresAt } = await call(guard, token)
      gatehouse.advance(expiresAt! - gatehouse.now() + 5)
      await refused(guard, token)
      await refused(guarded({ introspection }), token)
    })
  }

  test('is refused when it was revoked: at once where every call asks, after cacheSeconds elsewhere', async () => {
    const strict = guarded({ introspection: { ...introspection, always: true }, cacheSeconds: 0 })
    const usual = guarded({ introspection })
    for (const id of ['ES256', 'opaque']) {
      const token = await tokenOf(id)
      await call(strict, token)
      await call(usual, token)
      await post('/revoke', id, { token })
      await refused(strict, token)
    }
    const token = await tokenOf('opaque')
    await call(usual, token)
    await post('/revoke', 'opaque', { token })
    gatehouse.advance(30)
    await refused(usual, token)
  })

  test('cannot be looked up with wrong credentials of the API: 503, because the caller did nothing wrong', async () => {
    await refused(guarded({ introspection: { ...introspection, clientSecret: 'wrong' } }), await tokenOf('opaque'), 503)
  })

  test('signed with a new key is accepted, with a revoked key no longer', async () => {
    const guard = guarded()
    const old = await tokenOf('ES256')
    await call(guard, old)
    const { kid } = JSON.parse(Buffer.from(old.split('.')[0] as string, 'base64url').toString())
    await gatehouse.root.keyring.rotate('ES256', { immediately: true })
    gatehouse.advance(10)
    const fresh = await tokenOf('ES256')
    await call(guard, fresh)
    await call(guard, old)
    await gatehouse.root.keyring.revoke(kid)
    gatehouse.advance(300)
    await refused(guard, old)
    await call(guard, fresh)
  })
})

test('an API key of Gatehouse is accepted in x-api-key and nowhere else, while its service is active', async () => {
  const { ctx, store } = gatehouse.root
  await store.services.add({ id: 'nightly-id', name: 'nightly', description: undefined, status: 'active', createdAt: gatehouse.now() })
  const { key, text } = await makeApiKey(
    ctx,
    { owner: 'service', subject: 'nightly-id' },
    { label: 'Key', scope: 'read', resource: [audience] },
    undefined,
  )
  await store.apiKeysAdmin.add(key)
  const guard = guarded({ introspection: { ...introspection, apiKeys: true } })
  const byKey = () => guard.check({ method: 'GET', url: '/', headers: { 'x-api-key': text } })
  const { subject, clientId, expiresAt, scopes, claims } = await byKey()
  assert.deepEqual(
    { subject, clientId, expiresAt, scopes, username: claims['username'] },
    { subject: 'nightly-id', clientId: undefined, expiresAt: undefined, scopes: new Set(['read']), username: 'nightly' },
  )
  await refused(guard, text)
  await store.services.setStatus('nightly-id', 'suspended')
  gatehouse.advance(30)
  await assert.rejects(byKey, (error) => error instanceof Refused && error.status === 401)
})

test('a tenant is an issuer of its own', async () => {
  const guard = guarded({ issuer: `${gatehouse.issuer}/t/acme` })
  await refused(guard, await tokenOf('ES256'), 503)
})

test('while Gatehouse is away its tokens are accepted for an hour', async () => {
  const other = await testApp('sqlite')
  await other.addClient({ client_id: 'm', grant_types: ['client_credentials'], scope: 'read', access_token_lifetime: 10_000 }, secret)
  const guard = createGuard({ issuer: other.issuer, audience: other.issuer, now: other.now })
  const headers = { authorization: `Basic ${Buffer.from(`m:${secret}`).toString('base64')}` }
  const body = new URLSearchParams({ grant_type: 'client_credentials' })
  const answer = await fetch(`${other.issuer}/token`, { method: 'POST', headers, body })
  const { access_token } = (await answer.json()) as { access_token: string }
  await call(guard, access_token)
  await other.close()
  other.advance(3599)
  assert.equal((await call(guard, access_token)).subject, 'm')
  other.advance(1)
  await refused(guard, access_token, 503)
})
