/** The contract of services, API keys and rotated secrets, on every engine, with a second tenant. */
import assert from 'node:assert/strict'
import { aClient, anAccount, atOnce, NOW, onEachEngine, type TenantStore } from '../../test/stored.ts'
import type { StoredApiKey } from '../protocol/registry.ts'
import { sql, UniqueViolation } from './sql.ts'
import { sweep } from './sweep.ts'
import type { MachineRow } from './types.ts'

const aService = (change: Partial<MachineRow> = {}): MachineRow => {
  return { id: 'service', name: 'nightly', description: undefined, status: 'active', createdAt: NOW, ...change }
}

function aKey(change: Partial<StoredApiKey> = {}): StoredApiKey {
  const key = { id: 'key', hash: '#key', owner: 'service', subject: 'service', label: 'Key', scope: ['a', 'b'], resource: [] } as const
  return { ...key, chain: 'key', createdAt: NOW, lifetime: 600, expiresAt: NOW + 600, lastUsedAt: undefined, ...change }
}

/** As the rules find it. */
function found({ hash: _, chain: __, lifetime: ___, ...key }: StoredApiKey, username: string) {
  return { ...key, username }
}

const inForce = async (store: TenantStore, now: number, hashes: string[]) => {
  const keys = await Promise.all(hashes.map(async (hash) => ((await store.apiKeys.find(hash, now)) ? [hash] : [])))
  return keys.flat()
}

onEachEngine('a service has a unique name in its tenant', async ({ a, b }) => {
  assert.equal((await atOnce(10, (i) => a.services.add(aService({ id: `s${i}` })))).filter(Boolean).length, 1)
  const made = (await a.services.byName('nightly'))!
  assert.deepEqual(made, aService({ id: made.id }))
  assert.equal(await a.services.add(aService({ id: made.id, name: 'other' })), false)
  assert.equal(await b.services.byName('nightly'), undefined)
  assert.equal(await b.services.setStatus(made.id, 'suspended'), false)
  assert.equal(await b.services.remove(made.id), false)
  assert.equal(await b.services.add(aService()), true)
  assert.equal(await a.services.add(aService({ name: 'backup', description: 'Copies' })), true)
  assert.equal(await a.services.setStatus(made.id, 'suspended'), true)
  assert.deepEqual(await a.services.list({ limit: 9 }), [
    aService({ name: 'backup', description: 'Copies' }),
    { ...made, status: 'suspended' },
  ])
  assert.deepEqual(await a.services.list({ after: 'nightly', limit: 9 }), [])
  assert.equal((await b.services.byName('nightly'))?.status, 'active')
})

onEachEngine('a key is found by its hash, in its tenant, until it expires', async ({ a, b }) => {
  assert.equal(await a.apiKeysAdmin.add(aKey()), false, 'nobody owns it')
  for (const store of [a, b]) await store.services.add(aService())
  assert.equal(await a.apiKeysAdmin.add(aKey()), true)
  assert.equal(await b.apiKeys.find('#key', NOW), undefined)
  assert.equal(await b.apiKeysAdmin.find('key'), undefined)
  assert.equal(await b.apiKeysAdmin.remove('key'), false)
  assert.deepEqual(await b.apiKeysAdmin.list({ limit: 9 }), [])
  assert.deepEqual(await a.apiKeys.find('#key', NOW + 599), found(aKey(), 'nightly'))
  assert.equal(await a.apiKeys.find('#key', NOW + 600), undefined)
  assert.deepEqual(await a.apiKeysAdmin.find('key'), aKey())
  await assert.rejects(a.apiKeysAdmin.add(aKey({ id: 'other' })), UniqueViolation)
  const authorization = aKey({
    id: 'lasting',
    hash: '#lasting',
    lifetime: undefined,
    expiresAt: undefined,
    scope: [],
    resource: ['https://api.example'],
  })
  assert.equal(await a.apiKeysAdmin.add(authorization), true)
  assert.deepEqual(await a.apiKeys.find('#lasting', NOW * 2), found(authorization, 'nightly'))
  assert.deepEqual(await a.apiKeysAdmin.list({ limit: 9 }), [found(aKey(), 'nightly'), found(authorization, 'nightly')])
  assert.deepEqual(await a.apiKeysAdmin.list({ after: 'key', limit: 9 }), [found(authorization, 'nightly')])
  assert.equal(await a.apiKeysAdmin.remove('key'), true)
  assert.equal(await a.apiKeys.find('#key', NOW), undefined)
})

