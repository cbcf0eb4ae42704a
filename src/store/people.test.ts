/** The contract of accounts, sessions, clients, resources, keys, tenants and the installation, on every engine. */
import assert from 'node:assert/strict'
import { aClient, aGrant, anAccount, aRefreshToken, aSession, atOnce, isRevoked, NOW, onEachEngine } from '../../test/stored.ts'
import type { SigningKeyRow } from '../crypto/types.ts'
import type { AccountSearch } from '../identity/store.ts'
import { ROOT_TENANT, systemStore } from './system.ts'
import type { TenantRow } from './types.ts'

onEachEngine('an account is added once, found by its logins, and seen by no other tenant', async ({ a, b }) => {
  assert.equal(await a.accounts.add(anAccount()), true)
  assert.deepEqual(await a.accounts.bySubject('subject'), anAccount())
  assert.deepEqual(await a.accounts.byLogin('alice'), anAccount())
  assert.deepEqual(await a.accounts.byLogin('alice@example.org'), anAccount())
  assert.equal(await b.accounts.byLogin('alice'), undefined)
  assert.equal(await b.accounts.bySubject('subject'), undefined)
  const other = { subject: 'other', username: 'Bob', email: undefined }
  for (const clash of [
    { ...other, subject: 'subject' },
    { ...other, username: 'ALICE' },
    { ...other, email: 'alice@example.ORG' },
    { ...other, username: 'alice@example.org' },
    { ...other, email: 'alice' },
  ])
    assert.equal(await a.accounts.add(anAccount(clash)), false)
  assert.equal(await a.accounts.byLogin('bob'), undefined, 'what was refused left nothing')
  assert.equal(await a.accounts.count(), 1)
  assert.equal(await b.accounts.add(anAccount()), true)
  const added = await atOnce(20, (i) => a.accounts.add(anAccount({ subject: `s${i}`, username: `u${i}`, email: 'one@example.org' })))
  assert.equal(added.filter(Boolean).length, 1)
  assert.equal(await a.accounts.count(), 2)
})

onEachEngine('an account changes atomically, and not into another', async ({ a, b }) => {
  await a.accounts.add(anAccount())
  await a.accounts.add(anAccount({ subject: 'bob', username: 'bob', email: undefined, passwordHash: undefined }))
  assert.equal(await b.accounts.change('subject', { username: 'x' }), 'unknown')
  assert.equal(await a.accounts.change('nobody', { username: 'x' }), 'unknown')
  assert.equal(await a.accounts.change('subject', { username: 'BOB', claims: {} }), 'taken')
  assert.deepEqual(await a.accounts.bySubject('subject'), anAccount())
  assert.deepEqual(await a.accounts.byLogin('alice'), anAccount(), 'its logins are there again')
  const change = { username: 'Alix', email: undefined, claims: { locale: 'de' }, updatedAt: NOW + 5 }
  assert.equal(await a.accounts.change('subject', change), 'changed')
  assert.deepEqual(await a.accounts.byLogin('alix'), anAccount(change))
  assert.equal(await a.accounts.byLogin('alice'), undefined)
  assert.equal(await a.accounts.byLogin('alice@example.org'), undefined)
  assert.equal(await a.accounts.change('bob', { email: 'alice@example.org' }), 'changed', 'a released login can be taken')
  await atOnce(10, (i) => a.accounts.change('bob', i % 2 ? { claims: { n: i } } : { username: `bob${i}` }))
  const bob = await a.accounts.bySubject('bob')
  assert.ok(bob?.claims['n'] && bob.username !== 'bob', 'changes at once of different members both hold')
})

onEachEngine('two accounts that swap logins at once end with each login at exactly one of them', async ({ a }) => {
  await a.accounts.add(anAccount({ subject: '1', username: 'a', email: 'b' }))
  await a.accounts.add(anAccount({ subject: '2', username: 'c', email: 'd' }))
  await Promise.all([a.accounts.change('1', { username: 'x', email: 'y' }), a.accounts.change('2', { username: 'y', email: 'x' })])
  const owners = await Promise.all(['x', 'y'].map((login) => a.accounts.byLogin(login)))
  assert.equal(new Set(owners.map((account) => account?.subject)).size, 1)
})

