/** Expired rows are deleted in bounded batches; rows in force stay. */
import assert from 'node:assert/strict'
import {
  aCode,
  aFlow,
  aGrant,
  anAccount,
  aRefreshToken,
  aSession,
  atOnce,
  isRevoked,
  NOW,
  onEachEngine,
  signedIn,
} from '../../test/stored.ts'
import type { StatusIndex } from '../protocol/credentials.ts'
import { mostOfList } from './issued-credentials.ts'
import { type Db, sql } from './sql.ts'
import { sweep, sweeper } from './sweep.ts'

onEachEngine('a sweep deletes at most the given number of each kind, and only expired rows', async ({ a, b, db }) => {
  await signedIn(a)
  await aGrant(a)
  await atOnce(6, async (i) => {
    const [hash, expiresAt] = [`${i}`, i < 5 ? NOW : NOW + 1]
    await a.flows.begin(aFlow(hash), expiresAt - 3600) // one stays for an hour
    await a.codes.add(aCode({ hash, expiresAt }), undefined)
    await a.issue({ spend: undefined, refresh: aRefreshToken({ hash, expiresAt }) })
    await a.sessions.start(aSession({ hash, expiresAt }), '$hash', [])
  })
  await b.flows.begin(aFlow(), NOW - 3600)
  assert.equal(await sweep(db, NOW, 3), 12)
  assert.equal(await sweep(db, NOW, 3), 9)
  assert.equal(await sweep(db, NOW, 3), 0)
  assert.ok(await a.flows.find('5', NOW - 3600))
  assert.ok(await a.codes.find('5'))
  assert.ok(await a.refreshTokens.find('5'))
  assert.equal((await a.sessions.find(['5'], NOW)).length, 1)
})

onEachEngine('a used code or refresh token stays until it expires', async ({ a, db }) => {
  await signedIn(a)
  await aGrant(a)
  await a.codes.add(aCode(), undefined)
  await a.issue({ spend: { kind: 'code', hash: 'code', now: NOW }, refresh: aRefreshToken() })
  await a.issue({ spend: { kind: 'refresh', hash: 'refresh', now: NOW }, refresh: undefined })
  assert.equal(await sweep(db, NOW, 10), 0)
  assert.equal((await a.codes.find('code'))?.usedAt, NOW)
  assert.equal((await a.refreshTokens.find('refresh'))?.usedAt, NOW)
})

onEachEngine('a revocation outlives every token of its family', async ({ a, db }) => {
  await aGrant(a)
  await a.revocations.add(['family', 'jti'], NOW + 7200)
  await a.revocations.add(['family'], NOW + 4000) // a shorter one does not shorten it
  for (const hash of ['1', '2', '3']) await a.issue({ spend: undefined, refresh: aRefreshToken({ hash }) }) // as a race leaves them
  assert.equal(await sweep(db, NOW + 7199, 10), 0)
  assert.equal(await sweep(db, NOW + 7200, 1), 2, 'one revoked token, and the revocation that no token needs')
  assert.equal(await isRevoked(a, ['family']), true)
  assert.equal(await a.refreshTokens.find('3'), undefined)
  assert.equal(await sweep(db, NOW + 7200, 10), 3)
  assert.equal(await isRevoked(a, ['family']), false)
  assert.deepEqual(await db.read(sql`select hash from refresh_tokens`), [])
})

onEachEngine('a revocation stays for at least an hour', async ({ a, db }) => {
  await a.revocations.add(['family'], NOW)
  assert.equal(await sweep(db, NOW + 3599, 10), 0)
  assert.equal(await isRevoked(a, ['family']), true)
  assert.equal(await sweep(db, NOW + 3600, 10), 1)
})

onEachEngine('a revoked grant is stored for longer than any token can be valid', async ({ a, db }) => {
  await aGrant(a)
  await a.grants.revoke('grant', NOW)
  await aGrant(a, 'next')
  assert.equal(await sweep(db, NOW + 366 * 86_400, 10), 0)
  assert.equal(await isRevoked(a, ['grant']), true)
  assert.equal(await sweep(db, NOW + 400 * 86_400, 10), 1)
  assert.equal((await a.grants.find('client', 'subject'))?.id, 'next')
})

onEachEngine('a signing key that has left the JWKS is deleted', async ({ a, db }) => {
  const key = { alg: 'ES256', publicJwk: '{}', sealedKey: 'sealed', createdAt: NOW, activeAt: NOW, removeAt: undefined } as const
  await a.signingKeys.add({ ...key, kid: 'k1', generation: 1 }, undefined)
  await a.signingKeys.add({ ...key, kid: 'k2', generation: 2 }, NOW + 10)
  assert.equal(await sweep(db, NOW + 9, 10), 0)
  assert.equal(await sweep(db, NOW + 10, 10), 1)
  assert.deepEqual(
    (await a.signingKeys.list()).map((row) => row.kid),
    ['k2'],
  )
})

