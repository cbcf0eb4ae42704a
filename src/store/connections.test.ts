/** Connections to upstream providers, on every engine: made once, changed, declared, with a secret that changes on its own. */
import assert from 'node:assert/strict'
import { anAccount, atOnce, NOW, onEachEngine } from '../../test/stored.ts'
import { aConnection, anEntry, anUpstreamRequest, aTokenId, person } from '../../test/tenant-content.ts'
import { connectionSchema } from '../connections/connection.ts'
import { Sql, sql } from './sql.ts'

const staff = connectionSchema.parse({
  name: 'staff',
  preset: 'keycloak',
  issuer: 'https://sso.example/realms/staff',
  client_id: 'gatehouse',
})
const nothing = {
  clients: [],
  resources: [],
  connections: [],
  credentials: [],
  trustedIssuers: [],
  removed: { clients: [], resources: [], connections: [], credentials: [], trustedIssuers: [] },
}

onEachEngine('of ten that make a connection of one name exactly one does', async ({ a, b }) => {
  const made = await atOnce(10, (i) => a.connections.add({ ...staff, label: `Staff ${i}` }, `sealed ${i}`))
  assert.equal(made.filter(Boolean).length, 1)
  const winner = made.indexOf(true)
  assert.deepEqual(await a.connections.find('staff'), { ...staff, label: `Staff ${winner}`, sealedSecret: `sealed ${winner}` })
  assert.equal(await b.connections.find('staff'), undefined)
  assert.equal(await b.connections.add(staff, undefined), true)
  assert.deepEqual(await b.connections.find('staff'), { ...staff, sealedSecret: undefined })
})

onEachEngine('a change leaves the secret alone, and the secret the rest', async ({ a, b }) => {
  await a.connections.add(staff, 'sealed')
  await b.connections.add(staff, 'sealed elsewhere')
  assert.equal(await a.connections.replace({ ...staff, enabled: false }), 'replaced')
  assert.deepEqual(await a.connections.find('staff'), { ...staff, enabled: false, sealedSecret: 'sealed' })
  assert.equal(await a.connections.setSecret('staff', 'another'), true)
  assert.deepEqual(await a.connections.find('staff'), { ...staff, enabled: false, sealedSecret: 'another' })
  assert.equal(await a.connections.setSecret('staff', undefined), true)
  assert.equal((await a.connections.find('staff'))?.sealedSecret, undefined)
  assert.deepEqual(await b.connections.find('staff'), { ...staff, sealedSecret: 'sealed elsewhere' })
  assert.deepEqual(
    [await a.connections.replace({ ...staff, name: 'nobody' }), await a.connections.setSecret('nobody', 'x')],
    ['unknown', false],
  )
  assert.deepEqual([await a.connections.remove('staff'), await a.connections.remove('staff')], [true, false])
  assert.ok(await b.connections.find('staff'))
})

onEachEngine('they are listed in order of name, page by page', async ({ a }) => {
  for (const name of ['c', 'a', 'b']) await a.connections.add({ ...staff, name }, undefined)
  const namesOf = async (ask: { after?: string; limit: number }) => (await a.connections.list(ask)).map(({ name }) => name)
  assert.deepEqual([await namesOf({ limit: 2 }), await namesOf({ after: 'b', limit: 2 })], [['a', 'b'], ['c']])
})

onEachEngine('a declaration keeps the secret unless it brings one', async ({ a }) => {
  await a.connections.add(staff, 'sealed')
  await a.declare({ ...nothing, connections: [{ connection: { ...staff, label: 'Staff' }, sealedSecret: undefined }] }, NOW)
  assert.deepEqual(await a.connections.find('staff'), { ...staff, label: 'Staff', sealedSecret: 'sealed' })
  const added = { connection: { ...staff, name: 'added' }, sealedSecret: 'new' }
  await a.declare({ ...nothing, connections: [{ connection: staff, sealedSecret: 'newer' }, added] }, NOW)
  assert.deepEqual([(await a.connections.find('staff'))?.sealedSecret, (await a.connections.find('added'))?.sealedSecret], ['newer', 'new'])
  await a.declare({ ...nothing, removed: { ...nothing.removed, connections: ['staff', 'nobody'] } }, NOW)
  assert.equal(await a.connections.find('staff'), undefined)
})

