/** What certification demands of FAPI 2.0 Security Profile, each demand a test — discovery, pushed requests, responses, codes. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import type { Engine } from '../app.ts'
import { alice, claimsOf, shows, told } from '../journeys/application.ts'
import { type Answer, call, type Setup, secureServer } from '../journeys/mutual-tls-setup.ts'
import { engines } from '../postgres.ts'
import { type FapiClient, fapiClient, fapiKey } from './fapi-client.ts'

const refused = ({ status, body }: Answer, ...codes: string[]) =>
  assert.ok([400, 401].includes(status) && codes.includes(body.error), `${status} ${JSON.stringify(body)}`)
/** What the entropy check of the suite measures: Shannon entropy of the characters, for all of them. */
function entropy(text: string): number {
  const counts = Map.groupBy(text, (character) => character)
  return [...counts.values()].reduce((sum, { length }) => sum - length * Math.log2(length / text.length), 0)
}

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`FAPI 2.0 Security Profile, on ${engine}`, () => {
    const trusted = getCACertificates('default')
    let server: Setup
    let one: FapiClient
    let other: FapiClient
    let bound: FapiClient
    before(async () => {
      server = await secureServer(engine, 'second', { KEYS_ALGS: 'ES256,PS256,RS256' })
      setDefaultCACertificates([...trusted, server.ca]) // for the browser
      await server.gatehouse.addAccount({ username: alice.username }, alice.password)
      ;[one, other, bound] = await Promise.all([
        fapiClient(server, { id: 'one', profile: 'fapi2', by: 'key' }),
        fapiClient(server, { id: 'other', profile: 'fapi2', by: 'key' }),
        fapiClient(server, { id: 'bound', profile: 'fapi2', by: 'certificate' }),
      ])
    })
    after(async () => {
      setDefaultCACertificates(trusted)
      await server.close()
    })

    const browser = () => server.gatehouse.browser()
    const each = async (act: (client: FapiClient) => Promise<unknown>) => {
      for (const client of [one, bound]) await act(client)
    }

    test('discovery: what the profile needs is advertised, at both well-known places', async () => {
      const { issuer } = server.gatehouse
      for (const path of ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']) {
        const { body } = await call(issuer + path, {}, server.ca)
        assert.equal(body.issuer, issuer)
        assert.equal(body.pushed_authorization_request_endpoint, `${issuer}/par`)
        assert.equal(body.require_pushed_authorization_requests, false, 'one issuer serves other clients, too')
        assert.ok(body.code_challenge_methods_supported.includes('S256'))
        for (const method of ['private_key_jwt', 'tls_client_auth', 'self_signed_tls_client_auth'])
          assert.ok(body.token_endpoint_auth_methods_supported.includes(method), method)
        for (const list of ['token_endpoint_auth_signing_alg', 'dpop_signing_alg', 'id_token_signing_alg'])
          assert.ok(
            ['PS256', 'ES256', 'EdDSA'].some((alg) => body[`${list}_values_supported`].includes(alg)),
            list,
          )
        assert.equal(body.tls_client_certificate_bound_access_tokens, true)
        assert.equal(body.authorization_response_iss_parameter_supported, true)
        assert.equal(body.mtls_endpoint_aliases.token_endpoint, `${server.origin}/token`)
        assert.ok(body.grant_types_supported.includes('refresh_token'))
        for (const [name, url] of Object.entries(body)) if (name.endsWith('_endpoint')) assert.match(String(url), /^https:/, name)
      }
    })

    test('discovery: the metadata of a tenant is where RFC 8414 puts it, and where OpenID Connect does', async () => {
      await server.gatehouse.app.tenants.create({ slug: 'acme', name: 'Acme' })
      const { issuer } = server.gatehouse
      for (const url of [`${issuer}/.well-known/oauth-authorization-server/t/acme`, `${issuer}/t/acme/.well-known/openid-configuration`])
        assert.equal((await call(url, {}, server.ca)).body.issuer, `${issuer}/t/acme`)
    })

    test('PAR: POST only', async () => {
      for (const method of ['GET', 'PUT']) {
        const { status } = await call(`${server.gatehouse.issuer}/par`, { method }, server.ca)
        assert.ok(status >= 400 && status < 500)
      }
    })

    test('PAR: 201 in JSON, a request_uri of at least 96 bits, expires_in from 5 to 90 seconds', async () =>
      each(async (client) => {
        const { status, headers, body } = await client.push()
        assert.equal(status, 201)
        assert.match(String(headers['content-type']), /^application\/json/)
        assert.ok(entropy(body.request_uri.split(':').at(-1)) >= 96)
        assert.ok(Number.isInteger(body.expires_in) && body.expires_in >= 5 && body.expires_in <= 90)
      }))

    test('PAR: a request_uri inside is refused', async () =>
      each(async (client) => {
        const { request_uri } = (await client.push()).body
        refused(await client.push({ request_uri }), 'invalid_request')
      }))

    test('PAR: a missing and an unregistered redirect_uri are refused', async () =>
      each(async (client) => {
        refused(await client.push({ redirect_uri: undefined }), 'invalid_request')
        refused(await client.push({ redirect_uri: `${client.redirectUri}/not/registered` }), 'invalid_request')
      }))

    test('PAR: the request_uri is bound to its client', async () => {
      const { request_uri } = (await one.push()).body
      const { status, html } = await other.visit(browser(), { request_uri })
      assert.equal(status, 400)
      assert.match(html, /request_uri is unknown, expired, used or of another client/)
    })

    test('PAR: an authorization request without it is refused', async () => {
      const fields = {
        response_type: 'code',
        redirect_uri: one.redirectUri,
        scope: 'openid',
        code_challenge: 'x'.repeat(43),
        code_challenge_method: 'S256',
      }
      assert.equal(told(await one.visit(browser(), fields))['error'], 'invalid_request')
    })

    test('PAR: the request_uri expires', async () => {
      const { request_uri, expires_in } = (await one.push()).body
      server.gatehouse.advance(expires_in)
      assert.equal((await one.visit(browser(), { request_uri })).status, 400)
    })

    test('PAR: visiting twice before the sign-in works, a further time after success does not', async () => {
      const { request_uri } = (await one.push({}, { proof: null })).body
      const visitor = browser()
      assert.ok(shows(await one.visit(visitor, { request_uri }), 'sign-in'))
      assert.ok(shows(await one.visit(visitor, { request_uri }), 'sign-in'))
      assert.ok(told(await one.arrive(visitor, { request_uri }))['code'])
      assert.equal((await one.visit(visitor, { request_uri })).status, 400)
    })

    test('PAR: parameters repeated beside request_uri are ignored, also other values of state and nonce', async () => {
      const { request_uri } = (await one.push({ state: 'pushed', nonce: 'pushed' })).body
      const beside = { response_type: 'code', scope: 'openid', redirect_uri: 'https://evil.example/', state: 'other', nonce: 'other' }
      const landed = await one.arrive(browser(), { request_uri, ...beside })
      assert.ok(landed.url.href.startsWith(one.redirectUri))
      assert.equal(told(landed)['state'], 'pushed')
      const { body } = await one.redeem(told(landed)['code'] as string)
      assert.equal(claimsOf(body.id_token).nonce, 'pushed')
    })

    test('PKCE: required, S256 only', async () =>
      each(async (client) => {
        refused(await client.push({ code_challenge: undefined, code_challenge_method: undefined }), 'invalid_request')
        refused(await client.push({ code_challenge_method: 'plain' }), 'invalid_request')
        refused(await client.push({ code_challenge_method: undefined }), 'invalid_request')
      }))

    test('PKCE: a missing or wrong code_verifier is invalid_grant', async () => {
      const code = await one.code()
      refused(await one.redeem(code, { code_verifier: undefined }), 'invalid_grant')
      refused(await one.redeem(code, { code_verifier: 'wrong'.repeat(10) }), 'invalid_grant')
    })

    test('response types: only code', async () =>
      each(async (client) => {
        for (const response_type of ['token', 'code id_token', 'id_token'])
          refused(await client.push({ response_type }), 'unsupported_response_type', 'unauthorized_client', 'invalid_request')
      }))

    test('authorization response: code of enough entropy, iss, and the state as it was sent', async () => {
      const state = 's'.repeat(128)
      const { request_uri } = (await one.push({ state })).body
      const landed = told(await one.arrive(browser(), { request_uri }))
      assert.ok(entropy(landed['code'] as string) > 96)
      assert.deepEqual([landed['iss'], landed['state']], [server.gatehouse.issuer, state])
      assert.deepEqual(Object.keys(landed).sort(), ['code', 'iss', 'state'])
    })

    test('user: a refusal is access_denied at the client', async () => {
      const { request_uri } = (await one.push({ state: 'x', prompt: 'consent' })).body
      const landed = told(await one.arrive(browser(), { request_uri }, 'deny'))
      assert.deepEqual([landed['error'], landed['state'], landed['iss']], ['access_denied', 'x', server.gatehouse.issuer])
    })

    test('state and nonce: none sent, none returned; 64 and 384 characters are echoed; the order of scopes does not matter', async () => {
      const { request_uri } = (await one.push({ scope: 'offline_access openid' })).body
      const plain = told(await one.arrive(browser(), { request_uri }))
      assert.equal(plain['state'], undefined)
      assert.equal(claimsOf((await one.redeem(plain['code'] as string)).body.id_token).nonce, undefined)
      for (const nonce of ['n'.repeat(64), 'n'.repeat(384)])
        assert.equal(claimsOf((await one.tokens({ nonce, state: nonce })).id_token).nonce, nonce)
    })

    test('code: lives for at most 60 seconds', async () => {
      const code = await one.code()
      server.gatehouse.advance(62)
      refused(await one.redeem(code), 'invalid_grant')
    })

    test('code: a second use is invalid_grant and revokes the token', async () =>
      each(async (client) => {
        const code = await client.code()
        const { access_token } = (await client.redeem(code)).body
        assert.equal((await client.userinfo(access_token)).status, 200)
        server.gatehouse.advance(1)
        refused(await client.redeem(code), 'invalid_grant')
        assert.equal((await client.userinfo(access_token)).status, 401)
      }))

    test('code: bound to its client', async () => {
      refused(await other.redeem(await one.code(), { redirect_uri: one.redirectUri }), 'invalid_grant')
    })

    test('code: bound to the key of the DPoP proof at PAR, or of dpop_jkt', async () => {
      const key = await fapiKey()
      const proof = async () => one.proof('POST', '/token', {}, { key })
      refused(await one.redeem(await one.code(), {}, { proof: await proof() }), 'invalid_grant')
      const named = await one.code({ dpop_jkt: key.jkt }, { proof: null })
      refused(await one.redeem(named), 'invalid_grant')
      assert.equal((await one.redeem(named, {}, { proof: await proof() })).status, 200)
      refused(await one.push({ dpop_jkt: key.jkt }), 'invalid_request', 'invalid_dpop_proof')
    })
  })
}
