/** The contract of passkeys and their challenges, on every engine. */
import assert from 'node:assert/strict'
import { anAccount, atOnce, NOW, onEachEngine } from '../../test/stored.ts'
import type { Passkey } from '../identity/factor-store.ts'

const aPasskey = (change: Partial<Passkey> = {}): Passkey => ({
  id: 'key',
  subject: 'subject',
  publicKey: 'public',
  counter: 5,
  transports: ['internal', 'hybrid'],
  synced: false,
  backedUp: false,
  name: 'My key',
  createdAt: NOW,
  lastUsedAt: undefined,
  ...change,
})
const how = { recoveryCodes: ['one', 'two'], onlyFirst: false }

onEachEngine('a passkey is stored once, for one account of one tenant', async ({ a, b }) => {
  for (const store of [a, b]) await store.accounts.add(anAccount())
  await a.accounts.add(anAccount({ subject: 'other', username: 'Bob', email: 'bob@example.org' }))
  assert.equal(await a.passkeys.add(aPasskey(), how), 'first')
  assert.equal(await a.passkeys.add(aPasskey(), how), 'refused')
  assert.equal(await a.passkeys.add(aPasskey({ subject: 'other' }), how), 'refused')
  assert.equal((await a.factors.of('other')).recoveryCodes, 0, 'and nothing is partly done')
  assert.equal(await a.passkeys.add(aPasskey({ id: 'second', createdAt: NOW + 1 }), how), 'added')
  assert.equal(await a.passkeys.add(aPasskey({ id: 'third' }), { ...how, onlyFirst: true }), 'refused')
  assert.deepEqual(await a.passkeys.of('subject'), [aPasskey(), aPasskey({ id: 'second', createdAt: NOW + 1 })])
  assert.deepEqual(await a.passkeys.find('key'), { passkey: aPasskey(), account: anAccount() })
  assert.deepEqual(await a.factors.of('subject'), { totp: undefined, passkeys: 2, recoveryCodes: 2 })
  assert.equal(await b.passkeys.find('key'), undefined)
  assert.equal(await b.passkeys.add(aPasskey(), how), 'first')
  await a.accounts.change('subject', { status: 'suspended' })
  assert.equal(await a.passkeys.find('key'), undefined)
})

onEachEngine('a counter only increases, and of concurrent uses one wins; one that is always 0 is accepted', async ({ a, b }) => {
  for (const store of [a, b]) {
    await store.accounts.add(anAccount())
    await store.passkeys.add(aPasskey(), how)
  }
  const use = (counter: number, id = 'key') => a.passkeys.used(id, { counter, backedUp: true, now: NOW + 9 })
  assert.deepEqual([await use(4), await use(5), await use(0)], [false, false, false])
  assert.equal((await atOnce(20, () => use(4_000_000_000))).filter(Boolean).length, 1)
  assert.deepEqual((await a.passkeys.of('subject'))[0], aPasskey({ counter: 4_000_000_000, backedUp: true, lastUsedAt: NOW + 9 }))
  assert.deepEqual((await b.passkeys.of('subject'))[0], aPasskey())
  await a.passkeys.add(aPasskey({ id: 'uncounted', counter: 0 }), how)
  assert.deepEqual(
    [await use(0, 'uncounted'), await use(0, 'uncounted'), await use(1, 'uncounted'), await use(0, 'uncounted')],
    [true, true, true, false],
  )
})

onEachEngine('only its owner renames and removes one; recovery codes are removed with the last factor', async ({ a, b }) => {
  for (const store of [a, b]) {
    await store.accounts.add(anAccount())
    await store.passkeys.add(aPasskey(), how)
  }
  assert.equal(await a.passkeys.rename('other', 'key', 'Mine'), false)
  assert.equal(await a.passkeys.rename('subject', 'key', 'Mine'), true)
  assert.equal((await a.passkeys.of('subject'))[0]?.name, 'Mine')
  assert.equal(await a.passkeys.remove('other', 'key'), false)
  await a.factors.addTotp({ subject: 'subject', sealed: 's', lastStep: 1, createdAt: NOW }, how)
  assert.equal(await a.passkeys.remove('subject', 'key'), true)
  assert.equal((await a.factors.of('subject')).recoveryCodes, 2, 'the app is left')
  await a.factors.removeTotp('subject')
  assert.equal((await a.factors.of('subject')).recoveryCodes, 0)
  assert.equal((await b.passkeys.of('subject'))[0]?.name, 'My key')
})

onEachEngine('a challenge is spent once, in its context and before it expires', async ({ a, b }) => {
  const challenge = { hash: 'challenge', context: 'here', expiresAt: NOW + 10 }
  for (const store of [a, b]) await store.challenges.add(challenge)
  assert.equal(await a.challenges.spend('challenge', 'there', NOW), false)
  assert.equal(await a.challenges.spend('challenge', 'here', NOW + 10), false)
  assert.equal((await atOnce(20, () => a.challenges.spend('challenge', 'here', NOW))).filter(Boolean).length, 1)
  assert.equal(await b.challenges.spend('challenge', 'here', NOW), true)
})
