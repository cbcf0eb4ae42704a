/** Who gets the access token that is kept, who causes a refresh, and what each failure does to the entry. */
import assert from 'node:assert/strict'
import { NOW, onEachEngine } from '../../test/stored.ts'
import { aProvider } from '../../test/vault/node.ts'
import { failure, refusal, tokens, vaultStage } from '../../test/vault/stage.ts'
import { Unavailable } from '../protocol/errors.ts'
import { sealTokens } from './tokens.ts'
import { accessTokenOf, keepAlive, refreshNow } from './vend.ts'

const kept = { accessToken: 'kept', expiresAt: NOW + 60, scope: ['read'] }
const fresh = { accessToken: 'fresh', expiresAt: NOW + 300, scope: ['read'] }
const lost = (reason: string) => ({ name: 'ConsentNeeded', message: reason })
const later = (message: string, retryAfter: number) => (error: unknown) =>
  error instanceof Unavailable && error.message === message && error.retryAfter === retryAfter

type Stage = Awaited<ReturnType<typeof vaultStage>>

/** What another node stores meanwhile, in place of the first version. */
async function renewedElsewhere({ store, vault, find }: Stage, { id }: { id: string }, expiresAt = NOW + 300): Promise<void> {
  const entry = await find({ id })
  const sealed = sealTokens(vault, { ...entry, version: 2 }, { refresh: 'theirs', access: 'of another node' })
  const renewal = { id, from: 1, sealed, scope: ['read'], accessExpiresAt: expiresAt, refreshAt: undefined, now: NOW }
  assert.ok(await store.vault.renew(renewal))
}

onEachEngine('the kept token lasts as long as was asked for, or is refreshed', async ({ a }) => {
  const { vault, keep, refreshes } = await vaultStage(a)
  const { id } = await keep()
  assert.deepEqual(await accessTokenOf(vault, id), kept)
  assert.deepEqual(await accessTokenOf(vault, id, 60), kept)
  assert.deepEqual(refreshes(), [])
  assert.deepEqual(await accessTokenOf(vault, id, 61), fresh)
  const endless = await keep({ expiresAt: undefined })
  assert.deepEqual(await accessTokenOf(vault, endless.id, 3600), { ...kept, expiresAt: undefined })
  assert.deepEqual(refreshes(), ['rt'])
  assert.equal(await accessTokenOf(vault, 'gone'), undefined)
})

onEachEngine('what is due, or is to be proven, is refreshed although its token lasts', async ({ a }) => {
  const { vault, keep, refreshes, find } = await vaultStage(a)
  const entry = await keep({ expiresAt: undefined })
  await keepAlive(vault, entry.id)
  assert.deepEqual(refreshes(), ['rt'])
  await refreshNow(vault, await find(entry))
  assert.deepEqual(refreshes(), ['rt', 'rt'])
  await keepAlive(vault, 'gone')
})

for (const [what, change] of [
  ['is disabled', { enabled: false }],
  ['keeps no tokens now', { vault: { enabled: false } }],
] as const)
  onEachEngine(`nothing is handed out once the connection ${what}`, async ({ a }) => {
    const { vault, keep, store, refreshes } = await vaultStage(a)
    const entry = await keep()
    await store.connections.replace({ ...aProvider(), ...change } as ReturnType<typeof aProvider>)
    const refused = { name: 'UpstreamError', failure: 'configuration', message: 'connection provider does not hand out tokens' }
    for (const act of [() => accessTokenOf(vault, entry.id), () => keepAlive(vault, entry.id), () => refreshNow(vault, entry)])
      await assert.rejects(act, refused)
    assert.deepEqual(refreshes(), [])
  })

onEachEngine('callers of one process share a refresh and wait for nothing else', async ({ a }) => {
  const { vault, keep, refreshes, pauses } = await vaultStage(a)
  const { id } = await keep({ accessToken: undefined })
  const [one, other] = await Promise.all([accessTokenOf(vault, id), accessTokenOf(vault, id)])
  assert.deepEqual(one, fresh)
  assert.equal(one, other)
  assert.deepEqual([refreshes(), pauses, vault.underWay.size], [['rt'], [], 0])
})

onEachEngine('who can have the kept token waits for no refresh', async ({ a }) => {
  const { vault, keep, answers } = await vaultStage(a)
  const { id } = await keep()
  const gate = Promise.withResolvers<ReturnType<typeof tokens>>()
  answers(() => gate.promise)
  const refreshing = keepAlive(vault, id)
  assert.deepEqual(await accessTokenOf(vault, id), kept)
  gate.resolve(tokens())
  await refreshing
})

