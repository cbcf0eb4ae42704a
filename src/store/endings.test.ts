/** What ends with a change of an account and with a session, by any act (holes 4, 6 and 9). */
import assert from 'node:assert/strict'
import {
  aCode,
  aFlow,
  aGrant,
  aLink,
  aMessage,
  anAccount,
  aRefreshToken,
  atOnce,
  NOW,
  onEachEngine,
  signedIn,
  type TenantStore,
} from '../../test/stored.ts'
import type { Account } from '../identity/account.ts'
import { sql } from './sql.ts'

const kinds = ['reset', 'invitation', 'verification', 'email-change', 'connection'] as const
const pending = { id: 'pending', subject: 'subject', password: 'mark', amr: ['pwd'], expiresAt: NOW + 60 }
const boss = anAccount({ subject: 'boss', username: 'boss', email: undefined, role: 'superadmin' })

const anApp = { subject: 'subject', sealed: 'sealed', lastStep: 1, createdAt: NOW }
const aPasskey = {
  ...{ subject: 'subject', id: 'key', publicKey: 'key', counter: 0, transports: [], synced: false, backedUp: false, name: 'Key' },
  ...{ createdAt: NOW, lastUsedAt: undefined },
}
const anIdentity = {
  connection: 'sso',
  subject: 'subject',
  upstreamSubject: 'ada',
  label: undefined,
  createdAt: NOW,
  lastUsedAt: undefined,
}

/** An account with everything that can end, and the account of another person with the same. */
async function furnish(store: TenantStore): Promise<void> {
  await store.accounts.add(boss)
  await signedIn(store)
  await store.factors.addTotp(anApp, { recoveryCodes: ['old'], onlyFirst: true })
  await store.passkeys.add(aPasskey, { recoveryCodes: [], onlyFirst: false })
  for (const upstreamSubject of ['ada', 'lovelace']) await store.upstreamIdentities.link({ ...anIdentity, upstreamSubject })
  for (const kind of kinds) {
    const email = kind === 'email-change' ? { email: 'new@example.org' } : {}
    await store.links.add(aLink({ kind, hash: kind, ...email }))
  }
  const grantId = await aGrant(store)
  await store.codes.add(aCode({ grantId }), undefined)
  await store.issue({ spend: undefined, refresh: aRefreshToken({ grantId, family: 'refreshed' }) })
  await store.flows.begin(aFlow(), NOW + 60)
  await store.flows.setPending('flow', pending)
  await store.devices.add({ subject: 'subject', hash: 'device', expiresAt: NOW + 60 }, 5)
  await store.attempts.count([{ name: 'guesses', limit: 1, window: 60, subject: 'subject' }], NOW)
}

type Thing =
  | 'sessions'
  | 'codes'
  | 'refresh tokens'
  | 'pending sign-ins'
  | 'links'
  | 'invitation and verification'
  | 'devices'
  | 'wrong guesses'

async function left(store: TenantStore): Promise<Thing[]> {
  const [reset, invitation, verification, ...changing] = await Promise.all(kinds.map((kind) => store.links.find(kind, NOW)))
  const counted = await store.attempts.count([{ name: 'guesses', limit: 1, window: 60, subject: 'subject' }], NOW)
  const there: Record<Thing, unknown> = {
    sessions: (await store.sessions.of('subject', NOW)).length,
    codes: await store.codes.find('code'),
    'refresh tokens': await store.refreshTokens.find('refresh'),
    'pending sign-ins': (await store.flows.find('flow', NOW))?.pending,
    links: [reset, ...changing].some(Boolean),
    'invitation and verification': invitation ?? verification,
    devices: await store.devices.knows('device', 'alice', NOW),
    'wrong guesses': counted,
  }
  return (Object.keys(there) as Thing[]).filter((name) => there[name])
}
const links: readonly Thing[] = ['links', 'invitation and verification']
const everything: readonly Thing[] = ['sessions', 'codes', 'refresh tokens', 'pending sign-ins', ...links, 'devices', 'wrong guesses']
const without = (...gone: readonly Thing[]) => everything.filter((name) => !gone.includes(name))

