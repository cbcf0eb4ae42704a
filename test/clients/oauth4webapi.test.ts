/** The whole way with `oauth4webapi`, which checks each answer strictly — RFC 6749, 7636, 7009, 7662, 9068, 9207; OpenID Connect Core. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import * as oauth from 'oauth4webapi'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { alice, callback, shows } from '../journeys/application.ts'
import { engines } from '../postgres.ts'

const insecure = { [oauth.allowInsecureRequests]: true }
const api = 'https://api.example'
const scope = 'openid email offline_access'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`oauth4webapi, on ${engine}`, () => {
    let gatehouse: TestApp
    let as: oauth.AuthorizationServer
    before(async () => {
      gatehouse = await testApp(engine)
      const client = { redirect_uris: [callback], grant_types: ['authorization_code', 'refresh_token'], scope }
      await gatehouse.addClient({ ...client, client_id: 'basic' }, 'a secret: of +odd% characters')
      await gatehouse.addClient({ ...client, client_id: 'post', token_endpoint_auth_method: 'client_secret_post' }, 'secret')
      await gatehouse.addClient({ ...client, client_id: 'none', token_endpoint_auth_method: 'none' })
      await gatehouse.addClient({ client_id: 'worker', grant_types: ['client_credentials'], scope: 'read' }, 'secret')
      await gatehouse.addAccount({ username: alice.username, email: 'alice@example.com' }, alice.password)
      await gatehouse.root.store.resourcesAdmin.add({ identifier: api, name: 'API', scopes: {} })
      const issuer = new URL(gatehouse.issuer)
      as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure))
      const plain = await oauth.discoveryRequest(issuer, { ...insecure, algorithm: 'oauth2' })
      assert.deepEqual(await oauth.processDiscoveryResponse(issuer, plain), as)
    })
    after(() => gatehouse.close())

    const methods: Record<string, oauth.ClientAuth> = {
      basic: oauth.ClientSecretBasic('a secret: of +odd% characters'),
      post: oauth.ClientSecretPost('secret'),
      none: oauth.None(),
    }
    for (const [id, auth] of Object.entries(methods)) {
      test(`code with PKCE, UserInfo, JWT access token, refresh, introspection, revocation: ${id}`, async () => {
        const client = { client_id: id }
        const verifier = oauth.generateRandomCodeVerifier()
        const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()]
        const url = new URL(as.authorization_endpoint!)
        const asked = {
          client_id: id,
          redirect_uri: callback,
          response_type: 'code',
          scope,
          state,
          nonce,
          resource: api,
          code_challenge_method: 'S256',
        }
        for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value)
        url.searchParams.set('code_challenge', await oauth.calculatePKCECodeChallenge(verifier))

        const browser = gatehouse.browser()
        await browser.open(url.href)
        const consent = await browser.submit('sign-in', { ...alice })
        assert.ok(shows(consent, 'consent'))
        const landed = await browser.submit('consent', { answer: 'allow' })
        const params = oauth.validateAuthResponse(as, client, landed.url, state)
        const response = await oauth.authorizationCodeGrantRequest(as, client, auth, params, callback, verifier, insecure)
        const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, {
          expectedNonce: nonce,
          requireIdToken: true,
          maxAge: 60,
        })
        const claims = oauth.getValidatedIdTokenClaims(tokens)!
        await oauth.validateApplicationLevelSignature(as, response, insecure)

        const info = await oauth.userInfoRequest(as, client, tokens.access_token, insecure)
        assert.equal((await oauth.processUserInfoResponse(as, client, claims.sub, info)).email, 'alice@example.com')
        await acceptsAsJwt(tokens.access_token, id, claims.sub)

        const refreshed = await oauth.refreshTokenGrantRequest(as, client, auth, tokens.refresh_token!, insecure)
        const next = await oauth.processRefreshTokenResponse(as, client, refreshed)
        assert.equal(oauth.getValidatedIdTokenClaims(next)?.sub, claims.sub)
        await acceptsAsJwt(next.access_token, id, claims.sub)

        if (id !== 'none') assert.equal((await introspect(client, auth, next.access_token)).active, true)
        const revoked = await oauth.revocationRequest(as, client, auth, next.refresh_token!, insecure)
        assert.equal(await oauth.processRevocationResponse(revoked), undefined)
        if (id !== 'none') assert.equal((await introspect(client, auth, next.access_token)).active, false)
        const again = await oauth.refreshTokenGrantRequest(as, client, auth, next.refresh_token!, insecure)
        await assert.rejects(oauth.processRefreshTokenResponse(as, client, again), { error: 'invalid_grant' })
        const gone = await oauth.userInfoRequest(as, client, next.access_token, insecure)
        await assert.rejects(oauth.processUserInfoResponse(as, client, claims.sub, gone), oauth.WWWAuthenticateChallengeError)
      })
    }

    /** As an API does that takes JWTs by the published keys alone. RFC 9068 §4. */
    async function acceptsAsJwt(token: string, clientId: string, subject: string): Promise<void> {
      const request = () => new Request(api, { headers: { authorization: `Bearer ${token}` } })
      const claims = await oauth.validateJwtAccessToken(as, request(), api, insecure)
      assert.deepEqual([claims.client_id, claims.sub, claims.scope], [clientId, subject, scope])
      await assert.rejects(oauth.validateJwtAccessToken(as, request(), 'https://other.example', insecure))
    }

    async function introspect(client: oauth.Client, auth: oauth.ClientAuth, token: string): Promise<oauth.IntrospectionResponse> {
      return oauth.processIntrospectionResponse(as, client, await oauth.introspectionRequest(as, client, auth, token, insecure))
    }

    test('client credentials', async () => {
      const client = { client_id: 'worker' }
      const response = await oauth.clientCredentialsGrantRequest(as, client, oauth.ClientSecretBasic('secret'), { resource: api }, insecure)
      const { access_token } = await oauth.processClientCredentialsResponse(as, client, response)
      const request = new Request(api, { headers: { authorization: `Bearer ${access_token}` } })
      assert.equal((await oauth.validateJwtAccessToken(as, request, api, insecure)).sub, 'worker')
    })

    test('a refusal is understood', async () => {
      const client = { client_id: 'worker' }
      const response = await oauth.clientCredentialsGrantRequest(as, client, oauth.ClientSecretBasic('wrong'), {}, insecure)
      await assert.rejects(oauth.processClientCredentialsResponse(as, client, response), oauth.WWWAuthenticateChallengeError)
    })
  })
}
