import assert from 'node:assert/strict'
import { aClient, aGrant, aLink, anAccount, aRefreshToken, aSession, atOnce, NOW, onEachEngine } from '../../test/stored.ts'
import { attributeSchema } from '../identity/attributes.ts'

onEachEngine('claims and attributes are set and removed one by one, and all others stay', async ({ a, b }) => {
  const [claims, attributes] = [
    { given_name: 'Alice', nickname: 'Al' },
    { team: 'red', motto: 'on' },
  ]
  for (const store of [a, b]) {
    for (const name of ['team', 'motto', 'desk']) await store.attributes.define(attributeSchema.parse({ name, type: 'string' }))
    await store.accounts.add(anAccount({ claims, attributes }))
  }
  const change = { claims: { nickname: undefined, locale: 'en' }, attributes: { motto: undefined, desk: '7' } }
  assert.equal(await a.accounts.changeProfile('subject', change, NOW + 1), true)
  const changed = await a.accounts.bySubject('subject')
  assert.deepEqual([changed?.claims, changed?.updatedAt], [{ given_name: 'Alice', locale: 'en' }, NOW + 1])
  assert.deepEqual(changed?.attributes, { team: 'red', desk: '7' })
  const other = await b.accounts.bySubject('subject')
  assert.deepEqual([other?.claims, other?.attributes], [claims, attributes])
  const misfit = { claims: { nickname: 'X' }, attributes: { desk: 7 } }
  await assert.rejects(a.accounts.changeProfile('subject', misfit, NOW + 2), /must be text/)
  assert.deepEqual(await a.accounts.bySubject('subject'), changed, 'all or nothing')
  await atOnce(8, (i) => a.accounts.changeProfile('subject', { claims: { [`claim${i}`]: i }, attributes: {} }, NOW + 2))
  assert.equal(Object.keys((await a.accounts.bySubject('subject'))?.claims ?? {}).length, 10, 'none is lost')
  assert.equal(await a.accounts.changeProfile('nobody', { claims: { locale: 'en' }, attributes: {} }, NOW), false)
})

onEachEngine('the sessions of a subject are listed and ended one by one, all but the current one, and nobody else’s', async ({ a, b }) => {
  for (const store of [a, b]) await store.accounts.add(anAccount())
  await a.accounts.add(anAccount({ subject: 'other', username: 'other', email: undefined }))
  const start = (n: number, more = {}) =>
    a.sessions.start(aSession({ hash: `h${n}`, sid: `s${n}`, lastSeenAt: NOW + n, ...more }), '$hash', [])
  for (const n of [1, 2, 3]) await start(n)
  await start(4, { subject: 'other' })
  await start(5, { expiresAt: NOW })
  await b.sessions.start(aSession({ hash: 'h1', sid: 's1' }), '$hash', [])
  const sids = async (subject = 'subject') => (await a.sessions.of(subject, NOW)).map(({ sid }) => sid)
  assert.deepEqual(await sids(), ['s3', 's2', 's1'])
  assert.deepEqual((await b.sessions.of('subject', NOW))[0], aSession({ hash: 'h1', sid: 's1' }))
  const ended = await Promise.all(['s2', 's2', 's4', 'none'].map((sid) => a.sessions.end({ subject: 'subject', sid })))
  assert.equal(ended.flat().length, 1)
  assert.deepEqual([await sids(), await sids('other')], [['s3', 's1'], ['s4']])
  await a.sessions.end({ subject: 'subject', except: 's1' })
  assert.deepEqual([await sids(), await sids('other'), (await b.sessions.of('subject', NOW)).length], [['s1'], ['s4'], 1])
})

onEachEngine('the grants of a subject are listed and revoked once, and only by that subject', async ({ a, b }) => {
  for (const store of [a, b]) await store.clientsAdmin.add(aClient(), [])
  const grant = await aGrant(a)
  await aGrant(b)
  await a.issue({ spend: undefined, refresh: aRefreshToken({ grantId: grant }) })
  const listed = { id: grant, clientId: 'client', scope: ['openid'], details: [], createdAt: NOW, usedAt: undefined }
  assert.deepEqual(await a.access.of('subject'), [listed])
  await a.issue({ spend: { kind: 'refresh', hash: 'refresh', now: NOW + 5 }, refresh: aRefreshToken({ hash: 'next' }) })
  assert.deepEqual(await a.access.of('subject'), [{ ...listed, usedAt: NOW + 5 }])
  assert.deepEqual(await a.access.of('other'), [])
  assert.equal(await a.access.revoke('other', grant, NOW), false)
  assert.deepEqual((await atOnce(4, () => a.access.revoke('subject', grant, NOW + 9))).filter(Boolean), [true])
  assert.deepEqual([await a.access.of('subject'), await a.refreshTokens.find('next')], [[], undefined])
  assert.equal((await b.access.of('subject')).length, 1)
})

onEachEngine('the scopes of all resources of a tenant are returned in words', async ({ a, b }) => {
  assert.deepEqual({ ...(await a.resources.meanings()) }, {})
  await a.resourcesAdmin.add({ identifier: 'https://a.example', name: 'A', scopes: { read: 'Read it' } }, undefined)
  await a.resourcesAdmin.add({ identifier: 'https://b.example', name: 'B', scopes: { write: 'Write it' } }, undefined)
  assert.deepEqual({ ...(await a.resources.meanings()) }, { read: 'Read it', write: 'Write it' })
  assert.deepEqual({ ...(await b.resources.meanings()) }, {})
})

onEachEngine(
  'an account is removed by its owner with everything that belongs to it, but not as the last active superadmin of its tenant',
  async ({ a, b }) => {
    const admin = (subject: string, change = {}) =>
      anAccount({ subject, username: subject, email: undefined, role: 'superadmin', ...change })
    for (const account of [admin('one'), admin('two'), admin('three'), admin('resting', { status: 'suspended' })])
      await a.accounts.add(account)
    await b.accounts.add(admin('one'))
    await a.sessions.start(aSession({ subject: 'one' }), '$hash', [])
    await a.devices.add({ subject: 'one', hash: 'device', expiresAt: NOW + 9 }, 5)
    await a.links.add(aLink({ kind: 'verification', email: 'a@example.com', expiresAt: NOW + 9 }, admin('one')))
    assert.deepEqual(await a.accounts.personalData('one'), {
      apiKeys: [],
      devices: [{ expiresAt: NOW + 9 }],
      links: [{ kind: 'verification', email: 'a@example.com', expiresAt: NOW + 9 }],
    })
    assert.deepEqual(await b.accounts.personalData('one'), { apiKeys: [], devices: [], links: [] })
    assert.equal(await a.accounts.leave('nobody', NOW), 'unknown')
    const left = await Promise.all(['one', 'two', 'three'].map((subject) => a.accounts.leave(subject, NOW)))
    assert.deepEqual(left.toSorted(), ['last', 'removed', 'removed'], 'one of three who leave at once stays')
    assert.equal(await a.accounts.leave('resting', NOW), 'removed')
    assert.equal(await b.accounts.leave('one', NOW), 'last')
  },
)
