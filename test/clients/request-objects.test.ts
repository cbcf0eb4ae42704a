/** Signed requests of `openid-client` and `oauth4webapi` — RFC 9101. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import * as oauth from 'oauth4webapi'
import * as oidc from 'openid-client'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { alice, callback, challenge, shows, verifier } from '../journeys/application.ts'
import { aClientKey, type ClientKey } from '../journeys/signed-by-clients.ts'
import { engines } from '../postgres.ts'
import type { Landing } from '../tiny-browser.ts'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`signed requests of libraries, on ${engine}`, () => {
    let gatehouse: TestApp
    let key: ClientKey
    before(async () => {
      gatehouse = await testApp(engine)
      await gatehouse.addAccount({ username: alice.username }, alice.password)
      key = await aClientKey('ES256', 'one')
      const policy = { signed_requests: 'required', request_object_lifetime: 3600, request_object_jti: 'required', allowed_algs: ['ES256'] }
      const client = { redirect_uris: [callback], id_token_signed_response_alg: 'ES256', jwks: { keys: [key.jwk] }, policy }
      await gatehouse.addClient({ ...client, client_id: 'strict' }, 'secret')
    })
    after(() => gatehouse.close())

    async function signIn(address: string): Promise<Landing> {
      const browser = gatehouse.browser()
      await browser.open(address)
      const landing = await browser.submit('sign-in', { ...alice })
      return shows(landing, 'consent') ? browser.submit('consent', { answer: 'allow' }) : landing
    }

    test('openid-client signs its requests', async () => {
      const config = await oidc.discovery(
        new URL(gatehouse.issuer),
        'strict',
        { client_secret: 'secret', id_token_signed_response_alg: 'ES256' },
        oidc.ClientSecretBasic('secret'),
        {
          execute: [oidc.allowInsecureRequests],
        },
      )
      const parameters = {
        redirect_uri: callback,
        scope: 'openid',
        state: 'client',
        code_challenge: challenge,
        code_challenge_method: 'S256',
      }
      const address = await oidc.buildAuthorizationUrlWithJAR(config, parameters, { key: key.privateKey, kid: 'one' })
      const { url: landed } = await signIn(address.href)
      const tokens = await oidc.authorizationCodeGrant(config, landed, { expectedState: 'client', pkceCodeVerifier: verifier })
      assert.equal(tokens.scope, 'openid')
    })

    test('oauth4webapi pushes what it signed', async () => {
      const options = { [oauth.allowInsecureRequests]: true }
      const issuer = new URL(gatehouse.issuer)
      const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, options))
      const client = { client_id: 'strict' }
      const parameters = {
        response_type: 'code',
        redirect_uri: callback,
        scope: 'openid',
        code_challenge: challenge,
        code_challenge_method: 'S256',
      }
      const request = await oauth.issueRequestObject(as, client, parameters, { key: key.privateKey, kid: 'one' })
      const answered = await oauth.pushedAuthorizationRequest(as, client, oauth.ClientSecretBasic('secret'), { request }, options)
      const { request_uri } = await oauth.processPushedAuthorizationResponse(as, client, answered)
      const landing = await signIn(`${gatehouse.issuer}/authorize?${new URLSearchParams({ client_id: 'strict', request_uri })}`)
      const params = oauth.validateAuthResponse(as, client, landing.url)
      assert.ok(params.get('code'))
    })
  })
}
