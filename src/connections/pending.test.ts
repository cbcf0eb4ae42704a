/** What stays here of a request at a provider, and what its answer finds. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aConnection, NOW, scriptedProvider } from '../../test/scripted-provider.ts'
import { beginRequest, takeRequest } from './pending.ts'
import type { UpstreamRequest } from './store.ts'

const ask = { purpose: 'connect', redirectUri: 'https://id.example/callback', scope: 'openid', browser: 'browser' } as const

function stage(answers: Parameters<typeof scriptedProvider>[0] = {}) {
  const { deps } = scriptedProvider(answers)
  const kept: [UpstreamRequest, number][] = []
  const upstreamRequests = {
    add: async (request: UpstreamRequest, until: number) => void kept.push([request, until]),
    take: async (hash: string, now: number) => kept.find(([request, until]) => request.hash === hash && until > now)?.[0],
  }
  return { deps: { ...deps, requests: { upstreamRequests } }, kept }
}

for (const [what, carries, state] of [
  ['alone', undefined, 'state'],
  ['with what it carries', 'more', 'state.more'],
] as const)
  test(`a request leaves with its state ${what}, and its hash stays`, async () => {
    const { deps, kept } = stage()
    const more = { lifetime: 60, params: { prompt: 'login' }, ...(carries && { carries }) }
    const url = new URL(await beginRequest(deps, aConnection(), { ...ask, ...more }))
    const { state: sent, nonce, prompt } = Object.fromEntries(url.searchParams)
    assert.deepEqual([sent, nonce, prompt], [state, `nonce of ${state}`, 'login'])
    const request = { ...ask, hash: 'hash of state', connection: 'staff' }
    assert.deepEqual(kept, [[request, NOW + 60]])
    const binding = { state, nonce: `nonce of ${state}`, verifier: `verifier of ${state}`, redirectUri: ask.redirectUri, scope: 'openid' }
    assert.deepEqual(await takeRequest(deps, state), { request, binding, carried: carries })
  })

test('nothing stays of a request that cannot be made', async () => {
  const { deps, kept } = stage({ '/.well-known/openid-configuration': undefined })
  await assert.rejects(beginRequest(deps, aConnection(), { ...ask, lifetime: 60 }), { failure: 'unavailable' })
  assert.deepEqual(kept, [])
})

test('what no request left with finds none', async () => {
  const { deps } = stage()
  for (const state of ['', '.more', 'other']) assert.equal(await takeRequest(deps, state), undefined)
})
