/** 7: sealed values are found by key, and resealed under the current key-encryption key without losing anything. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aStream, aWebhook } from '../../test/event-content.ts'
import { read } from '../../test/sources.ts'
import { aClient, aMessage, anAccount, atOnce, NOW, onEachEngine, type TenantStore } from '../../test/stored.ts'
import { anEntry } from '../../test/tenant-content.ts'
import { connectionSchema } from '../connections/connection.ts'
import { missingKeys, resealOnUse, sealing } from '../crypto/reseal.ts'
import { keyIdOf, sealer } from '../crypto/seal.ts'
import type { SealedStore } from '../crypto/types.ts'
import { random } from '../platform.ts'
import { sealId } from '../vault/entry.ts'
import { sealedValues } from './sealed-values.ts'
import { type Db, sql } from './sql.ts'
import { systemStore } from './system.ts'

const [oldKey, newKey] = [random(32), random(32)]
const before = sealer([oldKey], random)
const after = sealer([newKey, oldKey], random)
const alone = sealer([newKey], random)
const [oldId, newId] = [before.keyIds[0]!, after.keyIds[0]!]

const entry = anEntry('1')
const contexts = {
  installation: { purpose: 'installation', tenant: '', id: 'id' },
  key: (tenant: string) => ({ purpose: 'signing-key', tenant, id: `ES256:kid-${tenant}` }),
  federationKey: (tenant: string) => ({ purpose: 'federation-key', tenant, id: `ES256:kid-${tenant}` }),
  client: (tenant: string) => ({ purpose: 'client-signing-secret', tenant, id: 'client' }),
  connection: (tenant: string) => ({ purpose: 'connection-secret', tenant, id: 'upstream' }),
  webhook: (tenant: string) => ({ purpose: 'webhook-secret', tenant, id: 'crm' }),
  stream: (tenant: string) => ({ purpose: 'stream-authorization', tenant, id: 'stream1' }),
  vault: (tenant: string) => ({ purpose: 'vault', tenant, id: sealId(entry) }),
  totp: (tenant: string, id: string) => ({ purpose: 'totp', tenant, id }),
  outbox: (tenant: string) => ({ purpose: 'outbox', tenant, id: 'message' }),
}

async function fill(store: TenantStore, tenant: string, { people, by = before }: { people: number; by?: typeof before }): Promise<void> {
  const key = {
    kid: `kid-${tenant}`,
    alg: 'ES256',
    generation: 1,
    publicJwk: '{}',
    createdAt: NOW,
    activeAt: NOW,
    removeAt: undefined,
  } as const
  await store.signingKeys.add({ ...key, sealedKey: by.seal(contexts.key(tenant), Buffer.from('key')) }, undefined)
  const federationKey = by.seal(contexts.federationKey(tenant), Buffer.from('federation key'))
  await store.federationKeys.add({ ...key, sealedKey: federationKey }, undefined)
  await store.clientsAdmin.add(aClient(), [])
  await store.clientsAdmin.add(aClient({ client_id: 'no-secret' }), [])
  await store.clientsAdmin.setSigningSecret('client', by.seal(contexts.client(tenant), Buffer.from('secret')))
  await store.outbox.add(aMessage({ id: 'message', sealed: by.seal(contexts.outbox(tenant), Buffer.from('mail')) }))
  const connection = connectionSchema.parse({ name: 'upstream', issuer: 'https://sso.example', client_id: 'gatehouse' })
  await store.connections.add(connection, by.seal(contexts.connection(tenant), Buffer.from('upstream secret')))
  await store.connections.add({ ...connection, name: 'no-secret' }, undefined)
  await store.webhooks.add({ ...aWebhook('1'), name: 'crm' }, by.seal(contexts.webhook(tenant), Buffer.from('webhook secret')))
  await store.eventStreams.add({ ...aStream('1'), sealedAuthorization: by.seal(contexts.stream(tenant), Buffer.from('Bearer x')) })
  await store.accounts.add(anAccount({ subject: 'person1', username: 'owner', email: undefined }))
  await store.vault.add({ ...entry, sealed: by.seal(contexts.vault(tenant), Buffer.from('tokens')) }, undefined)
  await atOnce(people, async (i) => {
    const subject = `subject ${i}`
    await store.accounts.add(anAccount({ subject, username: `user-${i}`, email: undefined }))
    const sealed = by.seal(contexts.totp(tenant, subject), Buffer.from(subject))
    await store.factors.addTotp({ subject, sealed, lastStep: 1, createdAt: NOW }, { recoveryCodes: [], onlyFirst: true })
  })
}

/** By the identifier of the key. */
const countsOf = (counts: Awaited<ReturnType<SealedStore['counts']>>, kind: string) =>
  Object.fromEntries(counts.filter((one) => one.kind === kind).map(({ prefix, count }) => [keyIdOf(prefix), count]))

async function filled(db: Db, a: TenantStore, b: TenantStore): Promise<void> {
  await systemStore(db).installation.first({ id: 'id', sealedSecret: before.seal(contexts.installation, Buffer.from('installation')) })
  await fill(a, 'a', { people: 150 })
  await fill(b, 'b', { people: 1 })
}

