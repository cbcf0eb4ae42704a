/** Sessions and what ends with one: codes, the sign-ins of applications; and how many an account has (holes 4 and 14). */
import assert from 'node:assert/strict'
import {
  aClient,
  aCode,
  aFlow,
  aGrant,
  anAccount,
  aSession,
  atOnce,
  NOW,
  onEachEngine,
  signedIn,
  type TenantStore,
} from '../../test/stored.ts'
import { aDeviceSecret } from '../../test/tenant-content.ts'
import { mostSecrets } from './device-secrets.ts'
import { outboxQueue } from './outbox.ts'
import { mostSessions } from './sessions.ts'
import { sql } from './sql.ts'

const boss = anAccount({ subject: 'boss', username: 'boss', email: undefined, role: 'superadmin' })

onEachEngine('hole 4: a session ends its own codes, and no others', async ({ a, b }) => {
  for (const store of [a, b]) {
    await store.accounts.add(anAccount())
    const grantId = await aGrant(store)
    for (const sid of ['one', 'two', 'three']) {
      await store.sessions.start(aSession({ hash: sid, sid }), '$hash', [])
      const authentication = { ...aCode().authentication, sid }
      await store.codes.add(aCode({ hash: sid, grantId, authentication }), undefined)
      const deviceSecret = {
        ...aDeviceSecret(sid),
        grantId,
        authentication: { ...aDeviceSecret(sid).authentication, subject: 'subject', sid },
      }
      await store.issue({ spend: undefined, refresh: undefined, deviceSecret: { ...deviceSecret, hash: sid, expiresAt: NOW + 1000 } })
    }
  }
  /** Those whose code is left, and those whose device secret is. */
  const codes = async (store: TenantStore) => {
    const found = await Promise.all(['one', 'two', 'three'].map(async (hash) => ((await store.codes.find(hash)) ? hash : '')))
    const secrets = (await store.deviceSecrets.of('subject', NOW)).map(({ hash }) => hash)
    assert.deepEqual(secrets.sort(), found.filter(Boolean).sort())
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

onEachEngine('a sign-in at another provider goes on with the session of the same person, and with nobody else’s', async ({ a }) => {
  await a.accounts.add(anAccount())
  await a.accounts.add(boss)
  const upstream = (sid: string) => ({ connection: 'staff', subject: 'ada', sid })
  const start = (sid: string, replaces: string[], more = {}) => a.sessions.start(aSession({ hash: sid, sid, ...more }), '$hash', replaces)
  const ended = async (sid: string) => (await a.sessions.end(upstream(sid))).map((one) => one.sid)
  await start('first', [], { upstream: upstream('one') })
  await start('raised', ['first'])
  assert.deepEqual(await ended('one'), ['raised'])
  await start('second', [], { upstream: upstream('two') })
  await start('anew', ['second'], { upstream: upstream('three') })
  assert.deepEqual([await ended('two'), await ended('three')], [[], ['anew']])
  await start('third', [], { upstream: upstream('four') })
  await start('of boss', ['third'], { subject: 'boss' })
  assert.deepEqual(await ended('four'), [])
})

onEachEngine('only an active client that has an address for it is told of the end of a session', async ({ a, db }) => {
  const ids = ['client', 'disabled', 'without']
  for (const client_id of ids) {
    const address = client_id === 'without' ? {} : { backchannel_logout_uri: 'https://app.example/logout' }
    await a.clientsAdmin.add(aClient({ client_id, ...address }), [])
  }
  await signedIn(a)
  for (const clientId of ids) {
    const grant = { clientId, subject: 'subject', scope: ['openid'], details: [], newId: `grant of ${clientId}`, now: NOW }
    const { id: grantId } = await a.grants.widen(grant)
    const code = aCode({ asked: { ...aCode().asked, clientId }, grantId, family: `family of ${clientId}`, hash: `code of ${clientId}` })
    await a.codes.add(code, undefined)
  }
  await a.clientsAdmin.setStatus('disabled', 'disabled')
  await a.sessions.end({ subject: 'subject' })
  const told = await db.read(sql`select content from outbox where tenant_id = 'a'`)
  assert.deepEqual(
    told.map(({ content }) => JSON.parse(content as string).client),
    ['client'],
  )
})

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

onEachEngine(
  'hole 14: of the sessions of one account the oldest end, with what was issued in them, so that all can be ended',
  async ({ a }) => {
    await a.accounts.add(anAccount())
    await a.accounts.add(anAccount({ subject: 'other', username: 'Bob', email: undefined }))
    await a.sessions.start(aSession({ hash: 'of other', sid: 'of other', subject: 'other' }), '$hash', [])
    const started = (i: number) => aSession({ hash: `s${i}`, sid: `s${i}`, createdAt: NOW + i, lastSeenAt: NOW + i })
    await a.sessions.start(started(0), '$hash', [])
    const grantId = await aGrant(a)
    await a.codes.add(aCode({ grantId, authentication: { ...aCode().authentication, sid: 's0' } }), undefined)
    for (let i = 1; i <= mostSessions; i++) await a.sessions.start(started(i), '$hash', [])
    const sids = (await a.sessions.of('subject', NOW)).map(({ sid }) => sid)
    assert.deepEqual([sids.length, sids.includes('s0'), sids.includes(`s${mostSessions}`)], [mostSessions, false, true])
    assert.equal(await a.codes.find('code'), undefined)
    assert.equal((await a.sessions.of('other', NOW)).length, 1)
  },
)

onEachEngine('hole 14: of the device secrets of one account the oldest end', async ({ a, b }) => {
  const secret = (i: number) => {
    const { authentication, ...rest } = aDeviceSecret('1')
    const own = { grantId: 'grant', authentication: { ...authentication, subject: 'subject', sid: `s${i}` } }
    return { ...rest, ...own, hash: `secret ${i}`, createdAt: NOW, usedAt: NOW + i, expiresAt: NOW + 1000 }
  }
  for (const store of [a, b]) {
    await store.accounts.add(anAccount())
    await aGrant(store)
    await store.issue({ spend: undefined, refresh: undefined, deviceSecret: secret(0) })
  }
  for (let i = 1; i <= mostSecrets; i++) await a.issue({ spend: undefined, refresh: undefined, deviceSecret: secret(i) })
  const found = (await a.deviceSecrets.of('subject', NOW)).map(({ hash }) => hash)
  assert.deepEqual([found.length, found.includes('secret 0'), found[0]], [mostSecrets, false, `secret ${mostSecrets}`])
  assert.equal((await b.deviceSecrets.of('subject', NOW)).length, 1)
})
