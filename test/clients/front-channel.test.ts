/** Tokens in authorization responses, read by `openid-client`: implicit and hybrid, as JWTs, encrypted — OpenID Connect Core §3.2, §3.3, JARM. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { exportJWK, generateKeyPair } from 'jose'
import * as oidc from 'openid-client'
import type { Engine } from '../app.ts'
import { clientFor, type Stage, stage } from '../certification/front-channel.ts'
import { alice, application, callback, challenge, claimsOf, shows, told, verifier } from '../journeys/application.ts'
import { aClientKey, signedWith } from '../journeys/signed-by-clients.ts'
import { engines } from '../postgres.ts'
import type { Landing } from '../tiny-browser.ts'

const checks = { expectedState: 's', expectedNonce: 'n' }
const pkce = { code_challenge: challenge, code_challenge_method: 'S256' }
const fields = { redirect_uri: callback, scope: 'openid', state: 's', nonce: 'n' }

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`front-channel tokens and openid-client, on ${engine}`, () => {
    let here: Stage
    before(async () => {
      here = await stage(engine)
    })
    after(() => here.gatehouse.close())

    async function configured(id: string, ...execute: ((config: oidc.Configuration) => void)[]): Promise<oidc.Configuration> {
      const issuer = new URL(here.gatehouse.issuer)
      return oidc.discovery(issuer, id, { client_secret: 'secret' }, oidc.ClientSecretBasic('secret'), {
        execute: [oidc.allowInsecureRequests, ...execute],
      })
    }

    async function signIn(address: string): Promise<Landing> {
      const browser = here.gatehouse.browser()
      const page = await browser.open(address)
      return shows(page, 'sign-in') ? browser.submit('sign-in', { ...alice }) : page
    }

    /** As the application gets it: a URL, or a form that was posted. */
    function received(landing: Landing): URL | Request {
      if (!shows(landing, 'form-post')) return landing.url
      return new Request(callback, { method: 'POST', body: new URLSearchParams(told(landing)) })
    }

    for (const response_mode of ['fragment', 'form_post'])
      test(`id_token by ${response_mode}`, async () => {
        const config = await configured('id_token', oidc.useIdTokenResponseType)
        const landing = await signIn(oidc.buildAuthorizationUrl(config, { ...fields, response_mode }).href)
        const claims = await oidc.implicitAuthentication(config, received(landing), 'n', { expectedState: 's' })
        assert.equal(claims.sub, here.subject)
      })

    for (const response_mode of ['fragment', 'form_post'])
      test(`code id_token by ${response_mode}`, async () => {
        const config = await configured('code-id_token', oidc.useCodeIdTokenResponseType, oidc.enableDetachedSignatureResponseChecks)
        const landing = await signIn(oidc.buildAuthorizationUrl(config, { ...fields, ...pkce, response_mode }).href)
        const tokens = await oidc.authorizationCodeGrant(config, received(landing), { ...checks, pkceCodeVerifier: verifier })
        assert.equal(tokens.claims()!.sub, here.subject)
      })

    test('a request that was pushed, and one that was signed', async () => {
      const key = await aClientKey('ES256', 'one')
      const type = 'code id_token token'
      const policy = { consent: 'skip', signed_requests: 'required' }
      await here.gatehouse.addClient({ ...clientFor(type), client_id: 'signing', jwks: { keys: [key.jwk] }, policy }, 'secret')
      const app = application(here.gatehouse, { id: 'signing', secret: 'secret' })
      const now = here.gatehouse.now()
      const request = await signedWith(key, {
        ...{ ...fields, ...pkce, response_type: type, iss: 'signing', client_id: 'signing', aud: here.gatehouse.issuer },
        ...{ nbf: now, exp: now + 60 },
      })
      const { request_uri } = (await app.post('/par', { request })).body
      const byReference = `${here.gatehouse.issuer}/authorize?${new URLSearchParams({ client_id: 'signing', request_uri })}`
      for (const address of [byReference, app.url({ request })]) {
        const answer = told(await signIn(address))
        assert.ok(answer['code'] && answer['access_token'])
        assert.equal(claimsOf(answer['id_token'] as string).nonce, 'n')
      }
      assert.equal(told(await signIn(byReference))['error'], undefined, 'a pushed request works once: this is a page')
    })

    test('as one JWT, in the fragment or by form post, which names all of it', async () => {
      const app = here.of('code id_token token')
      for (const [response_mode, parts] of [
        ['jwt', (landing: Landing) => landing.url.hash !== '' && landing.url.search === ''],
        ['fragment.jwt', (landing: Landing) => landing.url.hash !== '' && landing.url.search === ''],
        ['form_post.jwt', (landing: Landing) => shows(landing, 'form-post')],
      ] as const) {
        const landing = await signIn(app.url({ ...fields, response_type: 'code id_token token', response_mode }))
        assert.ok(parts(landing), response_mode)
        const said = claimsOf(told(landing)['response'] as string)
        const names = ['access_token', 'aud', 'code', 'exp', 'expires_in', 'id_token', 'iss', 'scope', 'state', 'token_type']
        assert.deepEqual(Object.keys(said).sort(), names)
      }
    })

    test('an encrypted ID token in the response, and the claims of its scopes in it', async () => {
      const { privateKey, publicKey } = await generateKeyPair('ECDH-ES', { extractable: true })
      const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'mine', use: 'enc' }] }
      const encryption = { id_token_encrypted_response_alg: 'ECDH-ES', id_token_encrypted_response_enc: 'A256GCM' }
      await here.gatehouse.addClient({ ...clientFor('id_token'), ...encryption, client_id: 'encrypted', jwks }, 'secret')
      const config = await configured('encrypted', oidc.useIdTokenResponseType)
      oidc.enableDecryptingResponses(config, ['A256GCM'], { key: privateKey, alg: 'ECDH-ES', kid: 'mine' })
      const landing = await signIn(oidc.buildAuthorizationUrl(config, { ...fields, scope: 'openid email' }).href)
      const claims = await oidc.implicitAuthentication(config, landing.url, 'n', { expectedState: 's' })
      assert.equal(claims['email'], 'alice@example.com')
    })
  })
}