onEachEngine('a rehash replaces only the hash it was made from', async ({ a, b }) => {
  await a.accounts.add(anAccount())
  assert.equal(await b.accounts.rehash('subject', '$hash', '$new'), false)
  assert.equal(await a.accounts.rehash('subject', '$old', '$new'), false)
  assert.equal(await a.accounts.rehash('subject', '$hash', '$new'), true)
  assert.equal((await a.accounts.bySubject('subject'))?.passwordHash, '$new')
})

onEachEngine('a stand-in hash for unknown logins: always the same for the same text, of this tenant only', async ({ a, b }) => {
  assert.equal(await a.accounts.anyPasswordHash('x'), undefined)
  await b.accounts.add(anAccount())
  const add = (subject: string, passwordHash: string | undefined) =>
    a.accounts.add(anAccount({ subject, username: subject, email: undefined, passwordHash }))
  await add('none', undefined)
  assert.equal(await a.accounts.anyPasswordHash('a'), undefined)
  for (const subject of ['h', 'p']) await add(subject, `$of ${subject}`)
  const hashes = await Promise.all(['a', 'h', 'i', 'p', 'q'].map((text) => a.accounts.anyPasswordHash(text)))
  assert.deepEqual(hashes, ['$of h', '$of h', '$of p', '$of p', '$of h'])
})

onEachEngine('accounts are found by part of a name, status and role, in order, by pages', async ({ a, b }) => {
  for (const name of ['Carol', 'bob', 'Ále', 'dave'])
    await a.accounts.add(anAccount({ subject: name, username: name, email: `${name}@Example.com` }))
  await a.accounts.change('bob', { status: 'suspended' })
  await a.accounts.change('dave', { role: 'operator' })
  const found = async (ask: Partial<AccountSearch>, store = a) => {
    const { accounts, total } = await store.accounts.search({ sort: 'username', descending: false, offset: 0, limit: 3, ...ask })
    return [accounts.map(({ username }) => username), total]
  }
  assert.deepEqual(await found({}), [['bob', 'Carol', 'dave'], 4])
  assert.deepEqual(await found({ offset: 3 }), [['Ále'], 4])
  assert.deepEqual(await found({ descending: true, limit: 2 }), [['Ále', 'dave'], 4])
  assert.deepEqual(await found({ search: 'A\u0301L' }), [['Ále'], 1], 'composed or not')
  assert.deepEqual(await found({ search: '@EXAMPLE', status: 'suspended' }), [['bob'], 1])
  assert.deepEqual(await found({ role: 'operator' }), [['dave'], 1])
  assert.deepEqual(await found({ search: '%' }), [[], 0])
  assert.deepEqual(await found({}, b), [[], 0])
})

onEachEngine('removing an account ends its sessions and grants', async ({ a, b }) => {
  for (const store of [a, b]) {
    await store.accounts.add(anAccount())
    await store.sessions.start(aSession(), '$hash', [])
    await aGrant(store)
    await store.issue({ spend: undefined, refresh: aRefreshToken() })
  }
  assert.equal(await a.accounts.remove('subject', NOW), true)
  assert.equal(await a.accounts.remove('subject', NOW), false)
  assert.deepEqual(await a.sessions.find(['session'], NOW), [])
  assert.equal(await a.refreshTokens.find('refresh'), undefined)
  assert.equal(await isRevoked(a, ['grant']), true)
  assert.equal(await a.accounts.byLogin('alice'), undefined)
  assert.equal(await a.accounts.add(anAccount({ subject: 'next' })), true, 'its logins are free')
  assert.equal((await b.sessions.find(['session'], NOW)).length, 1)
  assert.ok(await b.refreshTokens.find('refresh'))
})

