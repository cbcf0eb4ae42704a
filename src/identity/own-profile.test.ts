import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../../test/app.ts'
import { defineAttribute, type Values } from './attributes.ts'
import { changeProfile } from './own-profile.ts'

test('a person writes no attribute that only administrators write, and loses the proof of another number', async (t) => {
  const gatehouse = await testApp('sqlite')
  t.after(() => gatehouse.close())
  await defineAttribute(gatehouse.root.attributes, { name: 'team', type: 'string' })
  await defineAttribute(gatehouse.root.attributes, { name: 'motto', type: 'string', writable_by: 'person' })
  const claims = { phone_number: '+12025550123', phone_number_verified: true }
  const subject = await gatehouse.addAccount({ username: 'ann', claims, attributes: { team: 'red' } })
  const account = async () => (await gatehouse.root.store.accounts.bySubject(subject))!
  const change = async (claims: Values, attributes: Values) =>
    changeProfile(gatehouse.root.accounts, await account(), { claims, attributes })
  for (const team of ['blue', undefined])
    await assert.rejects(change({ ...claims, name: 'Ann' }, { motto: 'on', team }), /is for administrators to write/)
  assert.deepEqual([(await account()).claims, (await account()).attributes], [claims, { team: 'red' }])
  await change({ phone_number: claims.phone_number, name: 'Ann' }, { motto: 'on' })
  assert.deepEqual(
    [(await account()).claims, (await account()).attributes],
    [
      { ...claims, name: 'Ann' },
      { team: 'red', motto: 'on' },
    ],
  )
  await change({ phone_number: '+12025550124' }, {})
  assert.deepEqual((await account()).claims, { phone_number: '+12025550124', name: 'Ann' })
})
