/** What is kept of the tokens of a provider, asked for or brought, and what is given back. */
import assert from 'node:assert/strict'
import { anAccount, NOW, onEachEngine } from '../../test/stored.ts'
import { aProvider } from '../../test/vault/node.ts'
import { ada, failure, tokens, vaultStage } from '../../test/vault/stage.ts'
import { consentUrl, keepConsent } from './consent.ts'
import { keepTokens, removeEntry, revokeUpstream } from './keep.ts'
import { replaceRefreshToken } from './replace.ts'
import { accessTokenOf } from './vend.ts'

const account = { type: 'account', id: 'subject' } as const
const granted = {
  accessToken: 'at',
  refreshToken: 'rt',
  expiresAt: NOW + 60,
  refreshExpiresAt: NOW + 400,
  scope: undefined,
  session: 'sid',
}
const revocable = aProvider({ offline_idle: 4000 }, { revocation_endpoint: 'https://provider.example/revoke' })

onEachEngine('an entry has what the provider told and what was asked for', async ({ a }) => {
  const { vault, connection, opened, audited, find } = await vaultStage(a, revocable)
  await a.accounts.add(anAccount())
  const ask = { connection, kind: 'offline', tokens: granted, scope: 'read  write', session: undefined } as const
  const person = { subject: 'up', claims: { email: 'ada@example.org' } }
  const kept = await keepTokens(vault, { ...ask, owner: account, person })
  assert.ok(kept !== 'refused' && kept.tokenId === undefined)
  const { entry } = kept
  assert.deepEqual(await find(entry), entry)
  const { id, sealed: _, ...rest } = entry
  assert.deepEqual(rest, {
    connection: 'provider',
    owner: account,
    kind: 'offline',
    upstreamSubject: 'up',
    upstreamSession: 'sid',
    label: 'ada@example.org',
    scope: ['read', 'write'],
    state: 'active',
    version: 1,
    accessExpiresAt: NOW + 60,
    refreshAt: NOW + 300,
    createdAt: NOW,
    updatedAt: NOW,
    lastUsedAt: undefined,
    lastUsedBy: undefined,
  })
  assert.deepEqual(await opened(entry), { refresh: 'rt', access: 'at' })
  const told = await keepTokens(vault, { ...ask, owner: ada, person: undefined, tokens: { ...granted, scope: '' }, session: 'session' })
  assert.ok(told !== 'refused')
  assert.deepEqual([told.entry.scope, told.entry.label, told.entry.upstreamSubject], [[], undefined, undefined])
  assert.equal((await a.vault.byTokenId(told.tokenId as string))?.entry.id, told.entry.id)
  assert.equal(await keepTokens(vault, { ...ask, owner: { ...account, id: 'gone' }, person }), 'refused')
  const stored = { act: 'vault.store', outcome: 'success', detail: { connection: 'provider' } }
  assert.deepEqual(audited, [
    { ...stored, by: { type: 'user', id: 'subject' }, target: id },
    { ...stored, target: told.entry.id },
  ])
})

onEachEngine('the label is the first name that people know', async ({ a }) => {
  const { vault, connection } = await vaultStage(a)
  const all = { email: 'a@example.org', preferred_username: 'ada', login: 'ada-l' }
  for (const [claims, label] of [
    [all, 'a@example.org'],
    [{ ...all, email: '' }, 'ada'],
    [{ ...all, email: 7 }, 'ada'],
    [{ login: 'ada-l' }, 'ada-l'],
    [{ email: '\n', login: 'ada-l' }, undefined],
    [{ name: 'Ada' }, undefined],
  ] as const) {
    const person = { subject: 'up', claims }
    const kept = await keepTokens(vault, {
      connection,
      owner: ada,
      kind: 'offline',
      tokens: granted,
      person,
      scope: '',
      session: undefined,
    })
    assert.equal(kept !== 'refused' && kept.entry.label, label)
  }
})

onEachEngine('what is removed is given back: the refresh token, or the access token where there is no other', async ({ a }) => {
  const { vault, keep, requests, answers } = await vaultStage(a, revocable)
  answers({ status: 200, body: {} })
  const sent = () => requests.splice(0).map(({ path, token }) => `${path} ${token}`)
  assert.deepEqual(await removeEntry(vault, (await keep()).id), { shared: false, revoked: true })
  assert.deepEqual(sent(), ['/revoke rt'])
  assert.deepEqual(await removeEntry(vault, (await keep({ refreshToken: undefined })).id), { shared: false, revoked: true })
  assert.deepEqual(sent(), ['/revoke kept'])
  const nothing = await keep({ refreshToken: undefined, accessToken: undefined })
  assert.deepEqual(await removeEntry(vault, nothing.id), { shared: false, revoked: false })
  assert.equal(await removeEntry(vault, nothing.id), undefined)
  assert.deepEqual(sent(), [])
})