onEachEngine('a session starts, replaces another, is found with its account, and ends', async ({ a, b }) => {
  await a.accounts.add(anAccount())
  await b.accounts.add(anAccount())
  await a.sessions.start(aSession(), '$hash', [])
  await b.sessions.start(aSession(), '$hash', [])
  assert.deepEqual(await a.sessions.find(['none', 'session', 'other'], NOW), [{ session: aSession(), account: anAccount() }])
  await a.sessions.start(aSession({ hash: 'second' }), '$hash', ['session', 'none'])
  assert.deepEqual(
    (await a.sessions.find(['session', 'second'], NOW)).map((found) => found.session.hash),
    ['second'],
  )
  await assert.rejects(a.sessions.start(aSession({ hash: 'second' }), '$hash', ['session']))
  assert.deepEqual(await a.sessions.find(['second'], NOW + 3600), [], 'not after it expired')
  await a.sessions.seen('second', NOW + 9, '192.0.2.2')
  await a.sessions.seen('second', NOW + 7, '192.0.2.3')
  await b.sessions.seen('second', NOW + 11, '192.0.2.4')
  const { lastSeenAt, address } = (await a.sessions.find(['second'], NOW))[0]!.session
  assert.deepEqual([lastSeenAt, address], [NOW + 9, '192.0.2.2'])
  await b.sessions.end({ hashes: ['second'] })
  await b.sessions.end({ subject: 'nobody' })
  assert.equal((await a.sessions.find(['second'], NOW)).length, 1)
  await a.sessions.end({ hashes: ['second', 'x', 'y'] })
  await a.sessions.end({ hashes: [] })
  assert.deepEqual(await a.sessions.find(['second'], NOW), [])
  await a.sessions.start(aSession({ hash: 'third' }), '$hash', [])
  await a.sessions.end({ subject: 'subject' })
  assert.deepEqual(await a.sessions.find(['third'], NOW), [])
  assert.equal((await b.sessions.find(['session'], NOW)).length, 1)
})

onEachEngine('a suspended account has no sessions, and resuming restores none', async ({ a }) => {
  await a.accounts.add(anAccount())
  await a.sessions.start(aSession(), '$hash', [])
  await a.accounts.change('subject', { status: 'suspended' })
  await a.sessions.start(aSession({ hash: 'late' }), '$hash', [])
  assert.deepEqual(await a.sessions.find(['session', 'late'], NOW), [])
  await a.accounts.change('subject', { status: 'active' })
  assert.deepEqual(await a.sessions.find(['session', 'late'], NOW), [])
})

