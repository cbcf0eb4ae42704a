/** Signing in with `openid-client`, the answer coming as a form post — OAuth 2.0 Form Post Response Mode, RFC 6749 §2.3.1. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import * as oidc from 'openid-client'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { alice, callback, shows, told } from '../journeys/application.ts'
import { engines } from '../postgres.ts'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`openid-client, on ${engine}`, () => {
    let gatehouse: TestApp
    let config: oidc.Configuration
    before(async () => {
      gatehouse = await testApp(engine)
      const client = {
        client_id: 'app',
        redirect_uris: [callback],
        token_endpoint_auth_method: 'client_secret_post',
        id_token_signed_response_alg: 'ES256',
        policy: { consent: 'skip' },
      }
      await gatehouse.addClient(client, 'secret')
      await gatehouse.addAccount({ username: alice.username }, alice.password)
      const metadata = { client_secret: 'secret', id_token_signed_response_alg: 'ES256' }
      config = await oidc.discovery(new URL(gatehouse.issuer), 'app', metadata, oidc.ClientSecretPost('secret'), {
        execute: [oidc.allowInsecureRequests],
      })
    })
    after(() => gatehouse.close())

    test('form_post and client_secret_post, with a first sign-in and with a session', async () => {
      const browser = gatehouse.browser()
      for (const visit of ['first', 'second']) {
        const pkceCodeVerifier = oidc.randomPKCECodeVerifier()
        const checks = { pkceCodeVerifier, expectedState: oidc.randomState(), expectedNonce: oidc.randomNonce(), maxAge: 300 }
        const url = oidc.buildAuthorizationUrl(config, {
          redirect_uri: callback,
          scope: 'openid',
          response_mode: 'form_post',
          max_age: '300',
          state: checks.expectedState,
          nonce: checks.expectedNonce,
          code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
          code_challenge_method: 'S256',
        })
        const page = await browser.open(url.href)
        const landed = visit === 'first' ? await browser.submit('sign-in', { ...alice }) : page
        assert.ok(shows(landed, 'form-post'))
        const posted = new Request(callback, { method: 'POST', body: new URLSearchParams(told(landed)) })
        const tokens = await oidc.authorizationCodeGrant(config, posted, checks)
        const info = await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims()!.sub)
        assert.deepEqual(info, { sub: tokens.claims()!.sub })
      }
    })

    test('issuer, client ID and secret are enough: it sends the secret in the form to a client registered for the header', async () => {
      await gatehouse.addClient({ client_id: 'plain', redirect_uris: [callback] }, 'a secret+of=odd%characters')
      const allow = { execute: [oidc.allowInsecureRequests] }
      const plain = await oidc.discovery(new URL(gatehouse.issuer), 'plain', 'a secret+of=odd%characters', undefined, allow)
      const verifier = oidc.randomPKCECodeVerifier()
      const url = oidc.buildAuthorizationUrl(plain, {
        redirect_uri: callback,
        scope: 'openid email',
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      })
      const browser = gatehouse.browser()
      await browser.open(url.href)
      await browser.submit('sign-in', { ...alice })
      const landed = await browser.submit('consent', { answer: 'allow' })
      const tokens = await oidc.authorizationCodeGrant(plain, landed.url, { pkceCodeVerifier: verifier })
      assert.ok(tokens.claims()?.sub)
    })

    test('the answer of somebody else’s server is noticed', async () => {
      const forged = new URL(`${callback}?code=x&state=s&iss=https://evil.example`)
      await assert.rejects(oidc.authorizationCodeGrant(config, forged, { expectedState: 's' }))
    })
  })
}