onEachEngine('a key works only while its owner is active', async ({ a }) => {
  await a.services.add(aService())
  await a.accounts.add(anAccount())
  await a.apiKeysAdmin.add(aKey())
  const own = aKey({ id: 'own', hash: '#own', owner: 'person', subject: 'subject' })
  await a.apiKeysAdmin.add(own)
  assert.deepEqual(await a.apiKeys.find('#own', NOW), found(own, 'Alice'))
  assert.equal(await a.apiKeysAdmin.add(aKey({ id: 'x', hash: '#x', owner: 'person' })), false, 'a service is not a person')
  await a.services.setStatus('service', 'suspended')
  await a.accounts.change('subject', { status: 'suspended' })
  assert.deepEqual(await inForce(a, NOW, ['#key', '#own']), [])
  await a.services.setStatus('service', 'active')
  await a.accounts.change('subject', { status: 'active' })
  assert.deepEqual(await inForce(a, NOW, ['#key', '#own']), ['#key', '#own'])
  await a.services.remove('service')
  await a.accounts.remove('subject', NOW)
  await a.services.add(aService())
  await a.accounts.add(anAccount())
  assert.deepEqual(await inForce(a, NOW, ['#key', '#own']), [], 'a later owner of the same subject inherits none')
})

onEachEngine('the keys of a person and of a service with the same identifier end apart', async ({ a }) => {
  const own = { hash: '#own', id: 'own', owner: 'person' } as const
  const addPerson = async () => {
    await a.accounts.add(anAccount({ subject: 'service' }))
    await a.apiKeysAdmin.add(aKey(own))
  }
  await a.services.add(aService())
  await a.apiKeysAdmin.add(aKey())
  await addPerson()
  await a.accounts.remove('service', NOW)
  assert.deepEqual(await inForce(a, NOW, ['#key', '#own']), ['#key'])
  await addPerson()
  await a.services.remove('service')
  assert.deepEqual(await inForce(a, NOW, ['#key', '#own']), ['#own'])
})

onEachEngine('no key outlives its owner, even if it is created while the owner is removed', async ({ a, db }) => {
  for (let round = 0; round < 10; round++) {
    const subject = `s${round}`
    await a.services.add(aService({ id: subject, name: subject }))
    await a.apiKeysAdmin.add(aKey({ id: subject, hash: subject, subject, chain: subject }))
    const next = { id: `n${round}`, hash: `n${round}` }
    await Promise.all([
      a.apiKeysAdmin.add(aKey({ id: `m${round}`, hash: `m${round}`, subject })),
      a.services.remove(subject),
      a.apiKeysAdmin.rotate(subject, { next, now: NOW, overlap: 60 }),
    ])
  }
  assert.deepEqual(await db.read(sql`select id from api_keys where tenant_id = 'a'`), [])
})

onEachEngine('its use is recorded, at most once per interval', async ({ a, b }) => {
  await a.services.add(aService())
  await a.apiKeysAdmin.add(aKey())
  const lastUse = async () => (await a.apiKeysAdmin.find('key'))?.lastUsedAt
  await b.apiKeys.used('key', NOW, 60)
  assert.equal(await lastUse(), undefined)
  await a.apiKeys.used('key', NOW, 60)
  assert.equal(await lastUse(), NOW)
  await a.apiKeys.used('key', NOW + 59, 60)
  assert.equal(await lastUse(), NOW)
  await a.apiKeys.used('key', NOW + 60, 60)
  assert.equal(await lastUse(), NOW + 60)
})

