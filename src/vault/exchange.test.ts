/** Which token of the vault a client gets, and why it gets none. */
import assert from 'node:assert/strict'
import { anAccount, NOW, onEachEngine } from '../../test/stored.ts'
import { aProvider } from '../../test/vault/node.ts'
import { failure, refusal, tokens, vaultStage } from '../../test/vault/stage.ts'
import { Unavailable } from '../protocol/errors.ts'
import { upstreamTokens } from './exchange.ts'
import { keepTokens } from './keep.ts'

const owner = { type: 'account', id: 'subject' } as const
const usual = { accessToken: 'kept', refreshToken: 'rt', refreshExpiresAt: undefined, session: undefined }

async function stageOf(store: Parameters<typeof vaultStage>[0]) {
  const stage = await vaultStage(store)
  const { vault, connection } = stage
  await store.accounts.add(anAccount())
  const keepFor = async (subject: string, scope: string, { expiresAt }: { expiresAt: number | undefined } = { expiresAt: NOW + 60 }) => {
    const ask = { connection, owner, kind: 'offline', scope: '', session: undefined } as const
    const kept = await keepTokens(vault, { ...ask, tokens: { ...usual, scope, expiresAt }, person: { subject, claims: {} } })
    assert.ok(kept !== 'refused')
    return kept.entry
  }
  const token = (ask: { connection?: string; scope?: string[]; minTtl?: number; clientId?: string } = {}) => {
    const common = { subject: 'subject', clientId: 'client', connection: 'provider', scope: ['read'], minTtl: undefined }
    return upstreamTokens(vault).token({ ...common, ...ask })
  }
  return { ...stage, keepFor, token }
}

onEachEngine('none is there of an unknown connection, of one that is off, or for who has connected none', async ({ a }) => {
  const { token, keepFor } = await stageOf(a)
  assert.deepEqual([await token(), await token({ connection: 'other' })], ['none', 'none'])
  await keepFor('up', 'read')
  for (const change of [{ enabled: false }, { vault: { enabled: false } }]) {
    await a.connections.replace(aProvider({ ...change.vault }, 'enabled' in change ? { enabled: false } : {}))
    assert.equal(await token(), 'none')
  }
})

onEachEngine('it comes with its lifetime, scope and entry, and its use is noted once in a minute', async ({ a }) => {
  const { token, keepFor, clock, find } = await stageOf(a)
  const entry = await keepFor('up', 'read openid offline_access')
  const answer = { accessToken: 'kept', scope: ['read', 'openid', 'offline_access'], entry: entry.id }
  assert.deepEqual(await token(), { ...answer, expiresIn: 60, noted: true })
  clock.now += 30
  assert.deepEqual(await token(), { ...answer, expiresIn: 30, noted: false })
  const { lastUsedAt, lastUsedBy } = await find(entry)
  assert.deepEqual([lastUsedAt, lastUsedBy], [NOW, 'client'])
  clock.now += 30
  const fresh = await token({ minTtl: 200 })
  assert.deepEqual(fresh, { ...answer, accessToken: 'fresh', expiresIn: 300, noted: true })
  const endless = await keepFor('up', 'read', { expiresAt: undefined })
  assert.deepEqual(await token(), { ...answer, scope: ['read'], entry: endless.id, expiresIn: undefined, noted: true })
})

onEachEngine('a client gets no scope beyond its own, and no provider is asked for it', async ({ a }) => {
  const { token, keepFor, refreshes } = await stageOf(a)
  const entry = await keepFor('up', 'read write', { expiresAt: NOW })
  assert.equal(await token(), 'scope')
  assert.deepEqual(refreshes(), [])
  assert.notEqual(await token({ scope: ['read', 'write'] }), 'scope')
  assert.deepEqual([refreshes(), (await a.vault.find(entry.id))?.version], [['rt'], 2])
})

onEachEngine('the scope that a refresh tells is the one that counts', async ({ a }) => {
  const { token, keepFor, answers, bring } = await stageOf(a)
  const { id } = await keepFor('up', 'read', { expiresAt: NOW })
  answers(tokens({ scope: 'read write' }))
  assert.equal(await token(), 'scope')
  await a.vault.remove(id)
  answers(tokens({ scope: '' }), tokens({ scope: 'read' }))
  const entry = await keepFor('up', '', { expiresAt: NOW })
  assert.ok(typeof (await token()) === 'object', 'of what was asked for at consent, none is what was granted')
  await a.vault.remove(entry.id)
  await bring('rt', owner)
  answers(tokens())
  assert.equal(await token(), 'scope', 'of what was brought, it is not known')
  answers(tokens({ scope: 'read' }))
  assert.ok(typeof (await token({ minTtl: 400 })) === 'object')
})

onEachEngine('the newest account that is in force serves; where none is, the person is asked', async ({ a }) => {
  const { token, keepFor, answers, clock } = await stageOf(a)
  const old = await keepFor('up', 'read')
  clock.now += 1
  const newest = await keepFor('other', 'read', { expiresAt: NOW })
  answers(refusal)
  assert.equal(await token(), 'consent')
  assert.equal((await a.vault.find(newest.id))?.state, 'consent-needed')
  const served = await token()
  assert.equal(typeof served === 'object' && served.entry, old.id)
  await a.vault.remove(old.id)
  assert.equal(await token(), 'consent')
})

onEachEngine('a provider that cannot be used is to be asked later; a fault of ours is no such thing', async ({ a }) => {
  const { token, keepFor, answers, clock } = await stageOf(a)
  await keepFor('up', 'read', { expiresAt: NOW })
  answers({ status: 200, body: {} })
  await assert.rejects(token(), (error) => error instanceof Unavailable && error.retryAfter === 60 && error.cause instanceof Error)
  clock.now += 10
  answers(failure)
  await assert.rejects(token(), (error) => error instanceof Unavailable && error.retryAfter === 4)
  clock.now += 10
  answers(async () => {
    throw new RangeError('ours')
  })
  await assert.rejects(token(), { name: 'RangeError' })
})
