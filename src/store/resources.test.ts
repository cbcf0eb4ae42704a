/** The contract of resources and declarations, on every engine, with a second tenant. */
import assert from 'node:assert/strict'
import { aClient, aGrant, atOnce, NOW, onEachEngine, type TenantStore } from '../../test/stored.ts'
import type { SecretRow } from '../protocol/registry.ts'
import { sql, UniqueViolation } from './sql.ts'

const api = { identifier: 'https://api.example', name: 'API', scopes: { read: 'Read' } }
const secret = (id: string, change: Partial<SecretRow> = {}): SecretRow => ({ id, hash: `#${id}`, createdAt: NOW, ...change })
const hashes = async (store: TenantStore, identifier = api.identifier) => (await store.resources.find(identifier))?.secretHashes
const nothing = {
  clients: [],
  resources: [],
  connections: [],
  credentials: [],
  trustedIssuers: [],
  removed: { clients: [], resources: [], connections: [], credentials: [], trustedIssuers: [] },
}

onEachEngine('a resource is found by its identifier, and by the one name under which it authenticates', async ({ a, b }) => {
  assert.equal(await a.resourcesAdmin.add(api, secret('1')), true)
  assert.deepEqual(await a.resources.named(api.identifier), { ...api, secretHashes: ['#1'], tokensFrom: NOW })
  assert.equal(await a.resourcesAdmin.replace({ ...api, resource_id: 'rs0' }), 'replaced')
  assert.deepEqual(await a.resources.named('rs0'), { ...api, resource_id: 'rs0', secretHashes: ['#1'], tokensFrom: NOW })
  assert.equal(await a.resources.named(api.identifier), undefined)
  assert.equal(await a.resources.find('rs0'), undefined)
  assert.equal(await b.resources.named('rs0'), undefined)
  const other = { ...api, identifier: 'https://other.example', resource_id: 'rs0' }
  assert.equal(await a.resourcesAdmin.add(other), false)
  assert.equal(await a.resources.find(other.identifier), undefined)
  await a.resourcesAdmin.add({ ...other, resource_id: 'rs1' })
  assert.equal(await a.resourcesAdmin.replace(other), 'taken')
  assert.equal(await b.resourcesAdmin.add(other), true, 'another tenant may have the same names')
})

onEachEngine('a resource registered before identifiers were compared in normal form is found under its own', async ({ a, db }) => {
  const identifier = 'https://API.example/'
  await a.resourcesAdmin.add({ ...api, identifier })
  await db.write(sql`update resources set normal_identifier = identifier where tenant_id = 'a'`) // as migration 0130 leaves it
  assert.equal((await a.resources.find(identifier))?.identifier, identifier)
})

onEachEngine('a new secret replaces all but the newest, which works until its overlap ends', async ({ a, b, db }) => {
  assert.equal(await a.resourcesAdmin.rotateSecret(api.identifier, secret('0'), undefined), false)
  await a.resourcesAdmin.add(api)
  assert.deepEqual(await hashes(a), [])
  await a.resourcesAdmin.rotateSecret(api.identifier, secret('1', { createdAt: NOW - 9 }), undefined)
  await a.resourcesAdmin.rotateSecret(api.identifier, secret('2', { createdAt: NOW - 8 }), NOW + 60)
  await a.resourcesAdmin.rotateSecret(api.identifier, secret('3', { createdAt: NOW - 7 }), NOW + 60)
  assert.deepEqual((await hashes(a))?.toSorted(), ['#2', '#3'])
  await a.resourcesAdmin.rotateSecret(api.identifier, secret('4'), NOW)
  assert.deepEqual(await hashes(a), ['#4'], 'an expired one is out of force')
  assert.equal(await b.resourcesAdmin.rotateSecret(api.identifier, secret('5'), undefined), false)
  await b.resourcesAdmin.add(api, secret('of b'))
  await a.resourcesAdmin.add({ ...api, identifier: 'https://second.example' }, secret('of the second'))
  await a.resourcesAdmin.rotateSecret(api.identifier, secret('6', { expiresAt: NOW + 5 }), undefined)
  await a.resourcesAdmin.rotateSecret(api.identifier, secret('7'), NOW + 60)
  const [old] = await db.read(sql`select expires_at from resource_secrets where tenant_id = 'a' and id = '6'`)
  assert.equal(old?.['expires_at'], NOW + 5, 'no secret lives longer than it would have')
  const others = await db.read(sql`select expires_at from resource_secrets where id in ${['of b', 'of the second']}`)
  assert.deepEqual(
    others.map((row) => row['expires_at']),
    [null, null],
    'those of others live on',
  )
  await atOnce(10, (i) => a.resourcesAdmin.rotateSecret(api.identifier, secret(`of ${i}`), NOW + 60))
  assert.equal((await hashes(a))?.length, 2)
  await a.resourcesAdmin.remove(api.identifier)
  await a.resourcesAdmin.add(api)
  assert.deepEqual(await hashes(a), [], 'a new one of the same name has none')
})

