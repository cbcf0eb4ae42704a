/** A permission is split where it was joined, whatever its parts are. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Client } from './client.ts'
import type { Ctx } from './feature.ts'
import { grantedScope, partsOf, permissionsFor, registeredAt } from './permissions.ts'
import { resourceSchema } from './resource.ts'

test('the scope ends at the first separator, which an identifier may also contain', () => {
  assert.deepEqual(partsOf('read'), { word: 'read', identifier: undefined })
  assert.deepEqual(partsOf('read"https://api.example/"x"'), { word: 'read', identifier: 'https://api.example/"x"' })
  assert.deepEqual(grantedScope(['openid', 'read"urn:a', 'write"urn:a', 'read"urn:b']), {
    scope: 'openid read write',
    resource_scope: { 'urn:a': 'read write', 'urn:b': 'read' },
  })
})

test('a scope of this server means something at an API only if that declares it', () => {
  const ctx = { tenant: { scopes: { openid: 'Know you' } } } as unknown as Ctx
  const api = (name: string, scopes: Record<string, string>) => ({
    ...resourceSchema.parse({ identifier: `https://${name}.example`, name, scopes }),
    secretHashes: [],
    tokensFrom: 0,
  })
  const apis = [api('plain', {}), api('own', { openid: 'Another' }), api('other', { read: 'Read' })]
  assert.deepEqual(permissionsFor(ctx, ['openid', 'write'], apis), ['openid', 'openid"https://own.example', 'write"https://plain.example'])
})

test('resource_scope names an API in any spelling, and its own spelling counts before another', async () => {
  const ctx = {} as Ctx // with resource_scope nothing else is asked
  const scopes = { read: 'Read', write: 'Write' }
  const api = { ...resourceSchema.parse({ identifier: 'https://api.example/', name: 'API', scopes }), secretHashes: [], tokensFrom: 0 }
  const registered = (resource_scope: Record<string, string>) =>
    registeredAt(ctx, { resource_scope } as unknown as Client, ['read', 'write', 'other'], [api])
  assert.deepEqual(await registered({ 'https://API.example': 'read' }), ['read', 'other'])
  assert.deepEqual(await registered({ 'https://API.example': 'read', 'https://api.example/': 'write' }), ['write', 'other'])
  assert.deepEqual(await registered({ 'https://elsewhere.example': 'read write' }), ['other'])
})