onEachEngine('a client is stored with its secrets and origins', async ({ a, b }) => {
  const secret = { id: 'first', hash: '#1', createdAt: NOW }
  assert.equal(await a.clientsAdmin.add(aClient(), [secret, { id: 'old', hash: '#0', createdAt: NOW - 9, expiresAt: NOW }]), true)
  assert.equal(await a.clientsAdmin.add(aClient(), []), false)
  assert.deepEqual(
    await a.clients.find('client'),
    { ...aClient(), secretHashes: ['#1'], sealedSigningSecret: undefined, tokensFrom: NOW },
    'expired secrets are out of force',
  )
  assert.equal(await a.clients.hasOrigin('https://app.example'), true)
  assert.equal(await b.clients.find('client'), undefined)
  assert.equal(await b.clients.hasOrigin('https://app.example'), false)
  assert.equal(await b.clientsAdmin.replace(aClient()), undefined)
  assert.equal(await b.clientsAdmin.addSecret('client', secret), false)
  assert.equal(await b.clientsAdmin.removeSecret('client', 'first'), false)
  assert.equal(await b.clientsAdmin.setSigningSecret('client', 'sealed'), false)
  assert.equal(await b.clientsAdmin.remove('client', NOW), false)
  assert.equal(await a.clientsAdmin.setSigningSecret('client', 'sealed'), true)
  const changed = aClient({
    client_name: 'App',
    redirect_uris: ['https://new.example/a', 'https://new.example/b', 'com.example.app:/x'],
    application_type: 'native',
  })
  assert.deepEqual(await a.clientsAdmin.replace(changed), changed)
  assert.deepEqual(await a.clients.find('client'), { ...changed, secretHashes: ['#1'], sealedSigningSecret: 'sealed', tokensFrom: NOW })
  assert.equal(await a.clientsAdmin.setSigningSecret('client', undefined), true)
  assert.equal((await a.clients.find('client'))?.sealedSigningSecret, undefined)
  assert.equal(await a.clients.hasOrigin('https://app.example'), false)
  assert.equal(await a.clients.hasOrigin('https://new.example'), true)
  const second = { id: 'second', hash: '#2', createdAt: NOW + 1, expiresAt: NOW + 9 }
  assert.equal(await a.clientsAdmin.addSecret('client', second), true)
  assert.equal(await a.clientsAdmin.addSecret('client', second), false)
  assert.deepEqual([...(await a.clients.find('client'))!.secretHashes].sort(), ['#1', '#2'])
  assert.equal(await a.clientsAdmin.removeSecret('client', 'old'), true)
  assert.deepEqual(await a.clientsAdmin.listSecrets('client'), [secret, second])
  assert.equal(await a.clientsAdmin.removeSecret('client', 'first'), true)
  assert.deepEqual((await a.clients.find('client'))?.secretHashes, ['#2'])
  await a.clientsAdmin.add(aClient({ client_id: 'b' }), [])
  assert.deepEqual(
    (await a.clientsAdmin.list({ limit: 9 })).map((client) => client.client_id),
    ['b', 'client'],
  )
  assert.deepEqual(
    (await a.clientsAdmin.list({ after: 'b', limit: 9 })).map((client) => client.client_id),
    ['client'],
  )
  assert.deepEqual(await b.clientsAdmin.list({ limit: 9 }), [])
})

onEachEngine('removing a client revokes its grants', async ({ a }) => {
  await a.clientsAdmin.add(aClient(), [{ id: 'first', hash: '#1', createdAt: NOW }])
  await aGrant(a)
  await a.issue({ spend: undefined, refresh: aRefreshToken() })
  assert.equal(await a.clientsAdmin.remove('client', NOW), true)
  assert.equal(await a.clientsAdmin.remove('client', NOW), false)
  assert.equal(await a.clients.find('client'), undefined)
  assert.equal(await a.clients.hasOrigin('https://app.example'), false)
  assert.equal(await isRevoked(a, ['grant']), true)
  await a.clientsAdmin.add(aClient(), [])
  assert.deepEqual((await a.clients.find('client'))?.secretHashes, [], 'one of the same name starts with nothing')
  assert.equal(await a.grants.find('client', 'subject'), undefined)
  assert.equal(await a.refreshTokens.find('refresh'), undefined)
})

onEachEngine('resources are stored', async ({ a, b }) => {
  const api = { identifier: 'https://api.example', name: 'API', scopes: { read: 'Read' } }
  assert.equal(await a.resourcesAdmin.add(api), true)
  assert.equal(await a.resourcesAdmin.add(api), false)
  assert.deepEqual(await a.resources.find(api.identifier), { ...api, secretHashes: [], tokensFrom: NOW })
  assert.equal(await b.resources.find(api.identifier), undefined)
  assert.equal(await b.resourcesAdmin.replace(api), 'unknown')
  assert.equal(await b.resourcesAdmin.remove(api.identifier), false)
  assert.equal(await a.resourcesAdmin.replace({ ...api, access_token_format: 'opaque' }), 'replaced')
  assert.deepEqual(await a.resourcesAdmin.list({ limit: 9 }), [{ ...api, access_token_format: 'opaque' }])
  assert.equal(await a.resourcesAdmin.remove(api.identifier), true)
  assert.equal(await a.resources.find(api.identifier), undefined)
})