onEachEngine('7: everything sealed in every tenant is counted by key and resealed, slice by slice', async ({ a, b, db }) => {
  await filled(db, a, b)
  const { uses, reseal } = sealing(sealedValues(db), after)
  assert.deepEqual(await uses(), [{ keyId: oldId, values: 168 }])
  const told: string[] = []
  assert.deepEqual(await reseal(({ resealed, total }) => told.push(`${resealed} of ${total}`)), { resealed: 168, failed: 0 })
  assert.ok(told.length > 4 && told.at(-1) === '168 of 168', told.join())
  assert.deepEqual(await uses(), [{ keyId: newId, values: 168 }])

  const installation = await systemStore(db).installation.find()
  assert.equal(alone.open(contexts.installation, installation!.sealedSecret).toString(), 'installation')
  for (const [store, tenant] of [
    [a, 'a'],
    [b, 'b'],
  ] as const) {
    assert.equal(alone.open(contexts.key(tenant), (await store.signingKeys.list())[0]!.sealedKey).toString(), 'key')
    const client = await store.clients.find('client')
    assert.equal(alone.open(contexts.client(tenant), client!.sealedSigningSecret!).toString(), 'secret')
    const [mail] = await db.read(sql`select sealed from outbox where tenant_id = ${tenant}`)
    assert.equal(alone.open(contexts.outbox(tenant), mail!['sealed'] as string).toString(), 'mail')
    const connection = await store.connections.find('upstream')
    assert.equal(alone.open(contexts.connection(tenant), connection!.sealedSecret!).toString(), 'upstream secret')
    const webhook = await store.webhooks.find('crm')
    assert.equal(alone.open(contexts.webhook(tenant), webhook!.sealedSecret).toString(), 'webhook secret')
    const stream = await store.eventStreams.find('stream1')
    assert.equal(alone.open(contexts.stream(tenant), stream!.sealedAuthorization!).toString(), 'Bearer x')
    const kept = await store.vault.find(entry.id)
    assert.equal(alone.open(contexts.vault(tenant), kept!.sealed).toString(), 'tokens')
    const { totp } = await store.factors.of('subject 0')
    assert.equal(alone.open(contexts.totp(tenant, 'subject 0'), totp!.sealed).toString(), 'subject 0')
  }
  assert.deepEqual(await reseal(() => {}), { resealed: 0, failed: 0 })
})

onEachEngine('7: values are counted by kind and key', async ({ a, b, db }) => {
  await fill(a, 'a', { people: 2 })
  await fill(b, 'b', { people: 1, by: after })
  const counts = await sealedValues(db).counts()
  const kinds = [
    'signing-key',
    'federation-key',
    'client-signing-secret',
    'outbox',
    'connection-secret',
    'webhook-secret',
    'stream-authorization',
    'vault',
  ]
  for (const kind of kinds) assert.deepEqual(countsOf(counts, kind), { [oldId]: 1, [newId]: 1 }, kind)
  assert.deepEqual(countsOf(counts, 'totp'), { [oldId]: 2, [newId]: 1 })
  assert.equal(counts.length, 2 * (kinds.length + 1))
})

onEachEngine('7: a value that does not open is counted and left unchanged, and the others are resealed', async ({ a, b, db }) => {
  await filled(db, a, b)
  const damaged = before.seal({ ...contexts.client('a'), id: 'another' }, Buffer.from('secret'))
  await a.clientsAdmin.setSigningSecret('client', damaged)
  const { uses, reseal } = sealing(sealedValues(db), after)
  assert.deepEqual(await reseal(() => {}), { resealed: 167, failed: 1 })
  assert.equal((await a.clients.find('client'))?.sealedSigningSecret, damaged)
  assert.deepEqual(
    new Map((await uses()).map(({ keyId, values }) => [keyId, values])),
    new Map([
      [oldId, 1],
      [newId, 167],
    ]),
  )
  assert.deepEqual(missingKeys(await uses(), alone.keyIds).length, 1)
  assert.match(missingKeys(await uses(), alone.keyIds)[0]!, new RegExp(`^1 value in the database .* key ${oldId}, which was not given`))
  assert.deepEqual(missingKeys(await uses(), after.keyIds), [])
})

onEachEngine(
  '7: a secret that was replaced in the meantime is not overwritten, and another tenant is not touched',
  async ({ a, b, db }) => {
    await filled(db, a, b)
    const sealed = (await a.clients.find('client'))!.sealedSigningSecret!
    const use = () =>
      resealOnUse(sealedValues(db), after)('client-signing-secret', { tenant: 'a', id: 'client', sealed }, () => Buffer.from('secret'))
    await a.clientsAdmin.setSigningSecret('client', before.seal(contexts.client('a'), Buffer.from('chosen since')))
    await use()
    const found = (await a.clients.find('client'))!.sealedSigningSecret!
    assert.equal(before.open(contexts.client('a'), found).toString(), 'chosen since')

    await a.clientsAdmin.setSigningSecret('client', sealed)
    await use()
    assert.equal(alone.open(contexts.client('a'), (await a.clients.find('client'))!.sealedSigningSecret!).toString(), 'secret')
    assert.ok(!after.isCurrent((await b.clients.find('client'))!.sealedSigningSecret!))
  },
)

test('7: every purpose that something is sealed for is in the table, unless it never reaches the database', () => {
  const purposes = read('src/**/*.ts').flatMap(({ path, code }) =>
    path.endsWith('.test.ts') || !/\bsealer\b/.test(code)
      ? []
      : [...code.matchAll(/\bpurpose: ((?:'[a-z-]+'(?: \| )?)+)/g)].flatMap(([, names]) => names!.match(/[a-z-]+/g)!),
  )
  const table = read('src/store/sealed-values.ts')[0]!.code
  const inTable = [...table.matchAll(/^ {2}'?([a-z-]+)'?: \{$/gm)].map(([, kind]) => kind!)
  assert.deepEqual([...new Set(purposes)].filter((purpose) => purpose !== 'totp-draft').toSorted(), inTable.toSorted())
})
