/** Giving a token back at GitHub, which has a way of its own — docs.github.com/rest/apps/oauth-applications. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RemoteAnswer } from '../protocol/remote.ts'
import { connectionSchema } from './connection.ts'
import type { ConnectionDeps } from './deps.ts'
import { revoke } from './tokens.ts'
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
