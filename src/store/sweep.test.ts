/** What has expired goes, in bounded steps; what lives stays. */
import assert from 'node:assert/strict'
import { aCode, aFlow, aGrant, anAccessToken, aRefreshToken, aSession, atOnce, NOW, onEachEngine, signedIn } from '../../test/stored.ts'
import { sql } from './sql.ts'
import { sweep } from './sweep.ts'

onEachEngine('a sweep removes at most so many of each kind, and only what has expired', async ({ a, b, db }) => {
  await signedIn(a)
  await aGrant(a)
  await atOnce(6, async (i) => {
    const [hash, expiresAt] = [`${i}`, i < 5 ? NOW : NOW + 1]
    await a.flows.begin(aFlow(hash), expiresAt)
    await a.codes.add(aCode({ hash, expiresAt }), undefined)
    await a.issue({
      spend: undefined,
      access: { hash, token: anAccessToken({ expiresAt }) },
      refresh: aRefreshToken({ hash, expiresAt }),
    })
    await a.sessions.start(aSession({ hash, expiresAt }), '$hash', [])
  })
  await b.flows.begin(aFlow(), NOW)
  assert.equal(await sweep(db, NOW, 3), 15)
  assert.equal(await sweep(db, NOW, 3), 11)
  assert.equal(await sweep(db, NOW, 3), 0)
  assert.ok(await a.flows.find('5', NOW))
  assert.ok(await a.codes.find('5'))
  assert.ok(await a.accessTokens.find('5'))
  assert.ok(await a.refreshTokens.find('5'))
  assert.equal((await a.sessions.find(['5'], NOW)).length, 1)
})

onEachEngine('a used code or refresh token stays until it expires', async ({ a, db }) => {
  await signedIn(a)
  await aGrant(a)
  await a.codes.add(aCode(), undefined)
  await a.issue({ spend: { kind: 'code', hash: 'code', now: NOW }, access: undefined, refresh: aRefreshToken() })
  await a.issue({ spend: { kind: 'refresh', hash: 'refresh', now: NOW }, access: undefined, refresh: undefined })
  assert.equal(await sweep(db, NOW, 10), 0)
  assert.equal((await a.codes.find('code'))?.usedAt, NOW)
  assert.equal((await a.refreshTokens.find('refresh'))?.usedAt, NOW)
})

onEachEngine('a revocation outlives every token of its family', async ({ a, db }) => {
  await aGrant(a)
  await a.revocations.add(['family', 'jti'], NOW + 7200)
  await a.revocations.add(['family'], NOW + 4000) // a shorter one takes nothing off it
  for (const hash of ['1', '2', '3']) await a.issue({ spend: undefined, access: undefined, refresh: aRefreshToken({ hash }) }) // as a race leaves them
  assert.equal(await sweep(db, NOW + 7199, 10), 0)
  assert.equal(await sweep(db, NOW + 7200, 1), 2, 'one dead token, and the revocation that no token needs')
  assert.equal(await a.revocations.any(['family']), true)
  assert.equal(await a.refreshTokens.find('3'), undefined)
  assert.equal(await sweep(db, NOW + 7200, 10), 3)
  assert.equal(await a.revocations.any(['family']), false)
  assert.deepEqual(await db.read(sql`select hash from refresh_tokens`), [])
})

onEachEngine('a revocation stays for an hour, whatever it is told', async ({ a, db }) => {
  await a.revocations.add(['family'], NOW)
  assert.equal(await sweep(db, NOW + 3599, 10), 0)
  assert.equal(await a.revocations.any(['family']), true)
  assert.equal(await sweep(db, NOW + 3600, 10), 1)
})

onEachEngine('a revoked grant is remembered for longer than any token may live', async ({ a, db }) => {
  await aGrant(a)
  await a.grants.revoke('grant', NOW)
  await aGrant(a, 'next')
  assert.equal(await sweep(db, NOW + 366 * 86_400, 10), 0)
  assert.equal(await a.revocations.any(['grant']), true)
  assert.equal(await sweep(db, NOW + 400 * 86_400, 10), 1)
  assert.equal((await a.grants.find('client', 'subject'))?.id, 'next')
})

onEachEngine('a signing key that has left the JWKS goes, with its private half', async ({ a, db }) => {
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
