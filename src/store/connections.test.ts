/** Connections to upstream providers, on every engine: made once, changed, declared, with a secret that changes on its own. */
import assert from 'node:assert/strict'
import { atOnce, NOW, onEachEngine } from '../../test/stored.ts'
import { connectionSchema } from '../connections/connection.ts'
import { sql } from './sql.ts'

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
  assert.equal(await a.connections.replace({ ...staff, enabled: false }), true)
  assert.deepEqual(await a.connections.find('staff'), { ...staff, enabled: false, sealedSecret: 'sealed' })
  assert.equal(await a.connections.setSecret('staff', 'another'), true)
  assert.deepEqual(await a.connections.find('staff'), { ...staff, enabled: false, sealedSecret: 'another' })
  assert.equal(await a.connections.setSecret('staff', undefined), true)
  assert.equal((await a.connections.find('staff'))?.sealedSecret, undefined)
  assert.deepEqual(await b.connections.find('staff'), { ...staff, sealedSecret: 'sealed elsewhere' })
  assert.deepEqual(
    [await a.connections.replace({ ...staff, name: 'nobody' }), await a.connections.setSecret('nobody', 'x')],
    [false, false],
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
