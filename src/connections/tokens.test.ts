/** Refreshing; and giving a token back at GitHub, which has a way of its own — docs.github.com/rest/apps/oauth-applications. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { aConnection, issuer, metadata, scriptedProvider, token } from '../../test/scripted-provider.ts'
import type { RemoteAnswer } from '../protocol/remote.ts'
import { connectionSchema } from './connection.ts'
import type { ConnectionDeps } from './deps.ts'
import { introspect, refresh, revoke } from './tokens.ts'
import { UpstreamError } from './upstream-error.ts'

const asked: object[] = []
const connection = {
  ...connectionSchema.parse({ name: 'github', preset: 'github', client_id: 'an app' }),
  sealedSecret: 'secret',
}
const revoked = (status: number) => {
  const request = async (ask: object): Promise<RemoteAnswer> => {
    asked.push(ask)
    return { status, headers: {}, body: '' }
  }
  const deps = {
    secrets: { open: async (_: string, sealed: string) => sealed },
    remote: { request },
    now: () => 1000,
    clockSkew: () => 0,
    cache: new Map(),
  }
  return revoke(deps as unknown as ConnectionDeps, connection, 'token')
}

test('the token is deleted in the name of the application', async () => {
  assert.equal(await revoked(204), true)
  assert.deepEqual(asked, [
    {
      url: 'https://api.github.com/applications/an%20app/token',
      method: 'DELETE',
      headers: {
        authorization: `Basic ${Buffer.from('an app:secret').toString('base64')}`,
        accept: 'application/vnd.github+json',
        'content-type': 'application/json',
      },
      body: '{"access_token":"token"}',
    },
  ])
})

test('one that is not known there is gone already; any other answer is a failure', async () => {
  for (const status of [404, 422]) assert.equal(await revoked(status), true, String(status))
  for (const status of [200, 401, 500])
    await assert.rejects(revoked(status), (error) => error instanceof UpstreamError && error.failure === 'unavailable', String(status))
})

suite('a refresh whose answer has an ID token', () => {
  const other = connectionSchema.parse({
    ...{ name: 'other', preset: 'oauth2', client_id: 'us' },
    ...{ authorization_endpoint: 'https://other.example/authorize', token_endpoint: 'https://other.example/token' },
  })
  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const refreshed = (idToken: unknown, subject: string | undefined) => {
    const body = JSON.stringify({ access_token: 'new', token_type: 'bearer', expires_in: 60, refresh_token: 'next', id_token: idToken })
    const deps = {
      secrets: { open: async (_: string, sealed: string) => sealed },
      remote: { request: async (): Promise<RemoteAnswer> => ({ status: 200, headers: { 'content-type': 'application/json' }, body }) },
      now: () => 1000,
      clockSkew: () => 0,
      cache: new Map(),
    }
    return refresh(deps as unknown as ConnectionDeps, { ...other, sealedSecret: 'secret' }, { refreshToken: 'old', subject })
  }
  const of = (claims: object) => `${encoded({ alg: 'RS256' })}.${encoded(claims)}.${Buffer.from('x').toString('base64url')}`

  const taken: [what: string, idToken: unknown, subject: string | undefined][] = [
    ['of the same person', of({ sub: 'ada' }), 'ada'],
    ['of a person who is not known', of({ sub: 'ada' }), undefined],
    ['that is too old, of nobody, or otherwise of no use', of({ exp: 1 }), 'ada'],
    ['whose subject is no text', of({ sub: 7 }), 'ada'],
    ['that is none', 'x', 'ada'],
    ['that is absent', undefined, 'ada'],
  ]
  for (const [what, idToken, subject] of taken)
    test(`${what} gives the new tokens`, async () => {
      const { accessToken, refreshToken, expiresAt } = await refreshed(idToken, subject)
      assert.deepEqual([accessToken, refreshToken, expiresAt], ['new', 'next', 1060])
    })

  test('of somebody else is refused', () =>
    assert.rejects(refreshed(of({ sub: 'eve' }), 'ada'), (error) => error instanceof UpstreamError && error.failure === 'consent'))
})

suite('at a provider that has the endpoints', () => {
  const discovery = { body: { ...metadata, introspection_endpoint: `${issuer}/introspect` } }
  const stage = (answers: Parameters<typeof scriptedProvider>[0]) =>
    scriptedProvider({ '/.well-known/openid-configuration': discovery, ...answers })

  test('a refresh token is refreshed, and the rest of the answer is kept', async () => {
    const { deps, asked } = stage({ '/token': token({ scope: 'read', refresh_token: 'next', session_state: 'session' }) })
    const { accessToken, refreshToken, scope, session } = await refresh(deps, aConnection(), { refreshToken: 'old', subject: undefined })
    assert.deepEqual([accessToken, refreshToken, scope, session], ['at', 'next', 'read', 'session'])
    assert.deepEqual(asked.at(-1)?.params, { grant_type: 'refresh_token', refresh_token: 'old' })
  })

  test('an error of the provider stays one, whatever its body is', async () => {
    for (const [status, body, failure] of [
      [400, { error: 'invalid_grant', id_token: 'x' }, 'consent'],
      [503, '', 'unavailable'],
      [200, '[]', 'answer'],
    ] as const)
      await assert.rejects(refresh(stage({ '/token': { status, body } }).deps, aConnection(), { refreshToken: 'old', subject: 'ada' }), {
        failure,
      })
  })

  test('a token is given back', async () => {
    const { deps, asked } = stage({ '/revoke': { body: '' } })
    assert.equal(await revoke(deps, aConnection(), 'token'), true)
    assert.deepEqual([asked.at(-1)?.path, asked.at(-1)?.params], ['/revoke', { token: 'token' }])
    await assert.rejects(revoke(stage({ '/revoke': { status: 503 } }).deps, aConnection(), 'token'), { failure: 'unavailable' })
  })

  test('or cannot be, where there is no endpoint', async () => {
    const { deps } = stage({ '/.well-known/openid-configuration': { body: { ...metadata, revocation_endpoint: undefined } } })
    assert.equal(await revoke(deps, aConnection(), 'token'), false)
  })

  test('what it says of a token counts while the token is in force', async () => {
    const { deps, asked, answers } = stage({ '/introspect': { body: { active: true, sub: 'ada' } } })
    assert.deepEqual(await introspect(deps, aConnection(), 'token'), { active: true, sub: 'ada' })
    assert.deepEqual([asked.at(-1)?.path, asked.at(-1)?.params], ['/introspect', { token: 'token' }])
    answers['/introspect'] = { body: { active: false, sub: 'ada' } }
    assert.equal(await introspect(deps, aConnection(), 'token'), undefined)
    answers['/introspect'] = { body: {} }
    await assert.rejects(introspect(deps, aConnection(), 'token'), { failure: 'answer' })
  })
})