onEachEngine('who waits for another node looks every 100 milliseconds, and takes what comes of it', async ({ a }) => {
  const stage = await vaultStage(a)
  const { vault, keep, store, refreshes, pauses } = stage
  const { id } = await keep()
  await store.vault.lease({ id, version: 1, now: NOW, until: NOW + 45 })
  const pause: typeof vault.pause = async (milliseconds) => {
    await vault.pause(milliseconds)
    await renewedElsewhere(stage, { id }, NOW + 5)
  }
  const theirs = { accessToken: 'of another node', expiresAt: NOW + 5, scope: ['read'] }
  assert.deepEqual(await accessTokenOf({ ...vault, pause }, id, 90), theirs, 'however soon it expires')
  assert.deepEqual([refreshes(), pauses], [[], [100]])
})

onEachEngine('nobody waits longer than a lease may last', async ({ a }) => {
  const { vault, keep, store, refreshes, pauses } = await vaultStage(a)
  const { id } = await keep({ accessToken: undefined })
  await store.vault.lease({ id, version: 1, now: NOW, until: NOW + 45 })
  await assert.rejects(accessTokenOf(vault, id), later('a refresh of this entry takes long', 45))
  assert.deepEqual([refreshes(), pauses], [[], Array.from({ length: 250 }, () => 100)])
})

onEachEngine('an entry that goes while somebody waits is told as lost', async ({ a }) => {
  const { vault, keep, store } = await vaultStage(a)
  const { id } = await keep({ accessToken: undefined })
  await store.vault.lease({ id, version: 1, now: NOW, until: NOW + 45 })
  const waiting = { ...vault, pause: async () => void (await store.vault.remove(id)) }
  await assert.rejects(accessTokenOf(waiting, id), lost('the entry was removed'))
})

onEachEngine('without a refresh token the kept one serves to its end, and then the person is asked', async ({ a }) => {
  const { vault, keep, refreshes, clock } = await vaultStage(a)
  const { id, refreshAt } = await keep({ refreshToken: undefined })
  assert.equal(refreshAt, undefined)
  assert.deepEqual(await accessTokenOf(vault, id, 3600), kept)
  clock.now = kept.expiresAt - 1
  assert.deepEqual(await accessTokenOf(vault, id), kept)
  clock.now++
  await assert.rejects(accessTokenOf(vault, id), lost('there is no refresh token'))
  assert.deepEqual(refreshes(), [])
})

onEachEngine('a refresh stores the successor, and the one before it while the successor has not been used', async ({ a }) => {
  const { vault, keep, answers, opened, find, refreshes } = await vaultStage(a, aProvider({ offline_idle: 4000 }))
  const entry = await keep()
  answers(tokens({ refresh_token: 'rt-2', scope: 'read  write', refresh_expires_in: 400 }), tokens({ access_token: 'fresher' }))
  assert.deepEqual(await accessTokenOf(vault, entry.id, 90), { ...fresh, scope: ['read', 'write'] })
  assert.deepEqual(await opened(entry), { refresh: 'rt-2', previous: 'rt', access: 'fresh' })
  const renewed = { ...entry, version: 2, scope: ['read', 'write'], accessExpiresAt: NOW + 300, refreshAt: NOW + 300 }
  assert.deepEqual({ ...(await find(entry)), sealed: '' }, { ...renewed, sealed: '' })
  await refreshNow(vault, entry)
  assert.deepEqual(await opened(entry), { refresh: 'rt-2', access: 'fresher' })
  const { scope, refreshAt } = await find(entry)
  assert.deepEqual([scope, refreshAt], [['read', 'write'], NOW + 3000], 'what the answer leaves out is as it was')
  assert.deepEqual(refreshes(), ['rt', 'rt-2'])
})

onEachEngine('a provider that does not know the successor is asked with the one before it', async ({ a }) => {
  const { vault, keep, answers, opened, refreshes } = await vaultStage(a)
  const entry = await keep()
  answers(tokens({ refresh_token: 'rt-2' }), refusal, tokens({ refresh_token: 'rt-3' }))
  await refreshNow(vault, entry)
  await refreshNow(vault, entry)
  assert.deepEqual(refreshes(), ['rt', 'rt-2', 'rt'])
  assert.deepEqual((await opened(entry)).refresh, 'rt-3')
})

onEachEngine('a provider that fails is not asked with the one before it', async ({ a }) => {
  const { vault, keep, answers, refreshes } = await vaultStage(a)
  const entry = await keep()
  answers(tokens({ refresh_token: 'rt-2' }), failure)
  await refreshNow(vault, entry)
  await assert.rejects(refreshNow(vault, entry), { name: 'Unavailable' })
  assert.deepEqual(refreshes(), ['rt', 'rt-2'])
})

