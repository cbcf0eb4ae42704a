/** On a full disk every act that only changes or removes rows is done: revoking, disabling, ending; whatever it would tell others of. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import test from 'node:test'
import { acts } from '../../test/acts.ts'
import { megabyte, smallDisk } from '../../test/small-disk.ts'
import { NOW } from '../../test/stored.ts'
import { aGroup, fillTenant } from '../../test/tenant-content.ts'
import { metadataOf } from '../protocol/change-client.ts'
import { migrate } from './migrate.ts'
import { openDatabase } from './open.ts'
import { tenantStore } from './tenant.ts'

/** Rows that are added to tell of something, or to revoke it, and those that are moved. */
const needed = /\b(?:outbox|revocations|used_once|audit|signing_keys|federation_keys) \+\d+/g

/** Acts that change a row in place of adding one, or add one that the act needs; they wait for space. */
const waiting: Readonly<Record<string, string>> = {
  'usedOnce.first': 'what must work once cannot be noted',
  'usedOnce.all': 'what must work once cannot be noted',
  'audit.add': 'whoever acts is told that the log does not say so',
  'sessions.start': 'a sign-in',
  'attempts.count': 'a sign-in',
  'devices.add': 'a sign-in',
  'links.add': 'a new link',
  'factors.addTotp': 'a new factor',
  'factors.replaceRecoveryCodes': 'new codes',
  'clientsAdmin.replace': 'a new origin',
  'registrations.replace': 'a new origin and a new secret',
  'clientsAdmin.rotateSecret': 'a new secret; the old one can be removed',
  'resourcesAdmin.rotateSecret': 'a new secret',
  'eventStreams.verify': 'a new event',
  'attributes.define': 'a change of the schema',
  'attributes.remove': 'a change of the schema',
}

test('15: acts that end something', async (t) => {
  const disk = smallDisk(t, 96)
  const db = await openDatabase(`sqlite:${join(disk.folder, 'gatehouse.db')}`, () => {})
  t.after(() => db.close())
  await migrate(db)
  const ending = Object.entries(acts).filter(([, { changes }]) => changes !== '' && !changes.replaceAll(needed, '').includes('+'))
  assert.ok(ending.length > 60, `${ending.length}`)
  for (const [name] of ending) await fillTenant(tenantStore(db, name, () => NOW))
  disk.fill(0)
  const another = tenantStore(db, 'another', () => NOW)
  let isFull = !disk.own
  for (let i = 0; !isFull && i < 9000; i++)
    isFull = await another.groups.add(aGroup(`${i}`)).then(
      () => false,
      () => true,
    )
  assert.ok(isFull)
  disk.fill(megabyte / 2)
  const { clientsAdmin } = tenantStore(db, 'clientsAdmin.remove', () => NOW)
  const before = metadataOf((await clientsAdmin.find('client1'))!)
  assert.ok(await clientsAdmin.replace({ ...before, scope: '' }), 'a registration is narrowed')
  const failed: string[] = []
  for (const [name, { act }] of ending)
    await act(
      tenantStore(db, name, () => NOW),
      '1',
    ).catch((error: Error) => failed.push(`${name}: ${error.message}`))
  assert.deepEqual(failed.map((one) => one.split(':')[0]).sort(), disk.own ? Object.keys(waiting).sort() : [], failed.join('\n'))
})