onEachEngine('a document of another version is read as far as it is known', async ({ a, db }) => {
  await a.connections.add(staff, undefined)
  const doc = JSON.stringify({ ...staff, later: 1, position: 'first', sign_in: { sign_up: 'everyone', scope: 'openid' } })
  await db.write(sql`update connections set doc = ${doc} where tenant_id = 'a' and name = 'staff' returning name`)
  const read = await a.connections.find('staff')
  assert.deepEqual([read?.position, read?.sign_in.sign_up, read?.sign_in.scope, read?.issuer], [0, 'never', 'openid', staff.issuer])
  assert.equal(read && 'later' in read, false)
})

const moved = { ...staff, issuer: 'https://other.example' }
const sameProvider = [
  { ...staff, issuer: `${staff.issuer}/` },
  { ...staff, client_id: 'other', enabled: false },
]
const plain = connectionSchema.parse({
  ...{ name: 'plain', preset: 'oauth2', client_id: 'gatehouse' },
  ...{ authorization_endpoint: 'https://oauth.example/authorize', token_endpoint: 'https://oauth.example/token' },
})

onEachEngine('hole 5: a connection in use does not come to lead to another provider; one that nobody uses does', async ({ a, b }) => {
  for (const store of [a, b]) {
    await store.accounts.add(anAccount())
    await store.connections.add(staff, 'sealed')
    await store.connections.add(plain, 'sealed')
  }
  assert.equal(await a.connections.replace(moved), 'replaced')
  assert.equal(await a.connections.replace(staff), 'replaced')
  const identity = { upstreamSubject: 'ada', subject: 'subject', label: undefined, createdAt: NOW, lastUsedAt: undefined }
  await a.upstreamIdentities.link({ connection: 'staff', ...identity })
  await a.upstreamIdentities.link({ connection: 'plain', ...identity })
  for (const other of [moved, { ...plain, token_endpoint: 'https://other.example/token' }]) {
    const before = await a.connections.find(other.name)
    assert.equal(await a.connections.replace(other), 'other provider')
    await assert.rejects(a.declare({ ...nothing, connections: [{ connection: other, sealedSecret: 'new' }] }, NOW), {
      name: 'OtherProvider',
    })
    assert.deepEqual(await a.connections.find(other.name), before)
    assert.equal(await b.connections.replace(other), 'replaced')
  }
  for (const same of sameProvider) assert.equal(await a.connections.replace(same), 'replaced')
  assert.equal(await a.connections.remove('staff'), true)
  assert.equal(await a.connections.add(moved, undefined), true)
  assert.equal(await a.upstreamIdentities.find('staff', 'ada'), undefined)
})

onEachEngine('hole 5: kept tokens hold a connection to its provider, and what waits at a provider ends with a change', async ({ a, b }) => {
  const connection = aConnection('1')
  for (const store of [a, b]) {
    await store.accounts.add({ ...person('1'), attributes: {} })
    await store.connections.add(connection, 'sealed')
    await store.upstreamRequests.add(anUpstreamRequest('1'), NOW + 60)
  }
  assert.equal(await a.vault.add(anEntry('1'), undefined), true)
  assert.equal(await a.connections.replace({ ...connection, issuer: 'https://other.example' }), 'other provider')
  assert.equal(await a.connections.replace({ ...connection, client_id: 'other' }), 'replaced')
  assert.equal(await a.upstreamRequests.take('upstream-request1', NOW), undefined)
  assert.ok(await b.upstreamRequests.take('upstream-request1', NOW))
})

onEachEngine('hole 14: a connection goes with more kept tokens than one statement can name', async ({ a, b, db }) => {
  const many = 70_000
  for (const store of [a, b]) {
    await store.accounts.add({ ...person('1'), attributes: {} })
    await store.connections.add(aConnection('1'), 'sealed')
    await store.vault.add(anEntry('1'), aTokenId('1'))
  }
  const numbers =
    db.engine === 'postgres'
      ? `select n from generate_series(2, ${many}) as s(n)`
      : `with recursive s(n) as (select 2 union all select n + 1 from s where n < ${many}) select n from s`
  const columns = 'connection, owner_type, kind, scope, state, sealed, version, lease, lease_until, created_at, updated_at'
  await db.write(
    new Sql(
      [
        `insert into vault_entries (tenant_id, id, owner, ${columns})
       select 'a', 'entry' || n, 'person' || n, ${columns} from vault_entries e, (${numbers}) as s where e.tenant_id = 'a'`,
      ],
      [],
    ),
  )
  assert.equal(await a.connections.remove('connection1'), true)
  assert.deepEqual([await a.vault.list({ limit: 1 }), await a.vault.byTokenId('token-id1')], [[], undefined])
  assert.ok(await b.vault.byTokenId('token-id1'))
})