onEachEngine('a refusal ends the entry, and is told and recorded once', async ({ a }) => {
  const { vault, keep, answers, find, told, audited, refreshes } = await vaultStage(a)
  const entry = await keep()
  answers(refusal)
  assert.deepEqual(await accessTokenOf(vault, entry.id, 30), kept)
  await assert.rejects(refreshNow(vault, entry), lost('the provider answered invalid_grant'))
  await assert.rejects(accessTokenOf(vault, entry.id, 30), lost('the provider refused the tokens'))
  await keepAlive(vault, entry.id)
  assert.deepEqual(await find(entry), { ...entry, state: 'consent-needed', refreshAt: undefined })
  const why = 'the provider answered invalid_grant'
  assert.deepEqual(told, [[{ connection: 'provider', entry: entry.id, why }, 'an upstream token could not be refreshed']])
  assert.deepEqual(audited, [{ act: 'vault.lost', outcome: 'failure', target: entry.id, detail: { connection: 'provider' } }])
  assert.deepEqual([refreshes(), vault.backOff.wait('provider')], [['rt'], undefined])
})

onEachEngine('a provider that fails is left alone for a while: the kept token serves, then the time is told', async ({ a }) => {
  const { vault, keep, answers, find, told, audited, clock, refreshes } = await vaultStage(a, aProvider({ offline_idle: 4000 }))
  const entry = await keep()
  answers(failure)
  assert.deepEqual(await accessTokenOf(vault, entry.id, 90), kept)
  assert.deepEqual(await accessTokenOf(vault, entry.id, 90), kept)
  assert.deepEqual(refreshes(), ['rt'])
  assert.deepEqual(await find(entry), { ...entry, refreshAt: NOW + 3600 }, 'due again in an hour')
  clock.now += 60
  const message = 'the provider answered with status 503'
  await assert.rejects(accessTokenOf(vault, entry.id), later(message, 4))
  clock.now += 1
  await assert.rejects(accessTokenOf(vault, entry.id), later('the provider failed a moment ago', 3))
  clock.now += 3
  answers(tokens(), failure)
  assert.equal((await accessTokenOf(vault, entry.id))?.accessToken, 'fresh')
  await assert.rejects(refreshNow(vault, await find(entry)), later(message, 2))
  assert.deepEqual([told.length, audited], [3, []])
})

onEachEngine('what is not due before the next hour stays so, and what is never due', async ({ a }) => {
  const { vault, keep, answers, find, store, clock } = await vaultStage(a)
  const entry = await keep()
  answers(failure)
  await assert.rejects(refreshNow(vault, entry), { name: 'Unavailable' })
  assert.equal((await find(entry)).refreshAt, entry.refreshAt)
  clock.now += 2
  const number = await store.vault.lease({ id: entry.id, version: 1, now: clock.now, until: clock.now })
  await store.vault.release({ id: entry.id, lease: number as number, version: 1, state: 'active', refreshAt: undefined })
  await assert.rejects(refreshNow(vault, entry), { name: 'Unavailable' })
  assert.equal((await find(entry)).refreshAt, undefined)
})

onEachEngine('an answer of no use is told as such, and the provider is left alone', async ({ a }) => {
  const { vault, keep, answers, find } = await vaultStage(a)
  const entry = await keep()
  answers({ status: 200, body: {} })
  await assert.rejects(refreshNow(vault, entry), { name: 'UpstreamError', failure: 'answer' })
  assert.deepEqual([(await find(entry)).state, vault.backOff.wait('provider')], ['active', 2])
})

for (const [what, answer] of [
  ['is refused', refusal],
  ['succeeds too late', tokens()],
] as const)
  onEachEngine(`a refresh that ${what} while another node renews gives what the other has`, async ({ a }) => {
    const stage = await vaultStage(a)
    const { vault, keep, answers, find, audited, pauses } = stage
    const entry = await keep()
    answers(async () => {
      await renewedElsewhere(stage, entry)
      return answer
    })
    assert.equal((await accessTokenOf(vault, entry.id, 90))?.accessToken, 'of another node')
    assert.deepEqual([audited, pauses, (await find(entry)).state], [[], [], 'active'])
  })

onEachEngine('a failure while another node renews is a failure', async ({ a }) => {
  const stage = await vaultStage(a)
  const { vault, keep, answers } = stage
  const entry = await keep()
  answers(async () => {
    await renewedElsewhere(stage, entry)
    return failure
  })
  await assert.rejects(refreshNow(vault, entry), { name: 'Unavailable' })
  assert.equal(vault.backOff.wait('provider'), 2)
})

onEachEngine('a fault of ours is no failure of the provider', async ({ a }) => {
  const { vault, keep, answers, told } = await vaultStage(a)
  const entry = await keep()
  answers(async () => {
    throw new RangeError('ours')
  })
  await assert.rejects(refreshNow(vault, entry), { name: 'RangeError' })
  assert.deepEqual([told, vault.backOff.wait('provider')], [[], undefined])
})
