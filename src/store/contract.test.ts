/** The contract of the protocol's ports, on every engine: each act is tried from a second tenant before and after. */
import assert from 'node:assert/strict'
import test from 'node:test'
import {
  aCode,
  aFlow,
  aGrant,
  anAccount,
  aRefreshToken,
  asked,
  atOnce,
  isRevoked,
  NOW,
  onEachEngine,
  signedIn,
  type TenantStore,
} from '../../test/stored.ts'
import { sql, UniqueViolation } from './sql.ts'

const spend = (store: TenantStore, kind: 'code' | 'refresh', hash: string) =>
  store.issue({ spend: { kind, hash, now: NOW }, refresh: undefined })
const keep = (store: TenantStore, refresh: ReturnType<typeof aRefreshToken>) => store.issue({ spend: undefined, refresh })

onEachEngine('of fifty spenders of a code exactly one wins', async ({ a, b }) => {
  await signedIn(a)
  await aGrant(a)
  assert.equal(await a.codes.add(aCode(), undefined), true)
  assert.equal(await b.codes.find('code'), undefined)
  assert.equal(await spend(b, 'code', 'code'), false)
  assert.deepEqual(await a.codes.find('code'), aCode())
  const wins = await atOnce(50, (i) =>
    a.issue({ spend: { kind: 'code', hash: 'code', now: NOW + i }, refresh: aRefreshToken({ hash: `of ${i}` }) }),
  )
  assert.equal(wins.filter(Boolean).length, 1)
  const winner = wins.indexOf(true)
  assert.equal((await a.codes.find('code'))?.usedAt, NOW + winner, 'a used code stays, and says when it was used')
  const kept = await atOnce(50, (i) => a.refreshTokens.find(`of ${i}`))
  assert.deepEqual(kept.filter(Boolean), [aRefreshToken({ hash: `of ${winner}` })], 'the others store nothing')
  assert.equal(await spend(b, 'code', 'code'), false)
  assert.equal(await b.refreshTokens.find(`of ${winner}`), undefined)
})

onEachEngine('of fifty spenders of a refresh token exactly one wins', async ({ a, b }) => {
  await aGrant(a)
  await keep(a, aRefreshToken())
  assert.equal(await spend(b, 'refresh', 'refresh'), false)
  const successor = aRefreshToken({ hash: 'next', cnf: { jkt: 'thumbprint' } })
  const wins = await atOnce(50, () => a.issue({ spend: { kind: 'refresh', hash: 'refresh', now: NOW }, refresh: successor }))
  assert.equal(wins.filter(Boolean).length, 1)
  assert.equal((await a.refreshTokens.find('refresh'))?.usedAt, NOW)
  assert.deepEqual(await a.refreshTokens.find('next'), successor)
  assert.equal(await spend(b, 'refresh', 'next'), false)
})

onEachEngine('a code is not a refresh token, nor the reverse', async ({ a }) => {
  await signedIn(a)
  await aGrant(a)
  await a.codes.add(aCode({ hash: 'same' }), undefined)
  assert.equal(await spend(a, 'refresh', 'same'), false)
  assert.equal(await spend(a, 'code', 'same'), true)
})

onEachEngine('a token response is stored as a whole or not at all', async ({ a, b }) => {
  await signedIn(a)
  await aGrant(a)
  await a.codes.add(aCode(), undefined)
  await keep(a, aRefreshToken())
  const clash = a.issue({ spend: { kind: 'code', hash: 'code', now: NOW }, refresh: aRefreshToken() })
  await assert.rejects(clash, UniqueViolation)
  assert.equal((await a.codes.find('code'))?.usedAt, undefined)
  assert.equal(await b.issue({ spend: undefined, refresh: aRefreshToken() }), true, 'another tenant may store the same hash')
  assert.equal(await a.issue({ spend: undefined, refresh: undefined }), true)
})