onEachEngine('what others depend on, or cannot be given back now, is not revoked', async ({ a }) => {
  const { vault, connection, keep, answers, told, requests } = await vaultStage(a, revocable)
  const ask = {
    connection,
    kind: 'offline',
    tokens: granted,
    person: { subject: 'up', claims: {} },
    scope: '',
    session: undefined,
  } as const
  const [one] = [await keepTokens(vault, { ...ask, owner: ada }), await keepTokens(vault, { ...ask, owner: { ...ada, id: 'bob' } })]
  assert.deepEqual(one !== 'refused' && (await removeEntry(vault, one.entry.id)), { shared: true, revoked: false })
  assert.deepEqual(requests, [])
  answers(failure)
  const entry = await keep()
  assert.deepEqual(await revokeUpstream(vault, entry), { shared: false, revoked: false })
  const why = 'the provider answered with status 503'
  assert.deepEqual(told, [[{ connection: 'provider', entry: entry.id, why }, 'an upstream token could not be revoked']])
  answers(async () => {
    throw new RangeError('ours')
  })
  await assert.rejects(revokeUpstream(vault, entry), { name: 'RangeError' })
  assert.deepEqual(await revokeUpstream(vault, { ...entry, connection: 'gone' }), { shared: false, revoked: false })
  assert.equal(told.length, 1)
})

onEachEngine('a refresh token that is brought takes the place of the one before, under the same id', async ({ a }) => {
  const { vault, bring, find, opened, answers, clock } = await vaultStage(a, revocable)
  await a.accounts.add(anAccount())
  const id = await bring('first')
  const entry = (await a.vault.byTokenId(id))!.entry
  const unknown = { scope: [], accessExpiresAt: undefined, refreshAt: NOW + 3000 }
  assert.deepEqual({ ...entry, ...unknown, kind: 'refresh', upstreamSubject: 'ada', label: undefined }, entry)
  assert.deepEqual(await opened(entry), { refresh: 'first' })
  answers(tokens({ scope: 'read' }))
  await accessTokenOf(vault, entry.id)
  clock.now += 10
  assert.equal(await bring('second'), id)
  assert.deepEqual(await opened(entry), { refresh: 'second' })
  const { sealed, ...replaced } = await find(entry)
  assert.deepEqual({ ...replaced, sealed: entry.sealed }, { ...entry, version: 3, refreshAt: NOW + 3010, updatedAt: NOW + 10 })
  const own = (await a.vault.byTokenId(await bring('of an account', account)))!.entry
  assert.deepEqual([own.owner, own.upstreamSubject], [account, undefined])
})

onEachEngine('whose entry others change again and again is asked to come back', async ({ a }) => {
  const { vault, connection, bring } = await vaultStage(a)
  await bring('first')
  let tries = 0
  const vaultStore = { ...a.vault, renew: async () => ++tries === 0 }
  const ask = { connection, owner: ada, refreshToken: 'second', session: 'session' }
  await assert.rejects(replaceRefreshToken({ ...vault, store: { vault: vaultStore } }, ask), {
    name: 'Unavailable',
    message: 'the entry changes all the time',
  })
  assert.equal(tries, 5)
})

onEachEngine('a person is asked with the parameters of the connection, and only who is allowed has tokens kept', async ({ a }) => {
  const provider = aProvider({ scope: 'files', params: { access_type: 'offline' } }, { userinfo_endpoint: 'https://provider.example/me' })
  const { vault, connection, answers, audited, requests } = await vaultStage(a, provider)
  const ask = { owner: ada, purpose: 'consent', redirectUri: 'https://id.example/callback', session: 'session', lifetime: 60 } as const
  const url = new URL(await consentUrl(vault, connection, ask))
  const sent = Object.fromEntries(url.searchParams)
  assert.deepEqual(
    [url.origin + url.pathname, sent['access_type'], sent['scope']],
    ['https://provider.example/authorize', 'offline', 'files'],
  )
  const request = await a.upstreamRequests.take('hash of state', NOW + 59)
  const { lifetime: _, ...stored } = ask
  assert.deepEqual(request, { ...stored, hash: 'hash of state', connection: 'provider', scope: 'files' })
  const verifier = vault.connections.states.derive('verifier', 'state')
  const binding = { state: 'state', nonce: 'n', verifier, redirectUri: ask.redirectUri, scope: 'files' }
  const params = new URLSearchParams({ code: 'code', state: 'state' })
  answers(tokens({ refresh_token: 'rt' }), { status: 200, body: { id: 7, sub: 'ada', login: 'ada-l' } })
  const answer = { request: { ...stored, hash: 'x', connection: 'provider', scope: 'files' }, binding, params }
  assert.equal(await keepConsent(vault, connection, answer, (person) => person?.subject !== 'ada'), 'refused')
  assert.deepEqual([audited, await a.vault.of(ada)], [[], []])
  const kept = await keepConsent(vault, connection, answer, (person) => person?.subject === 'ada')
  assert.ok(kept !== 'refused' && kept.tokenId !== undefined)
  const { kind, scope, upstreamSubject, label, owner } = kept.entry
  assert.deepEqual([kind, scope, upstreamSubject, label, owner], ['offline', ['files'], 'ada', 'ada-l', ada])
  assert.deepEqual(
    requests.map(({ path }) => path),
    ['/token', '/me', '/token', '/me'],
  )
})
