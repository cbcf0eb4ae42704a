import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import fc from 'fast-check'
import { type TestApp, testApp } from '../../test/app.ts'
import { aRefreshToken } from '../../test/stored.ts'
import { type Client, clientSchema } from './client.ts'
import { OAuthError } from './errors.ts'
import { Params } from './params.ts'
import type { ResourceMetadata } from './resource.ts'
import { resolveTarget } from './target.ts'
import type { Issuance, Target } from './types.ts'

const plain = { name: 'An API', scopes: {} }
const resources: ResourceMetadata[] = [
  { ...plain, identifier: 'https://plain.example' },
  { ...plain, identifier: 'https://opaque.example', access_token_format: 'opaque' },
  { ...plain, identifier: 'https://jwt.example', access_token_format: 'jwt', access_token_signed_response_alg: 'EdDSA' },
  { ...plain, identifier: 'https://short.example', access_token_lifetime: 60 },
]
const [plainApi, opaqueApi, jwtApi, shortApi] = resources.map((r) => r.identifier) as [string, string, string, string]
const reading: ResourceMetadata = { identifier: 'https://reading.example', name: 'Reading', scopes: { read: 'Read' } }
const writing: ResourceMetadata = { identifier: 'https://writing.example', name: 'Writing', scopes: { write: 'Write' } }

