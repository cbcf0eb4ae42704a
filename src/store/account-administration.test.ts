/** The contract of administering accounts and replacing passwords, on every engine. */
import assert from 'node:assert/strict'
import { aGrant, aLink, anAccount, aRefreshToken, aSession, atOnce, isRevoked, NOW, onEachEngine } from '../../test/stored.ts'

const boss = { subject: 'boss', role: 'org_admin' } as const
const act = {
  by: boss,
  subject: 'subject',
  within: ['viewer', 'operator', 'org_admin'],
  change: () => ({ role: 'operator' as const }),
  now: NOW + 1,
} as const
const aBoss = anAccount({ subject: 'boss', username: 'boss', email: undefined, role: 'org_admin' })

onEachEngine('an account is administered only within the allowed roles, by a current administrator of this tenant', async ({ a, b }) => {
  await a.accounts.add(anAccount())
  assert.equal(await a.accounts.administer(act), 'refused', 'no such administrator')
  await b.accounts.add(aBoss)
  assert.equal(await a.accounts.administer(act), 'refused', 'one of another tenant')
  assert.equal(await b.accounts.administer(act), 'refused', 'an account of another tenant')
  await a.accounts.add({ ...aBoss, status: 'suspended' })
  assert.equal(await a.accounts.administer(act), 'refused', 'a suspended one')
  await a.accounts.change('boss', { status: 'active', role: 'viewer' })
  assert.equal(await a.accounts.administer(act), 'refused', 'one who was demoted')
  await a.accounts.change('boss', { role: 'org_admin' })
  assert.equal(await a.accounts.administer({ ...act, subject: 'boss' }), 'refused', 'oneself')
  assert.equal(await a.accounts.administer({ ...act, within: ['operator'] }), 'refused', 'out of reach')
  assert.deepEqual(await a.accounts.bySubject('subject'), anAccount(), 'nothing was changed')
  assert.equal(await a.accounts.administer({ ...act, by: undefined, within: ['operator'] }), 'refused', 'the operator, out of reach')
  assert.equal(await a.accounts.administer({ ...act, by: undefined, change: () => ({ role: 'viewer' }) }), 'changed', 'the operator')
  assert.equal(await a.accounts.administer(act), 'changed')
  assert.deepEqual(await a.accounts.bySubject('subject'), anAccount({ role: 'operator', updatedAt: NOW + 1 }))
})

onEachEngine('administering ends the sessions of the account and revokes its grants, and nobody else’s', async ({ a, b }) => {
  for (const store of [a, b]) {
    await store.accounts.add(anAccount())
    await store.accounts.add(aBoss)
    await store.sessions.start(aSession(), '$hash', [])
    await store.issue({ spend: undefined, refresh: aRefreshToken({ grantId: await aGrant(store) }) })
  }
  assert.equal(await a.accounts.administer({ ...act, change: () => ({ status: 'suspended' }) }), 'changed')
  assert.equal((await a.accounts.bySubject('subject'))?.status, 'suspended')
  await a.accounts.change('subject', { status: 'active' })
  const left = async (store: typeof a) => [
    (await store.sessions.find(['session'], NOW)).length,
    (await store.grants.find('client', 'subject')) === undefined,
    (await store.refreshTokens.find(aRefreshToken().hash)) === undefined,
    await isRevoked(store, ['grant']),
  ]
  assert.deepEqual(await left(a), [0, true, true, true])
  assert.deepEqual(await left(b), [1, false, false, false])
})

onEachEngine('a change of an account applies to its current state, and its sessions stay', async ({ a }) => {
  await a.accounts.add(anAccount({ claims: { name: 'Before', locale: 'en' } }))
  await a.accounts.add(aBoss)
  await a.sessions.start(aSession(), '$hash', [])
  await a.links.add(aLink())
  const renamed = { ...act, change: ({ claims }: { claims: object }) => ({ claims: { ...claims, name: 'After' } }) }
  assert.equal(await a.accounts.administer(renamed), 'changed')
  assert.deepEqual((await a.accounts.bySubject('subject'))?.claims, { name: 'After', locale: 'en' })
  assert.equal((await a.sessions.find(['session'], NOW)).length, 1)
  assert.ok(await a.links.find('link', NOW))
  assert.equal(await a.accounts.administer({ ...act, change: () => ({ username: 'BOSS' }) }), 'taken')
  assert.deepEqual(await a.accounts.bySubject('subject'), { ...anAccount({ claims: { name: 'After', locale: 'en' } }), updatedAt: NOW + 1 })
  assert.equal(await a.accounts.administer({ ...act, change: () => ({ email: 'other@example.com' }) }), 'changed')
  assert.equal(await a.links.find('link', NOW), undefined, 'links to the old address end')
})

