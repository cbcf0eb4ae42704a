/** What certification demands of FAPI 1.0 Advanced with JARM, each demand a test — request objects by value and pushed, certificates, responses. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import type { Engine } from '../app.ts'
import { alice, claimsOf, told } from '../journeys/application.ts'
import { call, type Setup, secureServer } from '../journeys/mutual-tls-setup.ts'
import { engines } from '../postgres.ts'
import { type FapiClient, fapiClient, fapiKey } from './fapi-client.ts'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`FAPI 1.0 Advanced, on ${engine}`, () => {
    const trusted = getCACertificates('default')
    let server: Setup
    let one: FapiClient
    let other: FapiClient
    let signing: FapiClient
    before(async () => {
      server = await secureServer(engine, 'second', { KEYS_ALGS: 'ES256,PS256,RS256' })
      setDefaultCACertificates([...trusted, server.ca]) // for the browser
      await server.gatehouse.addAccount({ username: alice.username }, alice.password)
      ;[one, other, signing] = await Promise.all([
        fapiClient(server, { id: 'one', profile: 'fapi1-advanced', by: 'certificate' }),
        fapiClient(server, { id: 'other', profile: 'fapi1-advanced', by: 'certificate' }),
        fapiClient(server, { id: 'signing', profile: 'fapi1-advanced', by: 'key' }),
      ])
    })
    after(async () => {
      setDefaultCACertificates(trusted)
      await server.close()
    })

    /** The response to an authorization request by value: what is in the JWT, or the status of a page. */
    async function ask(request: string | Promise<string>, beside: Record<string, string> = {}) {
      const landed = await one.arrive(server.gatehouse.browser(), { request: await request, ...beside })
      const { response, ...plain } = told(landed)
      return response === undefined ? { status: landed.status, error: plain['error'], page: landed.html } : claimsOf(response)
    }
    const isRefused = ({ error, status, code }: { error?: string; status?: number; code?: string }, name: string) => {
      assert.equal(code, undefined, name)
      assert.ok(
        status === 400 || ['invalid_request', 'invalid_request_object', 'invalid_scope'].includes(error ?? ''),
        `${name}: ${status} ${error}`,
      )
    }

    test('discovery: certificate-bound tokens, request objects by value, and no demand for pushed requests', async () => {
      const { body } = await call(`${server.gatehouse.issuer}/.well-known/openid-configuration`, {}, server.ca)
      assert.equal(body.tls_client_certificate_bound_access_tokens, true)
      assert.equal(body.request_parameter_supported, true)
      assert.equal(body.require_pushed_authorization_requests, false)
    })

    test('a signed request by value leads to a signed response and a certificate-bound token', async () => {
      const { code, state, iss, aud } = await ask(one.object({ state: 'x', nonce: 'n' }))
      assert.deepEqual([state, iss, aud], ['x', server.gatehouse.issuer, 'one'])
      const { body } = await one.redeem(code)
      assert.equal(claimsOf(body.access_token).cnf['x5t#S256'], one.identity.x5t)
      assert.equal(claimsOf(body.id_token).nonce, 'n')
      assert.ok(['PS256', 'ES256'].includes(JSON.parse(Buffer.from(body.id_token.split('.')[0], 'base64url').toString()).alg))
    })

    test('a signed request can be pushed; its aud may be a list', async () => {
      assert.equal((await one.push({ request: await one.object({ aud: [server.gatehouse.issuer] }) })).status, 201)
      assert.ok((await one.tokens()).access_token)
    })

    test('plain code without JARM, and response_mode query, are refused', async () => {
      for (const response_mode of [undefined, 'query']) isRefused(await ask(one.object({ response_mode })), String(response_mode))
    })

    test('no request object at all is refused', async () => {
      const landed = told(
        await one.visit(server.gatehouse.browser(), { response_type: 'code', redirect_uri: one.redirectUri, scope: 'openid' }),
      )
      assert.equal(landed['error'] ?? claimsOf(landed['response'] as string).error, 'invalid_request')
    })

    test('request object: exp and nbf are needed, within 60 minutes, and in force', async () => {
      const now = server.gatehouse.now()
      const wrong = {
        'no exp': { exp: undefined },
        'no nbf': { nbf: undefined },
        expired: { nbf: now - 600, exp: now - 300 },
        'exp over 60 minutes after nbf': { exp: now + 4200 },
        'nbf over 60 minutes ago': { nbf: now - 4200 },
      }
      for (const [name, claims] of Object.entries(wrong)) isRefused(await ask(one.object(claims)), name)
    })

    test('request object: aud of another server, RS256, none, a bad signature and another client’s key are refused', async () => {
      const good = await one.object()
      const none = [Buffer.from('{"alg":"none"}').toString('base64url'), good.split('.')[1], ''].join('.')
      const wrong = {
        aud: one.object({ aud: 'https://other.example' }),
        RS256: one.object({}, { key: await fapiKey('RS256') }),
        none,
        'bad signature': `${good.slice(0, -8)}AAAAAAAA`,
        'the key of another client': one.object({}, { key: other.key }),
        'another client': one.object({ client_id: 'other', iss: 'other' }),
      }
      for (const [name, request] of Object.entries(wrong)) isRefused(await ask(request), name)
    })

    test('request object: redirect_uri must be inside', async () => {
      isRefused(await ask(one.object({}, { without: ['redirect_uri'] }), { redirect_uri: one.redirectUri }), 'redirect_uri')
    })

    test('request object: scope and nonce outside do not count', async () => {
      const outside = await ask(one.object({ scope: 'openid' }), { scope: 'openid email', nonce: 'outside' })
      const { body } = await one.redeem(outside.code)
      assert.deepEqual([claimsOf(body.id_token).nonce, body.scope], [undefined, 'openid'])
    })

    test('request object: a state outside alone is ignored, and none is returned', async () => {
      assert.equal((await ask(one.object(), { state: 'outside' })).state, undefined)
    })

    test('pushed: an object whose aud is the PAR endpoint is refused', async () => {
      const { status, body } = await one.push({ request: await one.object({ aud: `${server.gatehouse.issuer}/par` }) })
      assert.deepEqual([status, body.error], [400, 'invalid_request_object'])
    })

    test('pushed: PKCE with S256 is required', async () => {
      for (const without of [['code_challenge', 'code_challenge_method'], ['code_challenge_method']])
        assert.equal((await one.push({ request: await one.object({}, { without }) })).status, 400)
    })

    test('pushed: the audience of a client assertion is liberal, wrong iss, sub and aud are refused', async () => {
      const { issuer } = server.gatehouse
      const push = async (claims: object) =>
        signing.post(
          '/par',
          { request: await signing.object() },
          { assertion: await signing.assertion(claims), proof: null, identity: signing.identity },
        )
      for (const aud of [issuer, `${issuer}/token`, `${issuer}/par`, [issuer, 'https://other.example']])
        assert.equal((await push({ aud })).status, 201, JSON.stringify(aud))
      for (const claims of [{ iss: 'other' }, { sub: 'other' }, { aud: 'https://other.example' }])
        assert.equal((await push(claims)).status, 401, JSON.stringify(claims))
    })

    test('tokens: without a certificate, with another client’s, and for another client’s code nothing is issued', async () => {
      const code = await one.code()
      assert.equal((await one.redeem(code, {}, { identity: null })).status, 401)
      assert.equal((await one.redeem(code, {}, { identity: other.identity })).status, 401)
      assert.equal((await other.redeem(code, { redirect_uri: one.redirectUri })).body.error, 'invalid_grant')
      assert.equal((await one.redeem(code)).status, 200)
    })

    test('refresh: another client or no certificate is refused', async () => {
      const { refresh_token } = await one.tokens()
      assert.equal((await one.refresh(refresh_token, { identity: null })).status, 401)
      assert.equal((await other.refresh(refresh_token)).body.error, 'invalid_grant')
      assert.equal((await one.refresh(refresh_token)).status, 200)
    })

    test('claims: a request for acr is answered or ignored cleanly', async () => {
      const { code } = await ask(one.object({ claims: { id_token: { acr: { essential: false, values: ['unknown'] } } } }))
      assert.equal(typeof claimsOf((await one.redeem(code)).body.id_token).acr, 'string')
    })
  })
}