onEachEngine('a token is for the person of its grant, as they are now', async ({ a, b }) => {
  await signedIn(a)
  await aGrant(a)
  const holder = (store: TenantStore, ids = ['jti', 'grant', 'family', 'sid']) => store.accessTokens.holder(ids, 'grant', NOW)
  const found = await holder(a)
  assert.deepEqual([found?.subject, found?.person?.['preferred_username']], ['subject', anAccount().username])
  assert.deepEqual(await holder(b), {}, 'of another tenant')
  assert.deepEqual(await a.accessTokens.holder(['jti'], undefined, NOW), {}, 'of a client')
  for (const id of ['jti', 'family', 'sid']) {
    await b.revocations.add([id], NOW + 60)
    assert.ok(await holder(a, [id]))
    await a.revocations.add([id], NOW + 60)
    assert.equal(await holder(a, [id]), undefined)
    assert.equal(await a.accessTokens.holder([id], undefined, NOW), undefined)
  }
})

onEachEngine('fifty concurrent extensions of one grant lose nothing and create one grant', async ({ a, b }) => {
  await a.accounts.add(anAccount())
  const widen = (store: TenantStore, scope: string[], newId: string) =>
    store.grants.widen({
      clientId: 'client',
      subject: 'subject',
      scope,
      details: scope.map((word) => JSON.stringify({ type: word })),
      newId,
      now: NOW,
    })
  assert.equal(await b.grants.find('client', 'subject'), undefined)
  const made = await atOnce(50, (i) => widen(a, [`s${i % 10}`, 'all'], `id${i}`))
  assert.equal(new Set(made.map((grant) => grant.id)).size, 1)
  const grant = await a.grants.find('client', 'subject')
  assert.deepEqual([...grant!.scope].sort(), ['all', ...Array.from({ length: 10 }, (_, i) => `s${i}`)])
  assert.equal(await b.grants.find('client', 'subject'), undefined)
  assert.deepEqual((await widen(b, ['own'], 'of b')).scope, ['own'])
  const kept = await a.grants.find('client', 'subject')
  assert.deepEqual([kept?.scope.length, kept?.details.length], [11, 11])
})

onEachEngine('of several grants of one person for one client the newest in force counts', async ({ a, db }) => {
  const grant = (id: string, at: number) =>
    db.write(sql`
      insert into grants (tenant_id, id, client_id, subject, scope, created_at) values ('a', ${id}, 'client', 'subject', ${id}, ${at})`)
  await Promise.all([grant('first', NOW), grant('third', NOW + 2), grant('second', NOW + 1)])
  const newest = async () => (await a.grants.find('client', 'subject'))?.id
  assert.equal(await newest(), 'third')
  assert.equal(await aGrant(a, 'unused'), 'third', 'it is the one that is widened')
  await a.grants.revoke('third', NOW)
  assert.equal(await newest(), 'second')
  assert.equal((await a.grantsAdmin.list({ subject: 'subject', limit: 9 })).length, 2)
})

onEachEngine('14: a flow stores what was requested, without defaults', async ({ a, db }) => {
  await signedIn(a)
  await aGrant(a)
  await a.flows.begin(aFlow(), NOW + 60)
  await a.codes.add(aCode({ asked: { ...asked, state: undefined } }), undefined)
  const [flow] = await db.read(sql`select asked from flows where tenant_id = 'a'`)
  const [code] = await db.read(sql`select doc from codes where tenant_id = 'a'`)
  const { clientId, redirectUri, scope, state, askedAt } = asked
  assert.deepEqual(JSON.parse(flow!['asked'] as string), { clientId, redirectUri, scope, state, askedAt })
  const { authentication } = aCode()
  assert.deepEqual(JSON.parse(code!['doc'] as string), { asked: { clientId, redirectUri, scope, askedAt }, scope, authentication })
})

