/** A checked password is not a proof any more once it is changed, on every engine. */
import assert from 'node:assert/strict'
import {
  aGrant,
  aLink,
  anAccount,
  aRefreshToken,
  aSession,
  atOnce,
  isRevoked,
  NOW,
  onEachEngine,
  type TenantStore,
} from '../../test/stored.ts'

const proof = { kind: 'password', subject: 'subject', passwordHash: '$hash', now: NOW } as const
const live = async (store: TenantStore, hash: string) => (await store.sessions.find([hash], NOW)).length

onEachEngine('a session starts for the password that was checked, of an account that is active', async ({ a, b }) => {
  await a.accounts.add(anAccount())
  await b.accounts.add(anAccount({ passwordHash: undefined }))
  assert.equal(await a.sessions.start(aSession(), '$hash', []), true)
  for (const passwordHash of ['$other', '', undefined])
    assert.equal(await a.sessions.start(aSession({ hash: 'late' }), passwordHash, ['session']), false)
  assert.equal(await a.sessions.start(aSession({ hash: 'late', subject: 'nobody' }), undefined, ['session']), false)
  assert.deepEqual([await live(a, 'session'), await live(a, 'late')], [1, 0], 'a refusal ends nothing')
  assert.equal(await b.sessions.start(aSession(), '$hash', []), false, 'the password of another tenant')
  assert.equal(await b.sessions.start(aSession(), undefined, []), true, 'an account without a password signs in by other means')
  await a.accounts.change('subject', { status: 'suspended' })
  assert.equal(await a.sessions.start(aSession({ hash: 'late' }), '$hash', []), false)
})

onEachEngine('tokens are issued for the password that was checked, of an account that is active', async ({ a, b }) => {
  await a.accounts.add(anAccount())
  const refresh = (hash: string) => ({ refresh: aRefreshToken({ hash, grantId: 'grant' }) })
  await aGrant(a)
  for (const spend of [
    { ...proof, passwordHash: '$other' },
    { ...proof, passwordHash: undefined },
    { ...proof, subject: 'nobody' },
  ])
    assert.equal(await a.issue({ spend, ...refresh('late') }), false)
  assert.equal(await b.issue({ spend: proof, ...refresh('late') }), false)
  assert.equal(await a.refreshTokens.find('late'), undefined, 'nothing is stored')
  assert.equal(await a.issue({ spend: proof, ...refresh('first') }), true)
  assert.equal(await a.issue({ spend: proof, refresh: undefined }), true, 'it is not used up')
  await a.accounts.change('subject', { status: 'suspended' })
  assert.equal(await a.issue({ spend: proof, refresh: undefined }), false)
})

onEachEngine('a new password or status ends every session in the same act, a rehash none', async ({ a, b }) => {
  for (const store of [a, b]) await store.accounts.add(anAccount())
  await b.sessions.start(aSession(), '$hash', [])
  await a.sessions.start(aSession(), '$hash', [])
  await a.accounts.change('subject', { claims: {} })
  await a.accounts.rehash('subject', '$hash', '$rehashed')
  assert.equal(await live(a, 'session'), 1)
  await a.accounts.change('subject', { passwordHash: '$new' })
  assert.equal(await live(a, 'session'), 0)
  await a.sessions.start(aSession(), '$new', [])
  await a.accounts.change('subject', { status: 'suspended' })
  await a.accounts.change('subject', { status: 'active' })
  assert.equal(await live(a, 'session'), 0)
  assert.equal(await live(b, 'session'), 1)
})

const changes: Record<string, (store: TenantStore, from: string, to: string) => Promise<unknown>> = {
  'by its owner': (store, from, to) =>
    store.accounts.replacePassword({ subject: 'subject', from, to, keep: undefined, now: NOW, until: NOW + 900 }),
  'by a link': (store, _, to) => store.links.setPassword(`link to ${to}`, to, NOW),
  'by the operator': (store, _, to) => store.accounts.change('subject', { passwordHash: to }),
}
for (const [how, change] of Object.entries(changes)) {
  onEachEngine(`no sign-in that races a password changed ${how} outlives it`, async ({ a }) => {
    await a.accounts.add(anAccount({ passwordHash: '0' }))
    for (let round = 0; round < 25; round++) {
      const [from, to] = [`${round}`, `${round + 1}`]
      await a.links.add(aLink({ hash: `link to ${to}` }, anAccount({ passwordHash: from })))
      const grantId = await aGrant(a, `grant ${round}`)
      await atOnce(9, async (i) => {
        if (i === 4) await change(a, from, to)
        else if (i % 2 === 0) await a.sessions.start(aSession({ hash: `${round}/${i}` }), from, [])
        else {
          const refresh = aRefreshToken({ hash: `${round}/${i}`, family: `${round}/${i}`, grantId })
          await a.issue({ spend: { ...proof, passwordHash: from }, refresh })
        }
      })
      for (const i of [0, 2, 6, 8]) assert.equal(await live(a, `${round}/${i}`), 0)
      for (const i of [1, 3, 5, 7]) assert.equal(await a.refreshTokens.find(`${round}/${i}`), undefined)
    }
  })
}

onEachEngine('a new password ends access tokens of the sessions before it, and none of another tenant', async ({ a, b }) => {
  for (const store of [a, b]) {
    await store.accounts.add(anAccount())
    await aGrant(store)
    await store.sessions.start(aSession({ sid: 'before' }), '$hash', [])
  }
  await a.accounts.replacePassword({ subject: 'subject', from: '$hash', to: '$new', keep: undefined, now: NOW, until: NOW + 600 })
  assert.equal(await isRevoked(a, ['jti', 'before']), true)
  assert.equal(await isRevoked(b, ['jti', 'before']), false)
})