const DAY = 86_400

/** A node whose clock and monotonic time the test moves separately. */
function aNode(db: Db, clock: { now: number; elapsed: number }) {
  return sweeper(db, { now: () => clock.now, elapsed: () => clock.elapsed, batch: 10 })
}

onEachEngine('14: after a sweep the space of what it deleted is returned', async ({ a, db }) => {
  if (db.engine === 'postgres') return // it does so itself
  await atOnce(80, async (i) => a.flows.begin({ ...aFlow(`${i}`), browser: 'x'.repeat(100_000) }, NOW - 3600))
  const pages = async () => (await db.read(sql`pragma page_count`))[0]!['page_count'] as number
  const full = await pages()
  await sweeper(db, { now: () => NOW, elapsed: () => 0, batch: 1000 })()
  assert.ok((await pages()) < full - 500, `${await pages()} of ${full}`)
})

onEachEngine('6: a clock that jumps forward and back brings no revoked token back', async ({ a, db }) => {
  const clock = { now: NOW, elapsed: 0 }
  const sweepOften = aNode(db, clock)
  await sweepOften()
  await aGrant(a)
  await a.revocations.add(['family', 'jti'], NOW + 7200)
  for (let round = 0; round < 3; round++) {
    clock.now += 30 * DAY
    for (let n = 0; n < 5; n++, clock.elapsed++) await sweepOften()
    await aNode(db, { ...clock })() // one that starts now
    clock.now -= 30 * DAY - 5
    await sweepOften()
    assert.equal(await isRevoked(a, ['jti']), true)
  }
  clock.now += 600 * DAY // wrong for hours
  for (let n = 0; n < 6; n++, clock.elapsed += 3600) await sweepOften()
  assert.equal(await isRevoked(a, ['jti']), true)
})

onEachEngine('6: expired rows are deleted in the end, even after a long downtime', async ({ a, db }) => {
  const clock = { now: NOW, elapsed: 0 }
  await aNode(db, clock)()
  await a.revocations.add(['family'], NOW + 7200)
  await a.flows.begin(aFlow(), NOW + 60)
  const awake = { now: NOW + 30 * DAY, elapsed: 0 }
  const sweepOften = aNode(db, awake)
  await sweepOften()
  assert.equal(await isRevoked(a, ['family']), true)
  for (let day = 0; day < 10; day++, awake.now += DAY, awake.elapsed += DAY) await sweepOften()
  assert.equal(await isRevoked(a, ['family']), false)
  assert.deepEqual(await db.read(sql`select id from flows`), [])
})

onEachEngine('6: a clock that is behind sweeps nothing that is in force', async ({ a, db }) => {
  await aNode(db, { now: NOW, elapsed: 0 })()
  await a.accounts.add(anAccount())
  await a.sessions.start(aSession({ expiresAt: NOW - 500 * DAY }), '$hash', [])
  await aNode(db, { now: NOW - 1000 * DAY, elapsed: 0 })()
  assert.equal((await a.sessions.find(['session'], NOW - 1000 * DAY)).length, 1)
})

onEachEngine('a status list goes with the last of its credentials, but never the newest, whose number counts', async ({ a, db }) => {
  await a.accounts.add(anAccount())
  const { subject } = anAccount()
  const give = (id: string, expiresAt: number, candidates = [[1], [2], [3]]) =>
    a.issuedCredentials.add(
      { id, subject, clientId: 'client', configuration: 'badge', status: 'valid', event: undefined, issuedAt: NOW, expiresAt },
      { candidates, fulfils: undefined, most: 100, now: NOW },
    )
  const [first] = (await give('early', NOW + 10)) as StatusIndex[]
  assert.equal(first?.list, 1)
  await db.write(sql`update status_lists set used = ${mostOfList} where tenant_id = 'a' returning id`)
  const [second] = (await give('late', NOW + 20)) as StatusIndex[]
  assert.equal(second?.list, 2)
  const kept = 30 * 86_400
  assert.equal(await sweep(db, NOW + 9 + kept, 2), 0)
  assert.ok(await a.statusLists.read(1))
  assert.equal(await sweep(db, NOW + 10 + kept, 2), 3, 'the credential, and two of its indexes')
  assert.equal(await sweep(db, NOW + 10 + kept, 2), 2, 'the last index, and the list')
  assert.equal(await a.statusLists.read(1), undefined)
  assert.equal(await sweep(db, NOW + 20 + kept, 2), 1, 'the other credential')
  assert.ok(await a.statusLists.read(2))
  assert.equal(((await give('last', NOW + 30, [[4]])) as StatusIndex[])[0]?.list, 2)
})