onEachEngine('a flow begins, is answered and ends once', async ({ a, b }) => {
  await a.flows.begin(aFlow(), NOW + 60)
  assert.deepEqual(await a.flows.find('flow', NOW + 59), aFlow())
  assert.equal(await a.flows.find('flow', NOW + 60), undefined, 'not after it expired')
  assert.equal(await b.flows.find('flow', NOW), undefined)
  await atOnce(5, () => a.flows.answer('flow', 'sign-in'))
  await a.flows.answer('flow', 'consent')
  await b.flows.answer('flow', 'choose-account')
  assert.deepEqual((await a.flows.find('flow', NOW))?.answered, ['sign-in', 'consent'])
  assert.equal(await b.flows.end('flow'), false)
  assert.equal((await atOnce(20, () => a.flows.end('flow'))).filter(Boolean).length, 1)
  assert.equal(await a.flows.find('flow', NOW), undefined)
  assert.equal(await a.flows.end('flow'), false)
})

onEachEngine('a pending sign-in stays in its flow until it expires, and is completed once', async ({ a, b }) => {
  const pending = { id: 'half', subject: 'subject', password: 'mark', amr: ['pwd'], expiresAt: NOW + 10 }
  for (const store of [a, b]) await store.flows.begin(aFlow(), NOW + 60)
  await a.flows.setPending('flow', { ...pending, id: 'earlier' })
  await a.flows.answer('flow', 'consent')
  assert.equal((await a.flows.find('flow', NOW))?.pending, undefined, 'another answer discards it')
  await a.flows.setPending('flow', pending)
  assert.deepEqual((await a.flows.find('flow', NOW + 9))?.pending, pending)
  assert.equal((await a.flows.find('flow', NOW + 10))?.pending, undefined)
  assert.equal((await b.flows.find('flow', NOW))?.pending, undefined)
  assert.equal(await b.flows.complete('flow', 'half'), false)
  assert.equal(await a.flows.complete('flow', 'earlier'), false)
  assert.equal((await atOnce(20, () => a.flows.complete('flow', 'half'))).filter(Boolean).length, 1)
  assert.deepEqual(await a.flows.find('flow', NOW), { ...aFlow(), answered: ['sign-in'] })
})

onEachEngine('a flow that began answered keeps its answers', async ({ a }) => {
  await a.flows.begin({ ...aFlow(), answered: ['sign-in', 'consent'] }, NOW + 60)
  assert.deepEqual((await a.flows.find('flow', NOW))?.answered, ['sign-in', 'consent'])
})

onEachEngine('one flow gives one code', async ({ a, b }) => {
  await signedIn(a)
  await aGrant(a)
  await a.flows.begin(aFlow(), NOW + 60)
  assert.equal(await b.codes.add(aCode(), 'flow'), false)
  const added = await atOnce(20, (i) => a.codes.add(aCode({ hash: `code ${i}` }), 'flow'))
  assert.equal(added.filter(Boolean).length, 1)
  const found = await atOnce(20, (i) => a.codes.find(`code ${i}`))
  assert.deepEqual(found.map(Boolean), added)
  assert.equal(found.find(Boolean)?.asked.state, asked.state)
  await a.flows.begin(aFlow('second'), NOW + 60)
  await assert.rejects(a.codes.add(aCode({ hash: `code ${added.indexOf(true)}` }), 'second'), UniqueViolation)
  assert.ok(await a.flows.find('second', NOW), 'a code that cannot be stored does not end its flow')
})