suite('the target of a token', () => {
  let gatehouse: TestApp
  before(async () => {
    gatehouse = await testApp('sqlite')
    for (const resource of [...resources, reading, writing]) await gatehouse.root.store.resourcesAdmin.add(resource)
  })
  after(() => gatehouse.close())

  function client(change: Record<string, unknown> = {}): Client {
    return {
      ...clientSchema.parse({ client_id: 'client', redirect_uris: ['https://app.example/'], ...change }),
      secretHashes: [],
      tokensFrom: 0,
    }
  }

  interface Case {
    client?: Record<string, unknown>
    scope?: readonly string[]
    /** Asked for at the token endpoint. */
    asked?: readonly string[]
    /** Asked for at the authorization endpoint; undefined when there was no such request. */
    granted?: readonly string[]
  }

  async function targetOf({ client: change, scope = ['api'], asked = [], granted }: Case): Promise<Partial<Target>> {
    const { authentication } = aRefreshToken()
    const authorization = granted && { grantId: 'grant', family: 'family', authentication, scope, resource: granted, extensions: {} }
    const issuance: Issuance = {
      client: client(change),
      subject: 'subject',
      scope,
      refresh: { kind: 'none' },
      ...(authorization ? { authorization } : {}),
    }
    return resolveTarget(gatehouse.root.ctx, new Params(asked.map((uri) => ['resource', uri])), issuance)
  }

  const cases: [name: string, given: Case, expected: Partial<Target> | (() => Partial<Target>)][] = [
    [
      'nothing asked: for this server',
      {},
      () => ({ audience: [gatehouse.issuer], format: 'jwt', alg: 'ES256', lifetime: 3600, scope: ['api'] }),
    ],
    ['one resource', { asked: [plainApi] }, { audience: [plainApi] }],
    ['two resources', { asked: [plainApi, shortApi] }, { audience: [plainApi, shortApi] }],
    ['the same twice', { asked: [plainApi, plainApi] }, { audience: [plainApi] }],
    [
      'with openid also for this server, for UserInfo',
      { asked: [plainApi], scope: ['openid'] },
      () => ({ audience: [plainApi, gatehouse.issuer] }),
    ],
    ['all that was granted', { granted: [plainApi, jwtApi] }, { audience: [plainApi, jwtApi] }],
    ['less than was granted', { granted: [plainApi, jwtApi], asked: [jwtApi] }, { audience: [jwtApi] }],
    ['the form the client wants', { client: { access_token_format: 'opaque' } }, { format: 'opaque' }],
    ['the form the resource wants', { client: { access_token_format: 'opaque' }, asked: [jwtApi] }, { format: 'jwt', alg: 'EdDSA' }],
    ['opaque, if one of them wants it', { asked: [jwtApi, opaqueApi] }, { format: 'opaque' }],
    ['the algorithm the client wants', { client: { access_token_signed_response_alg: 'PS256' } }, { alg: 'PS256' }],
    ['the lifetime the client wants', { client: { access_token_lifetime: 7200 } }, { lifetime: 7200 }],
    ['the shorter lifetime', { client: { access_token_lifetime: 7200 }, asked: [plainApi, shortApi] }, { lifetime: 60 }],
    ['only what the resource knows', { asked: [reading.identifier], scope: ['read', 'write'] }, { scope: ['read'] }],
    [
      'what either of two knows',
      { asked: [reading.identifier, writing.identifier], scope: ['read', 'write', 'x'] },
      { scope: ['read', 'write'] },
    ],
    ['all, if one declares none', { asked: [reading.identifier, plainApi], scope: ['read', 'write'] }, { scope: ['read', 'write'] }],
    ['an empty scope is allowed', { asked: [reading.identifier], scope: [] }, { scope: [], audience: [reading.identifier] }],
    [
      'with openid what UserInfo understands too',
      { asked: [reading.identifier], scope: ['openid', 'email', 'read', 'write'] },
      () => ({ scope: ['openid', 'email', 'read'], audience: [reading.identifier, gatehouse.issuer] }),
    ],
    [
      'without openid nothing for UserInfo',
      { asked: [reading.identifier], scope: ['email', 'read'] },
      { scope: ['read'], audience: [reading.identifier] },
    ],
    ['the shorter lifetime, the client’s', { client: { access_token_lifetime: 30 }, asked: [shortApi] }, { lifetime: 30 }],
  ]
  for (const [name, given, expected] of cases) {
    test(name, async () => assert.partialDeepStrictEqual(await targetOf(given), typeof expected === 'function' ? expected() : expected))
  }

  const refused: [name: string, given: Case][] = [
    ['unknown resource', { asked: ['https://unknown.example'] }],
    ['unknown beside a known one', { asked: [plainApi, 'https://unknown.example'] }],
    ['one that was not granted', { granted: [plainApi], asked: [jwtApi] }],
    ['one, though none was granted', { granted: [], asked: [plainApi] }],
    ['one that differs by its path', { asked: [`${plainApi}/other`] }],
    ['no URI', { asked: ['plain'] }],
    ['a URI with fragment', { asked: [`${plainApi}#x`] }],
  ]
  for (const [name, given] of refused) {
    test(`${name} is refused`, () => assert.rejects(targetOf(given), (e) => e instanceof OAuthError && e.code === 'invalid_target'))
  }

  test('scopes of which the resource knows none are refused', () =>
    assert.rejects(
      targetOf({ asked: [reading.identifier], scope: ['write', 'toString'] }),
      (e) => e instanceof OAuthError && e.code === 'invalid_scope',
    ))

  test('whatever is requested, a token never exceeds the grant, and refreshing never widens the scope', async () => {
    const { ctx, store } = gatehouse.root
    const holder = client({ policy: { refresh_rotation: 'keep' } })
    const subject = await gatehouse.addAccount({ username: 'alice' })
    await gatehouse.addClient({ client_id: 'client', redirect_uris: ['https://app.example/'] }, 'secret')
    const grant = await store.grants.widen({
      clientId: 'client',
      subject,
      scope: ['a', 'b', 'c'],
      details: [],
      newId: ctx.id(),
      now: ctx.now(),
    })
    const refresh = ctx.server.grantTypes.get('refresh_token')!
    const names = ['a', 'b', 'c', 'd']
    const uris = resources.map((r) => r.identifier)
    const given = fc.record({
      granted: fc.record({ scope: fc.subarray(names), resource: fc.subarray(uris) }),
      asked: fc.record({ scope: fc.subarray(names), resource: fc.subarray(uris) }),
    })
    await fc.assert(
      fc.asyncProperty(given, async ({ granted, asked }) => {
        const token = ctx.tokens.make('rt')
        const { authentication } = aRefreshToken()
        const kept = { ...granted, grantId: grant.id, family: ctx.id(), authentication: { ...authentication, subject } }
        const hash = ctx.tokens.hash('rt', token)!
        await store.issue({ spend: undefined, refresh: aRefreshToken({ ...kept, hash, expiresAt: ctx.now() + 60 }) })
        const sent = [['refresh_token', token], ['scope', asked.scope.join(' ')], ...asked.resource.map((uri) => ['resource', uri])]
        const params = new Params(sent as [string, string][])
        const within = asked.scope.every((s) => granted.scope.includes(s)) && asked.resource.every((r) => granted.resource.includes(r))
        const target = await refresh
          .redeem(ctx, { params, client: holder, binding: undefined, instance: undefined, address: '' })
          .then((issuance) => resolveTarget(ctx, params, issuance))
          .catch((error: unknown) => assert.match(String(error), /invalid_scope|invalid_target/))
        assert.equal(target !== undefined, within)
        if (!target) return
        assert.deepEqual(target.scope, asked.scope.length > 0 ? asked.scope : granted.scope)
        const audience = asked.resource.length > 0 ? asked.resource : granted.resource
        assert.deepEqual(target.audience, audience.length > 0 ? audience : [gatehouse.issuer])
      }),
      { numRuns: 60 },
    )
  })
})
