/** What is remembered of providers, and how this server signs for itself there. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { RemoteAnswer } from '../protocol/remote.ts'
import { connectionSchema } from './connection.ts'
import type { ConnectionDeps } from './deps.ts'
import { providerOf } from './provider.ts'
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
