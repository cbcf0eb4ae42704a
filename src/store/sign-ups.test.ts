/** The contract of sign-ups that wait for their address, on every engine. */
import assert from 'node:assert/strict'
import { aMessage, anAccount, atOnce, NOW, onEachEngine } from '../../test/stored.ts'
import type { SignUp } from '../identity/account.ts'
import { sweep } from './sweep.ts'

const aSignUp = (change: Partial<SignUp> = {}): SignUp => ({
  ...{ hash: 'one', email: 'Alice@Example.org', passwordHash: '$hash', claims: { name: 'Alice' }, expiresAt: NOW + 60 },
  ...change,
})

onEachEngine('one becomes an account once, also when many try at once, and only in its tenant', async ({ a, b }) => {
  await a.signUps.add(aSignUp(), aMessage())
  assert.deepEqual(await a.signUps.find('one', NOW), aSignUp())
  assert.equal(await b.signUps.find('one', NOW), undefined)
  assert.equal(await b.signUps.confirm('one', anAccount(), NOW), 'unknown')
  assert.equal(await a.accounts.byLogin('alice@example.org'), undefined, 'it is no account yet')
  const outcomes = await atOnce(10, (i) => a.signUps.confirm('one', anAccount({ subject: `s${i}` }), NOW))
  assert.equal(outcomes.filter((outcome) => outcome === 'added').length, 1)
  assert.equal((await a.accounts.byLogin('alice@example.org'))?.subject, `s${outcomes.indexOf('added')}`)
  assert.equal(await a.signUps.find('one', NOW), undefined)
})

onEachEngine('an expired one cannot be used', async ({ a, db }) => {
  await a.signUps.add(aSignUp(), aMessage())
  assert.equal(await a.signUps.find('one', NOW + 60), undefined)
  assert.equal(await a.signUps.confirm('one', anAccount(), NOW + 60), 'unknown')
  assert.equal(await a.accounts.count(), 0)
  assert.equal(await sweep(db, NOW + 59, 10), 0)
  assert.equal(await sweep(db, NOW + 60, 10), 1)
})

onEachEngine('several wait for one address: the first to confirm it gets it, and the others end', async ({ a }) => {
  await a.signUps.add(aSignUp(), aMessage())
  await a.signUps.add(aSignUp({ hash: 'two', email: 'alice@example.ORG', passwordHash: '$other' }), aMessage())
  await a.signUps.add(aSignUp({ hash: 'three', email: 'bob@example.org' }), aMessage())
  assert.equal(await a.signUps.confirm('two', anAccount({ passwordHash: '$other' }), NOW), 'added')
  assert.equal(await a.signUps.find('one', NOW), undefined)
  assert.ok(await a.signUps.find('three', NOW))
})

onEachEngine('an account that has the name or address by then keeps it, and nothing is spent', async ({ a }) => {
  await a.signUps.add(aSignUp(), aMessage())
  await a.accounts.add(anAccount({ subject: 'other' }))
  assert.equal(await a.signUps.confirm('one', anAccount(), NOW), 'taken')
  await a.accounts.remove('other', NOW)
  assert.equal(await a.signUps.confirm('one', anAccount(), NOW), 'added')
})
