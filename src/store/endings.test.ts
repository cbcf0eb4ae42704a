/** What ends with a change of an account and with a session, by any act (holes 4, 6 and 9). */
import assert from 'node:assert/strict'
import {
  aClient,
  aCode,
  aFlow,
  aGrant,
  aLink,
  aMessage,
  anAccount,
  aRefreshToken,
  aSession,
  atOnce,
  NOW,
  onEachEngine,
  signedIn,
  type TenantStore,
} from '../../test/stored.ts'
import type { Account } from '../identity/account.ts'
import { outboxQueue } from './outbox.ts'
import { sql } from './sql.ts'

const kinds = ['reset', 'invitation', 'verification', 'email-change', 'connection'] as const
const pending = { id: 'pending', subject: 'subject', password: 'mark', amr: ['pwd'], expiresAt: NOW + 60 }
const boss = anAccount({ subject: 'boss', username: 'boss', email: undefined, role: 'superadmin' })

/** An account with everything that can end, and the account of another person with the same. */
async function furnish(store: TenantStore): Promise<void> {
  await store.accounts.add(boss)
  await signedIn(store)
  await store.factors.addTotp({ subject: 'subject', sealed: 'sealed', lastStep: 1, createdAt: NOW }, { recoveryCodes: [], onlyFirst: true })
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

type Thing = 'sessions' | 'codes' | 'refresh tokens' | 'pending sign-ins' | 'links' | 'devices' | 'wrong guesses'

async function left(store: TenantStore): Promise<Thing[]> {
  const links = await Promise.all(kinds.map((kind) => store.links.find(kind, NOW)))
  const counted = await store.attempts.count([{ name: 'guesses', limit: 1, window: 60, subject: 'subject' }], NOW)
  const there: Record<Thing, unknown> = {
    sessions: (await store.sessions.of('subject', NOW)).length,
    codes: await store.codes.find('code'),
    'refresh tokens': await store.refreshTokens.find('refresh'),
    'pending sign-ins': (await store.flows.find('flow', NOW))?.pending,
    links: links.some(Boolean),
    devices: await store.devices.knows('device', 'alice', NOW),
    'wrong guesses': counted,
  }
  return (Object.keys(there) as Thing[]).filter((name) => there[name])
}
const everything: readonly Thing[] = ['sessions', 'codes', 'refresh tokens', 'pending sign-ins', 'links', 'devices', 'wrong guesses']

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
  ['a new role', administer({ role: 'operator' }), ['links', 'devices', 'wrong guesses']],
  ['an address changed by its link', (store) => store.links.confirmEmail('email-change', NOW), everything.filter((n) => n !== 'links')],
  ['an address changed by an administrator', administer({ email: 'x@example.org' }), everything.filter((n) => n !== 'links')],
  ['an address removed by the operator', change({ email: undefined }), everything.filter((n) => n !== 'links')],
  ['another claim', change({ claims: { name: 'Other' } }), everything],
  [
    'the end of all its sessions',
    (store) => store.sessions.end({ subject: 'subject' }),
    ['refresh tokens', 'links', 'devices', 'wrong guesses'],
  ],
  ['lost second factors', (store) => store.factors.clear('subject'), ['refresh tokens', 'links', 'devices', 'wrong guesses']],
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

onEachEngine('hole 4: a session ends its own codes, and no others', async ({ a, b }) => {
  for (const store of [a, b]) {
    await store.accounts.add(anAccount())
    const grantId = await aGrant(store)
    for (const sid of ['one', 'two', 'three']) {
      await store.sessions.start(aSession({ hash: sid, sid }), '$hash', [])
      const authentication = { ...aCode().authentication, sid }
      await store.codes.add(aCode({ hash: sid, grantId, authentication }), undefined)
    }
  }
  const codes = async (store: TenantStore) => {
    const found = await Promise.all(['one', 'two', 'three'].map(async (hash) => ((await store.codes.find(hash)) ? hash : '')))
    return found.filter(Boolean)
  }
  assert.deepEqual(await a.sessions.end({ hashes: ['one', 'unknown'] }), [
    { sid: 'one', subject: 'subject', clients: [{ clientId: 'client', sid: 'one' }], messages: [] },
  ])
  assert.deepEqual(await codes(a), ['two', 'three'])
  assert.deepEqual(await a.sessions.end({ subject: 'another', sid: 'two' }), [])
  assert.deepEqual(await codes(a), ['two', 'three'])
  await a.sessions.end({ subject: 'subject', except: 'three' })
  assert.deepEqual(await codes(a), ['three'])
  await a.sessions.end({ subject: 'subject', sid: 'three' })
  assert.deepEqual(await codes(a), [])
  assert.deepEqual(await codes(b), ['one', 'two', 'three'])
})

onEachEngine('hole 4: a session of another tenant issues no code', async ({ a, b }) => {
  await aGrant(a)
  await signedIn(b)
  assert.equal(await a.codes.add(aCode(), undefined), false)
  assert.equal(await a.codes.find('code'), undefined)
})

onEachEngine('hole 4: no code is issued from a session that has ended, and the flow stays', async ({ a }) => {
  await aGrant(a)
  await signedIn(a)
  await a.flows.begin(aFlow(), NOW + 60)
  await a.sessions.end({ subject: 'subject' })
  assert.equal(await a.codes.add(aCode(), 'flow'), false)
  assert.ok(await a.flows.find('flow', NOW))
})

onEachEngine('hole 4: in any order of a code and the end of its session, the code is invalid', async ({ a }) => {
  const grantId = await aGrant(a)
  for (let round = 0; round < 20; round++) {
    await signedIn(a)
    const added = atOnce(6, (i) => a.codes.add(aCode({ hash: `${round}/${i}`, grantId }), undefined))
    await Promise.all([added, a.sessions.end({ subject: 'subject' })])
    for (let i = 0; i < 6; i++) assert.equal(await a.codes.find(`${round}/${i}`), undefined)
  }
})

onEachEngine('hole 4: a redeemed code stays, so that its reuse is noticed', async ({ a }) => {
  await aGrant(a)
  for (const which of [{ subject: 'subject' }, { subject: 'subject', sid: 'sid' }, { hashes: ['signed in'] }] as const) {
    await signedIn(a)
    const hash = JSON.stringify(which)
    await a.codes.add(aCode({ hash }), undefined)
    await a.issue({ spend: { kind: 'code', hash, now: NOW }, refresh: undefined })
    assert.equal((await a.sessions.end(which)).length, 1)
    assert.equal((await a.codes.find(hash))?.usedAt, NOW)
  }
})

onEachEngine('hole 4: a session under a new id keeps the codes of the old one, and ends them', async ({ a }) => {
  await aGrant(a)
  await signedIn(a)
  await a.codes.add(aCode(), undefined)
  await a.sessions.start(aSession({ hash: 'raised', sid: 'raised' }), '$hash', ['signed in'])
  assert.ok(await a.codes.find('code'))
  await a.sessions.end({ subject: 'subject', sid: 'raised' })
  assert.equal(await a.codes.find('code'), undefined)
})

onEachEngine(
  'a session that gives way to that of somebody else tells its applications; one that goes on does not',
  async ({ a, b, db }) => {
    for (const store of [a, b]) {
      await aGrant(store)
      await store.clientsAdmin.add(aClient({ backchannel_logout_uri: 'https://app.example/logout' }), [])
      await signedIn(store)
      await store.codes.add(aCode(), undefined)
    }
    await a.accounts.add(boss)
    const waiting = async () => (await db.read(sql`select id from outbox where tenant_id = 'a'`)).length
    await a.sessions.start(aSession({ hash: 'raised', sid: 'raised' }), '$hash', ['signed in'])
    assert.equal(await waiting(), 0)
    await a.sessions.start(aSession({ hash: 'boss', sid: 'of boss', subject: 'boss' }), '$hash', ['raised'])
    assert.equal(await waiting(), 1)
    const [told, ...more] = await outboxQueue(db).claim({ lease: 'mine', now: NOW + 2, until: NOW + 300, limit: 9 })
    assert.deepEqual([JSON.parse(told?.content ?? '{}'), more], [{ client: 'client', subject: 'subject', sid: 'sid' }, []])
  },
)

onEachEngine('sessions are listed and found in their tenant alone', async ({ a, b }) => {
  for (const store of [a, b]) await store.accounts.add(anAccount())
  await b.sessions.start(aSession(), '$hash', [])
  const ask = { limit: 9, usedSince: 0, now: NOW }
  assert.deepEqual(await a.sessions.list(ask), [])
  assert.equal(await a.sessions.bySid('sid'), undefined)
  await a.sessions.start(aSession({ device: 'of a' }), '$hash', [])
  for (const [store, device] of [
    [a, 'of a'],
    [b, 'Firefox on Linux'],
  ] as const) {
    assert.deepEqual(
      (await store.sessions.list(ask)).map((one) => one.device),
      [device],
    )
    assert.deepEqual(await store.sessions.bySid('sid'), { ...aSession({ device }), username: anAccount().username })
  }
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