onEachEngine('a password that somebody else sets ends every session and grant of the old one', async ({ a }) => {
  await a.accounts.add(anAccount())
  await a.accounts.add(aBoss)
  await a.sessions.start(aSession(), '$hash', [])
  await a.devices.add({ subject: 'subject', hash: 'device', expiresAt: NOW + 60 }, 5)
  await a.links.add(aLink())
  assert.equal(await a.accounts.administer({ ...act, change: () => ({ passwordHash: 'new', passwordIsTemporary: true }) }), 'changed')
  assert.deepEqual(await a.sessions.find(['session'], NOW), [])
  assert.equal(await a.links.find('link', NOW), undefined)
  assert.equal(await a.devices.knows('device', 'ada', NOW), false)
})

onEachEngine('a manageable account is removed with everything that belongs to it', async ({ a }) => {
  await a.accounts.add(anAccount())
  await a.accounts.add(aBoss)
  await aGrant(a)
  assert.equal(await a.accounts.administer({ ...act, change: 'removal', within: ['operator'] }), 'refused')
  assert.equal(await a.accounts.administer({ ...act, change: 'removal', subject: 'boss' }), 'refused')
  assert.equal(await a.accounts.administer({ ...act, change: 'removal' }), 'changed')
  assert.equal(await a.accounts.bySubject('subject'), undefined)
  assert.equal(await a.grants.find('client', 'subject'), undefined)
})

onEachEngine('a password is replaced once, and only the family to keep remains', async ({ a, b }) => {
  for (const store of [a, b]) {
    await store.accounts.add(anAccount({ passwordIsTemporary: true }))
    await store.sessions.start(aSession(), '$hash', [])
    const grantId = await aGrant(store)
    for (const family of ['kept', 'other'])
      await store.issue({ spend: undefined, refresh: aRefreshToken({ grantId, family, hash: `of ${family}` }) })
  }
  const replacement = { subject: 'subject', from: '$hash', to: '$new', keep: 'kept', now: NOW + 1, until: NOW + 90_000 }
  assert.equal(await a.accounts.replacePassword({ ...replacement, from: '$else' }), false)
  const done = await atOnce(5, () => a.accounts.replacePassword(replacement))
  assert.equal(done.filter(Boolean).length, 1)
  const account = await a.accounts.bySubject('subject')
  assert.deepEqual([account?.passwordHash, account?.passwordIsTemporary], ['$new', false])
  const left = async (store: typeof a) => [
    (await store.sessions.find(['session'], NOW)).length,
    (await store.refreshTokens.find('of kept')) !== undefined,
    (await store.refreshTokens.find('of other')) !== undefined,
    await isRevoked(store, ['kept']),
    await isRevoked(store, ['other']),
  ]
  assert.deepEqual(await left(a), [0, true, false, false, true])
  assert.deepEqual(await left(b), [1, true, true, false, false])
})

onEachEngine('a search finds accounts of this tenant only', async ({ a, b }) => {
  await a.accounts.add(anAccount())
  await b.accounts.add(anAccount({ subject: 'bob', username: 'Bob', email: undefined }))
  const ask = { sort: 'username', descending: false, offset: 0, limit: 10 } as const
  assert.deepEqual(await a.accounts.search(ask), { accounts: [anAccount()], total: 1 })
  assert.deepEqual(await a.accounts.search({ ...ask, search: 'bob' }), { accounts: [], total: 0 })
  assert.equal((await b.accounts.search({ ...ask, search: 'BO' })).total, 1, 'an account without an address is found by name')
  await b.accounts.add(anAccount({ subject: 'eva', username: 'Eva', email: 'eva@xn--bcher-kva.example' }))
  for (const search of ['bücher.example', 'BU\u0308CHER.example', '@bücher', 'eva@bücher.example', 'xn--bcher'])
    assert.equal((await b.accounts.search({ ...ask, search })).total, 1, search)
})
