/** What certification demands of FAPI 2.0 Message Signing, each demand a test — signed requests (JAR) and signed responses (JARM). */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { createLocalJWKSet, jwtVerify } from 'jose'
import type { Engine } from '../app.ts'
import { alice, claimsOf, told } from '../journeys/application.ts'
import { type Answer, call, type Setup, secureServer } from '../journeys/mutual-tls-setup.ts'
import { engines } from '../postgres.ts'
import { type FapiClient, type FapiKey, fapiClient, fapiKey } from './fapi-client.ts'

const refused = ({ status, body }: Answer, name: string) =>
  assert.ok(
    [400, 401].includes(status) && ['invalid_request', 'invalid_request_object'].includes(body.error),
    `${name}: ${status} ${JSON.stringify(body)}`,
  )

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`FAPI 2.0 Message Signing, on ${engine}`, () => {
    const trusted = getCACertificates('default')
    let server: Setup
    let one: FapiClient
    let rsa: FapiKey
    before(async () => {
      server = await secureServer(engine, 'second', { KEYS_ALGS: 'ES256,PS256,RS256' })
      setDefaultCACertificates([...trusted, server.ca]) // for the browser
      await server.gatehouse.addAccount({ username: alice.username }, alice.password)
      one = await fapiClient(server, { id: 'one', profile: 'fapi2-message-signing', by: 'key' })
      rsa = await fapiKey('RS256')
    })
    after(async () => {
      setDefaultCACertificates(trusted)
      await server.close()
    })

    const push = async (request: string | Promise<string>, beside: Record<string, string> = {}) =>
      one.push({ request: await request, ...beside })

    test('discovery: JAR and JARM are advertised', async () => {
      const { body } = await call(`${server.gatehouse.issuer}/.well-known/openid-configuration`, {}, server.ca)
      for (const list of ['request_object_signing_alg', 'authorization_signing_alg'])
        assert.ok(
          ['PS256', 'ES256', 'EdDSA'].some((alg) => body[`${list}_values_supported`].includes(alg)),
          list,
        )
      assert.equal(typeof body.require_signed_request_object, 'boolean')
      assert.ok(body.response_modes_supported.includes('jwt'))
    })

    test('JAR: aud as a list, and the type oauth-authz-req+jwt, are accepted', async () => {
      assert.equal((await push(one.object())).status, 201)
      assert.equal((await push(one.object({ aud: [server.gatehouse.issuer, 'https://other.example'] }))).status, 201)
      assert.equal((await push(one.object({}, { header: { typ: 'oauth-authz-req+jwt' } }))).status, 201)
    })

    test('JAR: nbf and exp are needed, at most 60 minutes ago and 60 minutes apart, and in force', async () => {
      const now = server.gatehouse.now()
      const wrong = {
        'no exp': { exp: undefined },
        'no nbf': { nbf: undefined },
        'nbf 70 minutes ago': { nbf: now - 4200 },
        'exp 70 minutes after nbf': { exp: now + 4200 },
        expired: { nbf: now - 600, exp: now - 300 },
        'nbf in 10 minutes': { nbf: now + 600, exp: now + 900 },
      }
      for (const [name, claims] of Object.entries(wrong)) refused(await push(one.object(claims)), name)
      assert.equal((await push(one.object({ nbf: now + 8 }))).status, 201, 'nbf 8 seconds ahead')
    })

    test('JAR: aud, iss and client_id are this server and this client', async () => {
      const wrong = [{ aud: 'https://other.example' }, { aud: undefined }, { iss: 'other' }, { client_id: 'other' }]
      for (const claims of wrong) refused(await push(one.object(claims)), JSON.stringify(claims))
    })

    test('JAR: RS256, none and another key are refused', async () => {
      refused(await push(one.object({}, { key: rsa })), 'RS256')
      refused(await push(one.object({}, { key: await fapiKey() })), 'another key')
      const none = (await one.object()).split('.')
      none[0] = Buffer.from('{"alg":"none"}').toString('base64url')
      refused(await push(none.join('.')), 'none')
      refused(await push(`${none[0]}.${none[1]}.`), 'none, without a signature')
    })

    test('JAR: a request that is not signed is refused', async () => {
      const plain = { response_type: 'code', redirect_uri: one.redirectUri, scope: 'openid', response_mode: 'jwt' }
      refused(await one.push({ request: undefined, ...plain, code_challenge: 'x'.repeat(43), code_challenge_method: 'S256' }), 'plain')
    })

    test('JAR: parameters outside the object are ignored', async () => {
      const { body } = await push(one.object({ state: 'inside' }), { state: 'outside', scope: 'email', nonce: 'outside' })
      const response = told(await one.arrive(server.gatehouse.browser(), { request_uri: body.request_uri, state: 'beside' }))['response']
      const { state, code } = claimsOf(response as string)
      assert.equal(state, 'inside')
      assert.equal(claimsOf((await one.redeem(code)).body.id_token).nonce, undefined)
    })

    test('JARM: the response is a JWT for this client, signed by a published key, with exp from 10 seconds to 10 minutes ahead', async () => {
      const { body } = await push(one.object({ state: 'x' }))
      const landed = told(await one.arrive(server.gatehouse.browser(), { request_uri: body.request_uri }))
      assert.deepEqual(Object.keys(landed), ['response'])
      const { issuer } = server.gatehouse
      const keys = createLocalJWKSet((await call(`${issuer}/.well-known/jwks.json`, {}, server.ca)).body)
      const currentDate = new Date(server.gatehouse.now() * 1000)
      const { payload, protectedHeader } = await jwtVerify(landed['response'] as string, keys, { issuer, audience: 'one', currentDate })
      assert.ok(protectedHeader.kid && ['PS256', 'ES256', 'EdDSA'].includes(protectedHeader.alg))
      const left = (payload.exp as number) - server.gatehouse.now()
      assert.ok(left >= 10 && left <= 600)
      assert.deepEqual([payload['state'], typeof payload['code']], ['x', 'string'])
    })

    test('JARM: errors are JWTs too', async () => {
      const { body } = await push(one.object({ prompt: 'consent', state: 'x' }))
      const landed = told(await one.arrive(server.gatehouse.browser(), { request_uri: body.request_uri }, 'deny'))
      const { error, state, iss, aud } = claimsOf(landed['response'] as string)
      assert.deepEqual([error, state, iss, aud], ['access_denied', 'x', server.gatehouse.issuer, 'one'])
    })

    test('JARM: other response modes are refused', async () => {
      for (const response_mode of ['query', 'fragment', 'form_post', undefined])
        refused(await push(one.object({ response_mode })), String(response_mode))
    })
  })
}