onEachEngine('a declaration is applied: added, changed, removed', async ({ a, b }) => {
  for (const store of [a, b]) {
    await store.clientsAdmin.add(aClient(), [secret('old')])
    await store.resourcesAdmin.add(api, secret('old'))
    await aGrant(store)
  }
  const moved = aClient({ redirect_uris: ['https://moved.example/'] })
  const added = aClient({ client_id: 'added' })
  const clients = [
    { client: added, secret: secret('new') },
    { client: moved, secret: undefined },
  ]
  const resources = [{ resource: { ...api, name: 'Another' }, secret: secret('new') }]
  await a.declare({ ...nothing, clients, resources }, NOW)
  assert.deepEqual((await a.clients.find('client'))?.secretHashes, ['#old'])
  assert.deepEqual([await a.clients.hasOrigin('https://app.example'), await a.clients.hasOrigin('https://moved.example')], [true, true])
  assert.ok(await b.clients.hasOrigin('https://app.example'))
  assert.deepEqual((await a.clients.find('added'))?.secretHashes, ['#new'])
  assert.deepEqual(await a.resources.find(api.identifier), { ...api, name: 'Another', secretHashes: ['#new'], tokensFrom: NOW })
  await a.declare(
    {
      ...nothing,
      removed: { clients: ['client', 'nobody'], resources: [api.identifier], connections: [], credentials: [], trustedIssuers: [] },
    },
    NOW,
  )
  assert.equal(await a.clients.find('client'), undefined)
  assert.equal(await a.grants.find('client', 'subject'), undefined)
  assert.equal(await a.resources.find(api.identifier), undefined)
  assert.deepEqual(await b.resources.find(api.identifier), { ...api, secretHashes: ['#old'], tokensFrom: NOW })
  assert.ok(await b.grants.find('client', 'subject'))
})

onEachEngine('a declaration that cannot be applied as a whole changes nothing', async ({ a }) => {
  await a.resourcesAdmin.add({ ...api, resource_id: 'rs0' })
  const taken = { resource: { ...api, identifier: 'https://other.example', resource_id: 'rs0' }, secret: undefined }
  const first = { resource: { ...api, identifier: 'https://first.example' }, secret: undefined }
  const clients = [{ client: aClient(), secret: undefined }]
  await assert.rejects(a.declare({ ...nothing, clients, resources: [first, taken] }, NOW), UniqueViolation)
  assert.equal(await a.resources.find('https://first.example'), undefined)
  assert.equal(await a.clients.find('client'), undefined)
  await a.declare(
    {
      ...nothing,
      resources: [taken],
      removed: { clients: [], resources: [api.identifier], connections: [], credentials: [], trustedIssuers: [] },
    },
    NOW,
  )
  assert.equal((await a.resources.named('rs0'))?.identifier, 'https://other.example', 'a removed resource frees its name')
})