onEachEngine('a key is rotated, and at most two of a chain are in force', async ({ a, b }) => {
  for (const store of [a, b]) await store.services.add(aService())
  await a.apiKeysAdmin.add(aKey())
  await a.apiKeysAdmin.add(aKey({ id: 'apart', hash: '#apart', chain: 'apart' }))
  await a.apiKeys.used('key', NOW, 60)
  const rotate = (store: TenantStore, id: string, next: string, now: number, overlap = 100) =>
    store.apiKeysAdmin.rotate(id, { next: { id: next, hash: `#${next}` }, now, overlap })
  assert.equal(await rotate(b, 'key', 'no', NOW), undefined)
  const second = aKey({ id: '2', hash: '#2', createdAt: NOW + 10, expiresAt: NOW + 610 })
  assert.deepEqual(await rotate(a, 'key', '2', NOW + 10), second, 'equal but for id, hash and times')
  assert.deepEqual(await a.apiKeysAdmin.find('2'), second)
  const all = ['#key', '#2', '#3', '#4', '#apart']
  assert.deepEqual(await inForce(a, NOW + 109, all), ['#key', '#2', '#apart'])
  assert.deepEqual(await inForce(a, NOW + 110, all), ['#2', '#apart'])
  await rotate(a, '2', '3', NOW + 20)
  assert.deepEqual(await inForce(a, NOW + 20, all), ['#2', '#3', '#apart'], 'the one before the last is removed')
  await rotate(a, '2', '4', NOW + 30, 1000)
  assert.deepEqual(await inForce(a, NOW + 119, all), ['#2', '#4', '#apart'], 'a successor nobody uses can be replaced')
  assert.deepEqual(await inForce(a, NOW + 120, all), ['#4', '#apart'], 'and no overlap grows')
  assert.equal(await rotate(a, '2', '5', NOW + 120), undefined, 'it has expired')
  await atOnce(10, (i) => rotate(a, '4', `at once ${i}`, NOW + 130))
  const rest = (await a.apiKeysAdmin.list({ limit: 99 })).map(({ id }) => id)
  assert.equal(rest.length, 3, rest.join())
})

onEachEngine('a key that has long expired is swept', async ({ a, db }) => {
  await a.services.add(aService())
  await a.apiKeysAdmin.add(aKey())
  await a.apiKeysAdmin.add(aKey({ id: 'lasting', hash: '#lasting', expiresAt: undefined }))
  assert.equal(await sweep(db, NOW + 599 + 30 * 86_400, 10), 0)
  assert.equal(await sweep(db, NOW + 600 + 30 * 86_400, 10), 1)
  assert.deepEqual(
    (await a.apiKeysAdmin.list({ limit: 9 })).map(({ id }) => id),
    ['lasting'],
  )
})

onEachEngine('a secret replaces the others, the newest of which may stay for a while', async ({ a, b }) => {
  const secret = (id: string, createdAt: number, expiresAt?: number) => {
    return { id, hash: `#${id}`, createdAt, ...(expiresAt === undefined ? {} : { expiresAt }) }
  }
  await a.clientsAdmin.add(aClient(), [secret('1', NOW), secret('2', NOW + 1), secret('gone', NOW + 2, NOW + 3)])
  await b.clientsAdmin.add(aClient(), [secret('1', NOW)])
  assert.equal(await a.clientsAdmin.rotateSecret('nobody', secret('3', NOW), undefined), false)
  assert.equal(await a.clientsAdmin.rotateSecret('client', secret('3', NOW + 5), NOW + 105), true)
  assert.deepEqual(await a.clientsAdmin.listSecrets('client'), [secret('2', NOW + 1, NOW + 105), secret('3', NOW + 5)])
  await a.clientsAdmin.rotateSecret('client', secret('4', NOW + 6, NOW + 50), NOW + 60)
  assert.deepEqual(await a.clientsAdmin.listSecrets('client'), [secret('3', NOW + 5, NOW + 60), secret('4', NOW + 6, NOW + 50)])
  await a.clientsAdmin.rotateSecret('client', secret('5', NOW + 7), NOW + 99)
  assert.deepEqual(await a.clientsAdmin.listSecrets('client'), [secret('4', NOW + 6, NOW + 50), secret('5', NOW + 7)], 'no lifetime grows')
  await a.clientsAdmin.rotateSecret('client', secret('6', NOW + 8), undefined)
  assert.deepEqual(await a.clientsAdmin.listSecrets('client'), [secret('6', NOW + 8)])
  await atOnce(10, (i) => a.clientsAdmin.rotateSecret('client', secret(`at once ${i}`, NOW + 9), NOW + 99))
  assert.equal((await a.clientsAdmin.listSecrets('client')).length, 2)
  assert.deepEqual(await b.clientsAdmin.listSecrets('client'), [secret('1', NOW)])
})
