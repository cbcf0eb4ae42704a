/** Stored tokens at the administration API: listed without the tokens, and removed by those who may. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { connectionSchema } from '../../src/connections/connection.ts'
import { keepTokens, removeEntry } from '../../src/vault/keep.ts'
import { type TestApp, testApp } from '../app.ts'
import { asked, bearer } from './json.ts'

let gatehouse: TestApp
let headers: Record<string, string>
before(async () => {
  gatehouse = await testApp('sqlite')
  const { ctx, store } = gatehouse.root
  const scope = 'admin:vault:read admin:vault:write'
  await gatehouse.addClient({ client_id: 'machine', scope, grant_types: ['client_credentials'] }, 'secret')
  const claims = { iss: ctx.issuer, sub: 'machine', client_id: 'machine', jti: ctx.id(), iat: gatehouse.now(), exp: gatehouse.now() + 3600 }
  headers = bearer(await ctx.keys.sign('ES256', 'at+jwt', { ...claims, aud: `${ctx.issuer}/api/v1/admin`, scope }))
  await store.connections.add(
    connectionSchema.parse({ name: 'staff', issuer: 'http://localhost:1', client_id: 'x', vault: { enabled: true } }),
    undefined,
  )
  await gatehouse.addAccount({ sub: 'ada', username: 'ada' })
  await gatehouse.addAccount({ sub: 'root', username: 'root', role: 'superadmin' })
})
after(() => gatehouse.close())

async function keep(owner: string, subject = `up-${owner}`): Promise<string> {
  const connection = (await gatehouse.root.store.connections.find('staff'))!
  const tokens = {
    accessToken: 'a secret token',
    refreshToken: 'rt',
    expiresAt: undefined,
    refreshExpiresAt: undefined,
    scope: 'read',
    session: undefined,
  }
  const kept = await keepTokens(gatehouse.root.vault, {
    ...{ connection, owner: { type: 'account', id: owner }, kind: 'offline', tokens, person: { subject, claims: {} } },
    ...{ scope: 'read', session: undefined },
  })
  return kept === 'refused' ? '' : kept.entry.id
}
const call = (method: string, below: string) => asked(`${gatehouse.issuer}/api/v1/admin/vault${below}`, method, undefined, headers)

test('entries are listed without their tokens, by account and connection', async () => {
  const id = await keep('ada')
  const { body, text } = await call('GET', '?user=ada&connection=staff')
  assert.doesNotMatch(text, /a secret token/)
  assert.deepEqual(
    body.items.map((item: Record<string, unknown>) => [item['id'], item['owner'], item['scope'], item['state'], item['last_used_at']]),
    [[id, 'ada', 'read', 'active', null]],
  )
  assert.deepEqual((await call('GET', '?user=nobody')).body.items, [])
  assert.deepEqual((await call('GET', '?connection=other')).body.items, [])
  assert.equal((await call('GET', '?limit=0')).status, 422)
})

test('an entry is removed although its provider is down, and only by who may manage its owner', async () => {
  const id = await keep('ada')
  assert.equal((await call('DELETE', `/${id}`)).status, 204)
  const again = await call('DELETE', `/${id}`)
  assert.deepEqual([again.status, again.body.detail], [404, 'there is no such vault entry here'])
  const other = await keep('root')
  assert.equal((await call('DELETE', `/${other}`)).status, 403)
  assert.ok(await gatehouse.root.store.vault.find(other))
  const [event] = await gatehouse.root.store.audit.search({ act: 'vault.remove', outcome: 'success', limit: 9, newestFirst: true })
  assert.deepEqual([event?.target, event?.detail], [id, { connection: 'staff', owner: 'ada', revoked: false }])
})

test('an authorization that another entry depends on is not taken back at the provider', async () => {
  await gatehouse.addAccount({ sub: 'bob', username: 'bob' })
  const [one, other] = [await keep('ada', 'both'), await keep('bob', 'both')]
  const warned: unknown[] = []
  const vault = { ...gatehouse.root.vault, warn: (what: object) => warned.push(what) }
  assert.deepEqual(await removeEntry(vault, one), { shared: true, revoked: false })
  assert.equal(warned.length, 0, 'the provider is not asked')
  assert.deepEqual(await removeEntry(vault, other), { shared: false, revoked: false })
  assert.deepEqual(
    warned.map((what) => ({ ...(what as object), why: undefined })),
    [{ connection: 'staff', entry: other, why: undefined }],
  )
  assert.equal(await removeEntry(vault, other), undefined)
})
