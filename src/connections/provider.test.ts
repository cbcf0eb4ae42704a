/** What is remembered of providers, and how this server signs for itself there. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { aConnection, NOW, scriptedProvider, token } from '../../test/scripted-provider.ts'
import type { RemoteAnswer } from '../protocol/remote.ts'
import { connectionSchema } from './connection.ts'
import type { ConnectionDeps } from './deps.ts'
import { providerOf, secretOf } from './provider.ts'
import { refresh } from './tokens.ts'
import { UpstreamError } from './upstream-error.ts'

const issuer = 'https://sso.example'
const metadata = { issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token` }
const json = (body: object, status = 200): RemoteAnswer => ({
  ...{ status, headers: { 'content-type': 'application/json' } },
  body: JSON.stringify(body),
})

function world({ answer = () => json(metadata), algs = ['ES256'] }: { answer?: (url: string) => RemoteAnswer; algs?: string[] } = {}) {
  const it = { now: 1000, asked: [] as { url: string; body?: string }[], signed: [] as unknown[][], answer }
  const deps = {
    secrets: { open: async (_: string, sealed: string) => sealed },
    remote: {
      request: async (ask: { url: string; body?: string }) => {
        it.asked.push(ask)
        return it.answer(ask.url)
      },
    },
    keys: {
      algs,
      sign: async (...what: unknown[]) => {
        it.signed.push(what)
        return 'an assertion'
      },
    },
    now: () => it.now,
    clockSkew: () => 0,
    id: () => 'id',
    cache: new Map(),
  }
  return Object.assign(it, { deps: deps as unknown as ConnectionDeps, cache: deps.cache })
}
const connection = (more: object = {}) => ({
  ...connectionSchema.parse({ name: 'staff', client_id: 'us', issuer, ...more }),
  sealedSecret: 'secret',
})

test('metadata is asked for again after an hour, and after 30 seconds where there was none', async () => {
  const it = world()
  const ask = () => providerOf(it.deps, connection())
  await Promise.all([ask(), ask()])
  it.now += 3599
  await ask()
  assert.equal(it.asked.length, 1)
  it.now += 1
  it.answer = () => json({}, 503)
  await assert.rejects(ask(), UpstreamError)
  it.answer = () => json(metadata)
  it.now += 29
  await assert.rejects(ask(), UpstreamError)
  assert.equal(it.asked.length, 2)
  it.now += 1
  assert.equal((await ask()).server.token_endpoint, metadata.token_endpoint)
  assert.equal(it.asked.length, 3)
})

test('two hundred providers are remembered, and the first is forgotten', async () => {
  const it = world()
  for (let n = 0; n <= 200; n++) await providerOf(it.deps, connection({ name: `n${n}` }))
  assert.equal(it.cache.size, 200)
  await providerOf(it.deps, connection({ name: 'n1' }))
  assert.equal(it.asked.length, 201)
  await providerOf(it.deps, connection({ name: 'n0' }))
  assert.equal(it.asked.length, 202)
})

suite('private_key_jwt: the assertion is for the provider, lasts a minute, and is of an algorithm that it knows', () => {
  const rows: [ours: string[], theirs: string[] | undefined, alg: string][] = [
    [['ES256', 'RS256'], ['RS256', 'ES256'], 'ES256'],
    [['EdDSA', 'ES256'], ['ES256'], 'ES256'],
    [['ES256', 'RS256'], ['PS256'], 'RS256'],
    [['ES256', 'RS256'], undefined, 'RS256'],
    [['EdDSA', 'ES256'], undefined, 'EdDSA'],
  ]
  for (const [algs, theirs, alg] of rows)
    test(`${algs.join(', ')} of ${theirs?.join(', ') ?? 'it does not say'}: ${alg}`, async () => {
      const known = { ...metadata, ...(theirs && { token_endpoint_auth_signing_alg_values_supported: theirs }) }
      const it = world({
        algs,
        answer: (url) => json(url === metadata.token_endpoint ? { access_token: 'x', token_type: 'bearer' } : known),
      })
      await refresh(it.deps, connection({ token_endpoint_auth_method: 'private_key_jwt' }), { refreshToken: 'old', subject: undefined })
      const claims = { iss: 'us', sub: 'us', aud: issuer, jti: 'id', iat: 1000, exp: 1060 }
      assert.deepEqual(it.signed, [[alg, 'client-authentication+jwt', claims]])
      assert.deepEqual(Object.fromEntries(new URLSearchParams(it.asked.at(-1)?.body)), {
        grant_type: 'refresh_token',
        refresh_token: 'old',
        client_id: 'us',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: 'an assertion',
      })
    })
})

suite('endpoints that a provider names', () => {
  const plain = 'http://sso.example'
  const rows: [what: string, more: Record<string, unknown>, refused: RegExp | undefined][] = [
    ['all with TLS', { jwks_uri: 'https://keys.example/jwks', registration_endpoint: 'https://other.example/' }, undefined],
    ['no authorization endpoint', { authorization_endpoint: undefined }, /its metadata has no authorization_endpoint/],
    ['no token endpoint', { token_endpoint: undefined }, /its metadata has no token_endpoint/],
    ['an endpoint that is no text', { token_endpoint: 5 }, /./],
    ['an endpoint without TLS', { userinfo_endpoint: `${plain}/me` }, /userinfo_endpoint in its metadata is no https URL/],
    ['keys without TLS', { jwks_uri: `${plain}/keys` }, /jwks_uri in its metadata is no https URL/],
    ['an endpoint that is no URL', { revocation_endpoint: 'revoke' }, /revocation_endpoint in its metadata is no https URL/],
    ['what is no endpoint', { service_documentation: `${plain}/docs`, op_policy_uri: 'policy' }, undefined],
    ['no TLS at all', { issuer: plain, jwks_uri: `${plain}/keys`, token_endpoint: `${plain}/token` }, undefined],
    ['another scheme', { issuer: plain, userinfo_endpoint: 'ftp://sso.example/me' }, /userinfo_endpoint in its metadata is no https URL/],
    ['a slash after the issuer', { issuer: `${issuer}/` }, /./],
  ]
  for (const [what, more, refused] of rows)
    test(`${what}: ${refused ? 'refused' : 'taken'}`, async () => {
      const it = world({ answer: () => json({ ...metadata, ...more }) })
      const asked = providerOf(it.deps, connection({ issuer: more['issuer'] === plain ? plain : issuer }))
      if (refused) await assert.rejects(asked, (error) => error instanceof UpstreamError && refused.test(error.message))
      else assert.equal((await asked).server.authorization_endpoint, metadata.authorization_endpoint)
    })
})

suite('this server says who it is', () => {
  const basic = `Basic ${Buffer.from('us:secret').toString('base64')}`
  const rows: [method: string, params: object, authorization: string | undefined][] = [
    ['client_secret_basic', {}, basic],
    ['client_secret_post', { client_id: 'us', client_secret: 'secret' }, undefined],
    ['none', { client_id: 'us' }, undefined],
  ]
  for (const [method, params, authorization] of rows)
    test(`by ${method}`, async () => {
      const { deps, asked } = scriptedProvider({ '/token': token() })
      await refresh(deps, aConnection({ token_endpoint_auth_method: method }), { refreshToken: 'old', subject: undefined })
      assert.deepEqual(asked.at(-1)?.params, { grant_type: 'refresh_token', refresh_token: 'old', ...params })
      assert.equal(asked.at(-1)?.headers['authorization'], authorization)
    })

  test('at Apple, by a JWT of the key file that lasts five minutes', async () => {
    const made: object[] = []
    const { deps } = scriptedProvider()
    const appleSecret = (ask: object) => `JWT ${made.push(ask)}`
    const apple = aConnection({ preset: 'apple', team_id: 'TEAM', key_id: 'KEY' })
    assert.equal(await secretOf({ ...deps, appleSecret }, apple), 'JWT 1')
    const claims = { iss: 'TEAM', iat: NOW, exp: NOW + 300, aud: 'https://appleid.apple.com', sub: 'us' }
    assert.deepEqual(made, [{ key: 'secret', keyId: 'KEY', claims }])
    assert.equal(await secretOf({ ...deps, appleSecret }, aConnection()), 'secret')
  })

  test('not without a secret', async () => {
    const { deps } = scriptedProvider()
    const without = { ...aConnection(), sealedSecret: undefined }
    await assert.rejects(secretOf(deps, without), { failure: 'configuration', message: 'connection staff has no client secret' })
    await assert.rejects(providerOf(deps, without), { failure: 'configuration' })
    assert.ok(await providerOf(deps, { ...aConnection({ token_endpoint_auth_method: 'none' }), sealedSecret: undefined }))
  })
})

test('an issuer is taken with or without the slash at its end, and as it is written otherwise', async () => {
  const rows: [declared: string, said: string, isTaken: boolean][] = [
    [issuer, issuer, true],
    [`${issuer}/`, issuer, true],
    [`${issuer}/`, `${issuer}/`, true],
    [issuer, `${issuer}/`, false],
    ['https://SSO.example', issuer, false],
    [`${issuer}:443`, issuer, false],
  ]
  for (const [declared, said, isTaken] of rows) {
    const asked = providerOf(world({ answer: () => json({ ...metadata, issuer: said }) }).deps, connection({ issuer: declared }))
    if (isTaken) assert.equal((await asked).server.issuer, said)
    else await assert.rejects(asked, UpstreamError, `${declared} ${said}`)
  }
})

test('what is declared counts more than the metadata, and makes other metadata', async () => {
  const it = world()
  const own = { token_endpoint: 'https://own.example/token' }
  const [declared, plain] = [await providerOf(it.deps, connection(own)), await providerOf(it.deps, connection())]
  assert.deepEqual([declared.server.token_endpoint, plain.server.token_endpoint], [own.token_endpoint, metadata.token_endpoint])
  assert.equal(declared.server.authorization_endpoint, metadata.authorization_endpoint)
  const oauth2 = { preset: 'oauth2', issuer: undefined, authorization_endpoint: 'https://own.example/authorize', ...own }
  const { server, jwksCache } = await providerOf(it.deps, connection(oauth2))
  assert.deepEqual(server, { issuer: 'https://own.example', authorization_endpoint: 'https://own.example/authorize', ...own })
  assert.deepEqual(jwksCache, {})
  assert.equal(it.asked.length, 2, 'no document is read for it')
})

test('of a connection that names another issuer, nothing is remembered', async () => {
  const it = world()
  await providerOf(it.deps, connection())
  it.answer = () => json({ ...metadata, issuer: 'https://other.example' })
  assert.equal((await providerOf(it.deps, connection({ issuer: 'https://other.example' }))).server.issuer, 'https://other.example')
})

test('what was read anew is not the first that is forgotten', async () => {
  const it = world()
  await providerOf(it.deps, connection({ name: 'n0' }))
  it.now += 1800
  for (let n = 1; n < 200; n++) await providerOf(it.deps, connection({ name: `n${n}` }))
  it.now += 1800
  await providerOf(it.deps, connection({ name: 'n0' }))
  await providerOf(it.deps, connection({ name: 'n200' }))
  assert.equal(it.asked.length, 202)
  await providerOf(it.deps, connection({ name: 'n0' }))
  assert.equal(it.asked.length, 202)
})

test('a failure that comes late does not take the place of what came meanwhile', async () => {
  const it = world()
  const gate = Promise.withResolvers<RemoteAnswer>()
  const late = { ...it.deps, remote: { request: () => gate.promise } } as unknown as ConnectionDeps
  const failed = assert.rejects(providerOf(late, connection()), UpstreamError)
  it.now += 3600
  await providerOf(it.deps, connection())
  gate.resolve(json({}, 503))
  await failed
  it.now += 31
  assert.ok(await providerOf(it.deps, connection()))
  assert.equal(it.asked.length, 1)
})