const administer = (change: Partial<Account>) => (store: TenantStore) =>
  store.accounts.administer({
    by: { subject: 'boss', role: 'superadmin' },
    subject: 'subject',
    within: ['viewer'],
    change: () => change,
    now: NOW,
  })
const change = (what: Partial<Account>) => (store: TenantStore) => store.accounts.change('subject', what)
/** Suspending and resuming: what has ended does not return. */
const andBack = (act: (store: TenantStore) => Promise<unknown>) => async (store: TenantStore) => {
  await act(store)
  await store.accounts.change('subject', { status: 'active' })
}

const acts: readonly [name: string, act: (store: TenantStore) => Promise<unknown>, stays: readonly Thing[]][] = [
  [
    'a password that its owner replaces',
    (store) => store.accounts.replacePassword({ subject: 'subject', from: '$hash', to: '$new', keep: undefined, now: NOW, until: NOW + 9 }),
    [],
  ],
  ['a password set by a reset link', (store) => store.links.setPassword('reset', '$new', NOW), []],
  ['a password set by an invitation', (store) => store.links.setPassword('invitation', '$new', NOW), []],
  ['a password set by an administrator', administer({ passwordHash: '$new' }), []],
  ['a password changed by the operator', change({ passwordHash: '$new' }), []],
  ['a suspension by an administrator', andBack(administer({ status: 'suspended' })), ['wrong guesses']],
  ['a suspension by the operator', andBack(change({ status: 'suspended' })), ['wrong guesses']],
  ['a new role', administer({ role: 'operator' }), [...links, 'devices', 'wrong guesses']],
  ['an address changed by its link', (store) => store.links.confirmEmail('email-change', NOW), without(...links)],
  ['an address changed by an administrator', administer({ email: 'x@example.org' }), without(...links)],
  ['an address removed by the operator', change({ email: undefined }), without(...links)],
  ['another claim', change({ claims: { name: 'Other' } }), everything],
  [
    'the end of all its sessions',
    (store) => store.sessions.end({ subject: 'subject' }),
    ['refresh tokens', ...links, 'devices', 'wrong guesses'],
  ],
  [
    'lost second factors',
    (store) => store.factors.clear('subject'),
    ['refresh tokens', 'invitation and verification', 'devices', 'wrong guesses'],
  ],
  ['another authenticator app', (store) => store.factors.addTotp(anApp, { recoveryCodes: [], onlyFirst: false }), without('links')],
  ['an authenticator app less', (store) => store.factors.removeTotp('subject'), without('links')],
  [
    'another passkey',
    (store) => store.passkeys.add({ ...aPasskey, id: 'other' }, { recoveryCodes: [], onlyFirst: false }),
    without('links'),
  ],
  ['a passkey less', (store) => store.passkeys.remove('subject', 'key'), without('links')],
  ['new recovery codes', (store) => store.factors.replaceRecoveryCodes('subject', ['new']), without('links')],
  [
    'another account of a provider',
    (store) => store.upstreamIdentities.link({ ...anIdentity, upstreamSubject: 'other' }),
    without('links'),
  ],
  ['an account of a provider less', (store) => store.upstreamIdentities.unlink(anIdentity), without('links', 'pending sign-ins')],
  [
    'a factor that is refused',
    (store) => store.factors.addTotp(anApp, { recoveryCodes: [], onlyFirst: true }).then(() => true),
    everything,
  ],
  ['a new name of a passkey', (store) => store.passkeys.rename('subject', 'key', 'Other'), everything],
  ['its removal', (store) => store.accounts.remove('subject', NOW), []],
]

for (const [name, act, stays] of acts)
  onEachEngine(`holes 4, 6, 9: ${name} ends what it must, in its tenant`, async ({ a, b }) => {
    for (const store of [a, b]) await furnish(store)
    assert.ok(await act(a).then((outcome) => outcome !== 'refused' && outcome !== false))
    assert.deepEqual(await left(a), stays)
    assert.deepEqual(await left(b), everything)
  })

