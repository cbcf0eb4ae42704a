import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { commandLine } from '../../test/command-line.ts'
import { openDatabase } from '../store/open.ts'
import { ROOT_TENANT } from '../store/system.ts'
import { tenantStore } from '../store/tenant.ts'

const { folder, gatehouse, json, remove } = await commandLine()
after(remove)

test('who has no second factor has none to lose', async () => {
  await json('users create --username ada')
  assert.deepEqual((await json('users factors ada')).factors, [])
  assert.match((await gatehouse('users factors ada')).out, /Recovery codes left: 0/)
  const { status, err } = await gatehouse('users remove-factors ada')
  assert.equal(status, 1)
  assert.match(err, /ada has no second factor/)
})

test('who has lost theirs gets a way back, and the log says who gave it', async () => {
  const { sub } = await json('users create --username bob')
  const db = await openDatabase(`sqlite:${join(folder, 'gatehouse.db')}`)
  const totp = { subject: sub, sealed: 'sealed', lastStep: 1, createdAt: 1_700_000_000 }
  await tenantStore(db, ROOT_TENANT, () => 0).factors.addTotp(totp, { recoveryCodes: ['a', 'b'], onlyFirst: true })
  await db.close()
  const { factors, recovery_codes } = await json('users factors bob')
  assert.deepEqual([factors, recovery_codes], [[{ kind: 'authenticator app', name: '', since: 1_700_000_000 }], 2])
  assert.match((await gatehouse('users factors bob')).out, /authenticator app +2023-11-14[\s\S]*Recovery codes left: 2/)
  assert.equal((await gatehouse('users remove-factors bob')).out, 'bob now has no second factor, and is signed out everywhere.\n')
  assert.deepEqual((await json('users factors bob')).factors, [])
  assert.match((await gatehouse('audit list')).out, /user\.factor-remove/)
})