onEachEngine('nodes that rotate keys at once create one key', async ({ a, b }) => {
  const publicJwk = '{}'
  const key = (generation: number, kid = `k${generation}`): SigningKeyRow => {
    const times = { createdAt: NOW, activeAt: NOW + 5, removeAt: undefined }
    return { kid, alg: 'ES256', generation, sealedKey: 'sealed', ...times }
  }
  assert.equal(await a.signingKeys.add({ ...key(1), publicJwk }, undefined), true)
  const added = await atOnce(10, (i) => a.signingKeys.add({ ...key(2, `of ${i}`), publicJwk }, NOW + 100 + i))
  assert.equal(added.filter(Boolean).length, 1)
  const winner = added.indexOf(true)
  assert.deepEqual(await a.signingKeys.list(), [{ ...key(1), removeAt: NOW + 100 + winner }, key(2, `of ${winner}`)])
  assert.deepEqual(await b.signingKeys.list(), [])
  assert.equal(await b.signingKeys.remove('k1'), false)
  assert.equal(await a.signingKeys.remove('k1'), true)
  assert.equal(await a.signingKeys.remove('k1'), false)
})

onEachEngine('an installation is created once, and resealed only from its current value', async ({ db }) => {
  const { installation, tenants } = systemStore(db)
  assert.equal(await installation.find(), undefined)
  assert.equal(await installation.hasData(), false)
  const first = await atOnce(10, (i) => installation.first({ id: `i${i}`, sealedSecret: `s${i}` }))
  assert.equal(first.filter(Boolean).length, 1)
  const row = { id: `i${first.indexOf(true)}`, sealedSecret: `s${first.indexOf(true)}` }
  assert.deepEqual(await installation.find(), row)
  assert.equal(await installation.hasData(), false)
  assert.equal(await installation.reseal('other', 'new'), false)
  assert.equal(await installation.reseal(row.sealedSecret, 'new'), true)
  assert.deepEqual(await installation.find(), { ...row, sealedSecret: 'new' })
  await tenants.add(aTenant())
  assert.equal(await installation.hasData(), true)
})

const aTenant = (change: Partial<TenantRow> = {}): TenantRow => {
  const tenant = { id: ROOT_TENANT, slug: '', name: 'Root', host: undefined, settings: { lifetimes: { code: 60 } } }
  return { ...tenant, status: 'active', createdAt: NOW, ...change }
}

onEachEngine('a tenant is found by id, slug and host, each of which is unique', async ({ db }) => {
  const { tenants } = systemStore(db)
  const acme = aTenant({ id: 't1', slug: 'acme', host: 'id.acme.example' })
  assert.equal((await atOnce(5, () => tenants.add(aTenant()))).filter(Boolean).length, 1)
  assert.equal(await tenants.add(acme), true)
  assert.equal(await tenants.add({ ...acme, id: 't2', host: undefined }), false)
  assert.equal(await tenants.add({ ...acme, id: 't2', slug: 'other' }), false)
  assert.deepEqual(await tenants.bySlug(''), aTenant())
  assert.deepEqual(await tenants.bySlug('acme'), acme)
  assert.deepEqual(await tenants.byHost('id.acme.example'), acme)
  assert.equal(await tenants.find('none'), undefined)
  assert.deepEqual(
    (await tenants.list({ limit: 9 })).map((tenant) => tenant.slug),
    ['', 'acme'],
  )
  assert.deepEqual(
    (await tenants.list({ after: '', limit: 9 })).map((tenant) => tenant.slug),
    ['acme'],
  )
  assert.equal(await tenants.change('none', { name: 'x' }), 'unknown')
  assert.equal(await tenants.change('t1', { slug: '', name: 'x' }), 'taken')
  assert.deepEqual(await tenants.find('t1'), acme)
  assert.equal(await tenants.change('t1', { host: undefined, status: 'suspended' }), 'changed')
  assert.deepEqual(await tenants.find('t1'), { ...acme, host: undefined, status: 'suspended' })
})
