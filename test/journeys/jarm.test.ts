/** Authorization responses as JWTs — JWT Secured Authorization Response Mode for OAuth 2.0 §2. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { compactDecrypt, createRemoteJWKSet, decodeProtectedHeader, exportJWK, generateKeyPair, type JWTPayload, jwtVerify } from 'jose'
import * as oauth from 'oauth4webapi'
import * as oidc from 'openid-client'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import type { Landing } from '../tiny-browser.ts'
import { type Application, alice, application, call, callback, challenge, type Fields, shows, told, verifier } from './application.ts'
import { aClientKey, signedWith } from './signed-by-clients.ts'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`JWT secured authorization responses, on ${engine}`, () => {
    let gatehouse: TestApp
    let app: Application
    let fapi: Application
    let hidden: Application
    let decryptionKey: CryptoKey
    before(async () => {
      gatehouse = await testApp(engine)
      await gatehouse.addAccount({ username: alice.username }, alice.password)
      const common = { redirect_uris: [callback], scope: 'openid', response_types: ['code', 'none'] }
      const { privateKey, publicKey } = await generateKeyPair('ECDH-ES+A256KW', { extractable: true })
      decryptionKey = privateKey
      const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'mine', use: 'enc' }] }
      const policy = { signed_responses: 'required', allowed_algs: ['PS256', 'ES256'] }
      await gatehouse.addClient({ ...common, client_id: 'app' }, 'secret')
      await gatehouse.addClient({ ...common, client_id: 'fapi', id_token_signed_response_alg: 'ES256', policy }, 'secret')
      const encryption = { authorization_encrypted_response_alg: 'ECDH-ES+A256KW', authorization_encrypted_response_enc: 'A256GCM' }
      await gatehouse.addClient(
        { ...common, ...encryption, client_id: 'hidden', authorization_signed_response_alg: 'EdDSA', jwks },
        'secret',
      )
      ;[app, fapi, hidden] = ['app', 'fapi', 'hidden'].map((id) => application(gatehouse, { id, secret: 'secret' })) as [
        Application,
        Application,
        Application,
      ]
    })
    after(() => gatehouse.close())

    /** The one parameter that the client is sent, and the claims in it, once they are verified. */
    async function opened(landing: Landing, audience = 'app', text = told(landing)['response']): Promise<JWTPayload> {
      assert.deepEqual(Object.keys(told(landing)), ['response'])
      const keys = createRemoteJWKSet(new URL(`${gatehouse.issuer}/.well-known/jwks.json`))
      const currentDate = new Date(gatehouse.now() * 1000)
      return (await jwtVerify(text as string, keys, { issuer: gatehouse.issuer, audience, currentDate })).payload
    }

    const ways: [mode: string, responseType: string, way: (landing: Landing) => boolean][] = [
      ['jwt', 'code', ({ url }) => url.search !== ''],
      ['query.jwt', 'code', ({ url }) => url.search !== ''],
      ['fragment.jwt', 'code', ({ url }) => url.hash !== ''],
      ['form_post.jwt', 'code', (landing) => shows(landing, 'form-post')],
      ['jwt', 'none', ({ url }) => url.search !== ''],
    ]
    for (const [mode, type, way] of ways) {
      test(`${mode} for ${type}: the answer is one JWT, and so is a refusal`, async () => {
        const landing = await app.arrive(gatehouse.browser(), { response_mode: mode, response_type: type, state: 'a b' })
        assert.ok(way(landing))
        const { exp, code, ...rest } = await opened(landing)
        assert.deepEqual(rest, { iss: gatehouse.issuer, aud: 'app', state: 'a b' })
        assert.ok((exp as number) - gatehouse.now() >= 10 && (exp as number) - gatehouse.now() <= 600)
        if (type === 'code') assert.equal((await app.redeem(code as string)).status, 200)
        const refused = await gatehouse.browser().open(app.url({ response_mode: mode, response_type: type, prompt: 'none', state: 's' }))
        assert.ok(way(refused))
        const { error, state } = await opened(refused)
        assert.deepEqual([error, state], ['login_required', 's'])
      })
    }

    test('errors before the person is asked, and refusals by the person, are returned in a JWT', async () => {
      const early = await opened(await gatehouse.browser().open(app.url({ response_mode: 'jwt', scope: 'openid email' })))
      assert.equal(early['error'], 'invalid_scope')
      const implicit = await gatehouse.browser().open(app.url({ response_mode: 'jwt', response_type: 'token' }))
      assert.equal((await opened(implicit))['error'], 'unsupported_response_type')
      assert.ok(implicit.url.hash)
      const browser = gatehouse.browser()
      await browser.open(app.url({ response_mode: 'form_post.jwt', prompt: 'consent' }))
      await browser.submit('sign-in', { ...alice })
      assert.equal((await opened(await browser.submit('consent', { answer: 'deny' })))['error'], 'access_denied')
    })

    test('the algorithm is that of the registration, or of the ID tokens', async () => {
      const alg = async (who: Application) =>
        decodeProtectedHeader(told(await who.arrive(gatehouse.browser(), { response_mode: 'jwt' }))['response']!).alg
      assert.deepEqual([await alg(app), await alg(fapi)], ['RS256', 'ES256'])
    })

    test('an encrypted answer is read by the client alone', async () => {
      const landing = await hidden.arrive(gatehouse.browser(), { response_mode: 'jwt', state: 's' })
      const { plaintext, protectedHeader } = await compactDecrypt(told(landing)['response'] as string, decryptionKey)
      assert.deepEqual(
        [protectedHeader.alg, protectedHeader.enc, protectedHeader.cty, protectedHeader['kid']],
        ['ECDH-ES+A256KW', 'A256GCM', 'JWT', 'mine'],
      )
      const signed = new TextDecoder().decode(plaintext)
      assert.equal(decodeProtectedHeader(signed).alg, 'EdDSA')
      assert.equal((await hidden.redeem((await opened(landing, 'hidden', signed))['code'] as string)).status, 200)
    })

    test('a client that needs signed responses gets no others', async () => {
      for (const response_mode of [undefined, 'query', 'form_post']) {
        const answer = told(await gatehouse.browser().open(fapi.url({ response_mode })))
        assert.equal(answer['error_description'], 'this client must ask for signed responses, with response_mode jwt')
      }
      const pushed = await fapi.post('/par', {
        response_type: 'code',
        redirect_uri: callback,
        code_challenge: challenge,
        code_challenge_method: 'S256',
      })
      assert.equal(pushed.body.error, 'invalid_request')
    })

    const bad: [members: object, problem: RegExp][] = [
      [{ authorization_signed_response_alg: 'ML-DSA-44' }, /must be one of/],
      [
        { authorization_signed_response_alg: 'RS256', id_token_signed_response_alg: 'ES256', policy: { allowed_algs: ['ES256'] } },
        /must be one of/,
      ],
      [{ authorization_encrypted_response_enc: 'A256GCM' }, /is needed beside authorization_encrypted_response_enc/],
      [{ authorization_encrypted_response_alg: 'RSA-OAEP-256' }, /must hold a valid key for RSA-OAEP-256/],
    ]
    for (const [members, problem] of bad)
      test(`not registered: ${JSON.stringify(members)}`, () =>
        assert.rejects(gatehouse.addClient({ client_id: 'x', redirect_uris: [callback], ...members }), problem))

    test('the metadata lists modes and algorithms', async () => {
      const { body } = await call(`${gatehouse.issuer}/.well-known/openid-configuration`, {})
      for (const mode of ['jwt', 'query.jwt', 'fragment.jwt', 'form_post.jwt']) assert.ok(body.response_modes_supported.includes(mode))
      assert.ok(body.authorization_signing_alg_values_supported.includes('PS256'))
      assert.ok(body.authorization_encryption_alg_values_supported.includes('ECDH-ES'))
      assert.ok(body.authorization_encryption_enc_values_supported.includes('A256GCM'))
    })

    test('openid-client reads the answer', async () => {
      const metadata = { client_secret: 'secret', id_token_signed_response_alg: 'ES256', authorization_signed_response_alg: 'ES256' }
      const config = await oidc.discovery(new URL(gatehouse.issuer), 'fapi', metadata, oidc.ClientSecretBasic('secret'), {
        execute: [oidc.allowInsecureRequests, oidc.useJwtResponseMode],
      })
      const parameters: Fields = {
        redirect_uri: callback,
        scope: 'openid',
        state: 's',
        code_challenge: challenge,
        code_challenge_method: 'S256',
      }
      const url = oidc.buildAuthorizationUrl(config, parameters as Record<string, string>)
      assert.equal(url.searchParams.get('response_mode'), 'jwt')
      const browser = gatehouse.browser()
      await browser.open(url.href)
      const landing = await browser.submit('sign-in', { ...alice })
      const done = shows(landing, 'consent') ? await browser.submit('consent', { answer: 'allow' }) : landing
      const tokens = await oidc.authorizationCodeGrant(config, done.url, { expectedState: 's', pkceCodeVerifier: verifier })
      assert.ok(tokens.id_token)
    })

    test('oauth4webapi reads the answer to a signed request', async () => {
      const key = await aClientKey('ES256', 'k')
      const policy = { signed_requests: 'required', signed_responses: 'required' }
      await gatehouse.addClient(
        { client_id: 'both', redirect_uris: [callback], jwks: { keys: [key.jwk] }, id_token_signed_response_alg: 'ES256', policy },
        'secret',
      )
      const now = gatehouse.now()
      const claims = {
        aud: gatehouse.issuer,
        iss: 'both',
        client_id: 'both',
        nbf: now,
        exp: now + 60,
        response_type: 'code',
        response_mode: 'jwt',
        redirect_uri: callback,
        scope: 'openid',
        state: 's',
        code_challenge: challenge,
        code_challenge_method: 'S256',
      }
      const both = application(gatehouse, { id: 'both', secret: 'secret' })
      const landing = await both.arrive(gatehouse.browser(), { request: await signedWith(key, claims) })
      const options = { [oauth.allowInsecureRequests]: true }
      const issuer = new URL(gatehouse.issuer)
      const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, options))
      const client = { client_id: 'both', authorization_signed_response_alg: 'ES256' }
      const params = await oauth.validateJwtAuthResponse(as, client, landing.url, 's', options)
      assert.equal((await both.redeem(params.get('code') as string)).status, 200)
    })
  })
}