onEachEngine('hole 9: an address that changed makes the link to the old one useless even where its row is left', async ({ a, db }) => {
  await furnish(a)
  await db.write(sql`update accounts set email = 'new@example.org' where tenant_id = 'a' and subject = 'subject'`)
  for (const kind of ['reset', 'invitation'] as const) {
    assert.equal(await a.links.find(kind, NOW), undefined)
    assert.equal(await a.links.setPassword(kind, '$stolen', NOW), false)
  }
  assert.equal(await a.links.confirmEmail('verification', NOW), 'unknown')
  assert.equal((await a.accounts.bySubject('subject'))?.passwordHash, '$hash')
})

onEachEngine('hole 9: a link for one thing is not spent for another', async ({ a }) => {
  await furnish(a)
  assert.equal(await a.links.setPassword('verification', '$stolen', NOW), false)
  assert.equal(await a.links.setPassword('email-change', '$stolen', NOW), false)
  assert.equal(await a.links.confirmEmail('reset', NOW), 'unknown')
  assert.deepEqual((await Promise.all(kinds.map((kind) => a.links.find(kind, NOW)))).map(Boolean), [true, true, true, true, true])
})

onEachEngine('hole 9: no link is made for an account that changed since it was read', async ({ a, db }) => {
  await a.accounts.add(anAccount())
  assert.equal(await a.links.add(aLink({}, anAccount({ passwordHash: '$old' }))), false)
  assert.equal(await a.links.add(aLink({}, anAccount({ email: 'old@example.org' }))), false)
  await a.accounts.change('subject', { status: 'suspended' })
  assert.equal(await a.links.add(aLink()), false)
  assert.deepEqual(await db.read(sql`select id from outbox where tenant_id = 'a'`), [], 'and no mail')
  await a.accounts.change('subject', { status: 'active' })
  assert.equal(await a.links.add(aLink()), true)
})

onEachEngine('hole 9: in any order of a request for a link and a new password, no link is left', async ({ a }) => {
  await a.accounts.add(anAccount({ passwordHash: '0' }))
  for (let round = 0; round < 20; round++) {
    const account = anAccount({ passwordHash: `${round}` })
    await atOnce<unknown>(5, (i) =>
      i === 2
        ? a.accounts.change('subject', { passwordHash: `${round + 1}` })
        : a.links.add(aLink({ kind: 'email-change', hash: `${round}/${i}`, email: 'thief@example.org' }, account)),
    )
    for (const i of [0, 1, 3, 4]) assert.equal(await a.links.confirmEmail(`${round}/${i}`, NOW), 'unknown')
  }
})

onEachEngine('hole 9: a sign-up that waited for an address ends when an account releases that address', async ({ a }) => {
  await a.signUps.add({ hash: 'one', email: 'x@example.org', passwordHash: '$x', claims: {}, expiresAt: NOW + 60 }, aMessage())
  await a.accounts.add(anAccount({ email: 'X@example.org' }))
  await a.accounts.change('subject', { email: 'y@example.org' })
  assert.equal(await a.signUps.find('one', NOW), undefined)
  assert.equal(await a.signUps.confirm('one', anAccount({ subject: 'new', username: 'new', email: 'x@example.org' }), NOW), 'unknown')
})

onEachEngine('of two superadmins who demote each other at once one remains', async ({ a }) => {
  const names = ['one', 'two'] as const
  for (const subject of names) await a.accounts.add(anAccount({ subject, username: subject, email: undefined, role: 'superadmin' }))
  for (let round = 0; round < 15; round++) {
    const demote = (by: string, subject: string) =>
      a.accounts.administer({
        by: { subject: by, role: 'superadmin' },
        subject,
        within: ['superadmin'],
        change: () => ({ role: 'viewer' }),
        now: NOW,
      })
    const outcomes = await Promise.all([demote('one', 'two'), demote('two', 'one')])
    assert.deepEqual(outcomes.toSorted(), ['changed', 'refused'])
    for (const subject of names) await a.accounts.change(subject, { role: 'superadmin' })
  }
})
