/** The guard beside a real Gatehouse: its tokens of every kind, its clock, its keys. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type TestApp, testApp } from '../../../test/app.ts'
import { createGuard, type Guard, type GuardOptions, Refused } from '../src/index.ts'

const audience = 'https://api.example'
const secret = 'a-secret-of-a-test-with-enough-in-it'

let house: TestApp
before(async () => {
  house = await testApp('sqlite')
  await house.root.store.resourcesAdmin.add({
    identifier: audience,
    name: 'Things',
    scopes: { read: 'See things', write: 'Change things' },
  })
  for (const alg of ['ES256', 'RS256', 'PS256', 'EdDSA']) await addMachine(alg, { access_token_signed_response_alg: alg })
  await addMachine('opaque', { access_token_format: 'opaque' })
  await addMachine('api', { grant_types: ['client_credentials'], resource_server: audience })
})
after(() => house.close())

function addMachine(id: string, metadata: object): Promise<unknown> {
  return house.addClient({ client_id: id, grant_types: ['client_credentials'], scope: 'read write', ...metadata }, secret)
}

async function post(path: string, id: string, fields: Record<string, string>): Promise<Record<string, string>> {
  const headers = { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` }
  const response = await fetch(house.issuer + path, { method: 'POST', headers, body: new URLSearchParams(fields) })
  assert.equal(response.status, 200)
  const text = await response.text()
  return text === '' ? {} : JSON.parse(text)
}
async function tokenOf(id: string, fields: Record<string, string> = {}): Promise<string> {
  const answer = await post('/token', id, { grant_type: 'client_credentials', resource: audience, ...fields })
  return answer['access_token'] as string
}

const introspection = { clientId: 'api', clientSecret: secret }
const guarded = (options: Partial<GuardOptions> = {}) => createGuard({ issuer: house.issuer, audience, now: house.now, ...options })
const call = (guard: Guard, token: string) => guard.check({ method: 'GET', url: '/', headers: { authorization: `Bearer ${token}` } })
const refused = (guard: Guard, token: string, status = 401) =>
  assert.rejects(call(guard, token), (error) => error instanceof Refused && error.status === status)

suite('a token of Gatehouse', () => {
  for (const alg of ['ES256', 'RS256', 'PS256', 'EdDSA']) {
    test(`signed with ${alg}`, async () => {
      const caller = await call(guarded({ algorithms: [alg as 'ES256'] }), await tokenOf(alg, { scope: 'read' }))
      const { subject, clientId, scopes, isMachine } = caller
      assert.deepEqual(
        { subject, clientId, scopes, isMachine },
        { subject: alg, clientId: alg, scopes: new Set(['read']), isMachine: true },
      )
      assert.deepEqual(caller.audience, [audience])
    })
  }

  test('that is opaque, asked about by the API itself', async () => {
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
      house.advance(expiresAt - house.now() + 5)
      await refused(guard, token)
      await refused(guarded({ introspection }), token)
    })
  }

  test('is refused when it was revoked: at once where every call asks, after the time of the cache otherwise', async () => {
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
    house.advance(30)
    await refused(usual, token)
  })

  test('is not told about with wrong credentials of the API: 503, for the fault is ours', async () => {
    await refused(guarded({ introspection: { ...introspection, clientSecret: 'wrong' } }), await tokenOf('opaque'), 503)
  })

  test('signed with a new key is taken; with a key taken back no longer', async () => {
    const guard = guarded()
    const old = await tokenOf('ES256')
    await call(guard, old)
    const { kid } = JSON.parse(Buffer.from(old.split('.')[0] as string, 'base64url').toString())
    await house.root.keyring.rotate('ES256', { immediately: true })
    house.advance(10)
    const fresh = await tokenOf('ES256')
    await call(guard, fresh)
    await call(guard, old)
    await house.root.keyring.revoke(kid)
    house.advance(300)
    await refused(guard, old)
    await call(guard, fresh)
  })
})

test('a tenant is an issuer of its own', async () => {
  const guard = guarded({ issuer: `${house.issuer}/t/acme` })
  await refused(guard, await tokenOf('ES256'), 503)
})

test('while Gatehouse is away its tokens are taken for an hour', async () => {
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