onEachEngine('revoking a grant revokes every token issued under it, once', async ({ a, b, db }) => {
  await aGrant(a)
  await aGrant(b)
  for (const store of [a, b]) {
    await signedIn(store)
    await store.codes.add(aCode(), undefined)
    await keep(store, aRefreshToken())
  }
  assert.equal(await isRevoked(a, ['jti', 'grant', 'family']), false)
  assert.equal((await atOnce(10, () => a.grants.revoke('grant', NOW))).filter(Boolean).length, 1)
  assert.equal(await isRevoked(a, ['jti', 'grant', 'family']), true)
  assert.equal(await a.grants.find('client', 'subject'), undefined)
  assert.equal(await a.codes.find('code'), undefined)
  assert.equal(await a.refreshTokens.find('refresh'), undefined)
  assert.equal(await spend(a, 'code', 'code'), false)
  assert.equal(await spend(a, 'refresh', 'refresh'), false)
  assert.deepEqual(await db.read(sql`select hash from refresh_tokens where tenant_id = 'a'`), [])
  assert.equal(await aGrant(a, 'new'), 'new', 'the next consent makes another grant')
  assert.equal(await a.refreshTokens.find('refresh'), undefined)
  assert.equal(await isRevoked(b, ['jti', 'grant', 'family']), false)
  assert.equal(await spend(b, 'code', 'code'), true)
  assert.equal(await spend(b, 'refresh', 'refresh'), true)
})

onEachEngine('revoking a family, a token or a grant by id revokes every token with the id', async ({ a, b, db }) => {
  await aGrant(a)
  await keep(a, aRefreshToken())
  await keep(a, aRefreshToken({ hash: 'other', family: 'other' }))
  await b.revocations.add(['family', 'other', 'jti', 'grant'], NOW + 60)
  assert.equal(await isRevoked(a, ['jti', 'grant', 'family']), false)
  await a.revocations.add(['family'], NOW + 60)
  await a.revocations.add(['family'], NOW + 30)
  assert.equal(await isRevoked(a, ['nothing', 'grant', 'family']), true)
  assert.equal(await isRevoked(a, ['grant', 'other', 'jti']), false)
  assert.equal(await isRevoked(a, []), false)
  assert.equal(await a.refreshTokens.find('refresh'), undefined)
  assert.ok(await a.refreshTokens.find('other'))
  await a.revocations.add(['jti'], NOW + 60)
  await a.revocations.add(['grant'], NOW + 60)
  assert.equal(await a.refreshTokens.find('other'), undefined)
  assert.deepEqual(await db.read(sql`select hash from refresh_tokens where tenant_id = 'a'`), [])
  assert.equal(await a.grants.find('client', 'subject'), undefined)
})

onEachEngine('a token stored after its family was revoked is refused', async ({ a }) => {
  await signedIn(a)
  await aGrant(a)
  await a.revocations.add(['family'], NOW + 60)
  await a.codes.add(aCode(), undefined)
  await keep(a, aRefreshToken())
  assert.equal(await a.codes.find('code'), undefined)
  assert.equal(await a.refreshTokens.find('refresh'), undefined)
  assert.equal(await spend(a, 'code', 'code'), false)
  assert.equal(await spend(a, 'refresh', 'refresh'), false)
})

onEachEngine('in whatever order refreshes and a revocation run, no token of the family is left in force', async ({ a }) => {
  await aGrant(a)
  for (let round = 0; round < 20; round++) {
    const family = `family ${round}`
    const token = (n: number) => aRefreshToken({ family, hash: `${round}/${n}` })
    await keep(a, token(0))
    const revoked = round % 2 === 0 ? undefined : a.revocations.add([family], NOW + 60)
    const issued = atOnce(4, (n) => a.issue({ spend: { kind: 'refresh', hash: `${round}/${n}`, now: NOW }, refresh: token(n + 1) }))
    await Promise.all([issued, revoked ?? a.revocations.add([family], NOW + 60)])
    for (let n = 0; n < 6; n++) {
      assert.equal(await a.refreshTokens.find(`${round}/${n}`), undefined)
      assert.equal(await spend(a, 'refresh', `${round}/${n}`), false)
    }
  }
})

test('tokens that need no record are not stored', async () => {
  const { tenantStore } = await import('./tenant.ts')
  const unreachable = new Proxy({} as never, { get: () => assert.fail('the database was asked') })
  const store = tenantStore(unreachable, 'a', () => NOW)
  assert.equal(await store.issue({ spend: undefined, refresh: undefined }), true)
})
