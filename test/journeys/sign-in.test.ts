/** The main job: a person signs in to an application, the application gets its tokens. With a real client library. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import * as oidc from 'openid-client'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'

const callback = 'https://app.example/callback'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`signing in, on ${engine}`, () => {
    let gatehouse: TestApp
    let config: oidc.Configuration
    before(async () => {
      gatehouse = await testApp(engine)
      await gatehouse.addClient(
        {
          client_id: 'app',
          client_name: 'The App',
          redirect_uris: [callback],
          post_logout_redirect_uris: ['https://app.example/bye'],
          grant_types: ['authorization_code', 'refresh_token'],
          scope: 'openid profile email address phone offline_access',
        },
        'app-secret',
      )
      await gatehouse.addAccount({ username: 'alice', email: 'alice@example.com', claims: { name: 'Alice Liddell' } }, 'wonderland')
      config = await oidc.discovery(new URL(gatehouse.issuer), 'app', 'app-secret', oidc.ClientSecretBasic('app-secret'), {
        execute: [oidc.allowInsecureRequests],
      })
    })
    after(() => gatehouse.close())

    async function ask(extra: Record<string, string> = {}) {
      const verifier = oidc.randomPKCECodeVerifier()
      const checks = { pkceCodeVerifier: verifier, expectedState: oidc.randomState(), expectedNonce: oidc.randomNonce() }
      const url = oidc.buildAuthorizationUrl(config, {
        redirect_uri: callback,
        scope: 'openid profile email offline_access',
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state: checks.expectedState,
        nonce: checks.expectedNonce,
        ...extra,
      })
      return { url: url.href, checks }
    }

    test('from the request to UserInfo, then without a page, then refreshed, then signed out', async () => {
      const browser = gatehouse.browser()
      const first = await ask()
      const page = await browser.open(first.url)
      assert.match(page.html, /The App/)
      const refused = await browser.submit('sign-in', { username: 'alice', password: 'nonsense' })
      assert.equal(refused.status, 401)
      assert.match(refused.html, /id="problem"/)
      const consent = await browser.submit('sign-in', { username: 'alice', password: 'wonderland' })
      assert.match(consent.html, /Alice Liddell/)
      const landed = await browser.submit('consent', { answer: 'allow' })
      assert.equal(landed.url.origin, 'https://app.example')
      const tokens = await oidc.authorizationCodeGrant(config, landed.url, first.checks)
      const claims = tokens.claims()!
      assert.deepEqual(claims.amr, ['pwd'])
      assert.equal(typeof claims.auth_time, 'number')
      assert.equal(typeof claims.sid, 'string')
      const info = await oidc.fetchUserInfo(config, tokens.access_token, claims.sub)
      assert.equal(info.name, 'Alice Liddell')
      assert.equal(info.email, 'alice@example.com')

      const second = await ask()
      const silent = await browser.open(second.url)
      assert.equal(silent.url.origin, 'https://app.example')
      await oidc.authorizationCodeGrant(config, silent.url, second.checks)

      const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token!)
      assert.notEqual(refreshed.refresh_token, tokens.refresh_token)
      assert.equal(refreshed.claims()!.sub, claims.sub)

      const bye = await browser.open(
        oidc.buildEndSessionUrl(config, {
          id_token_hint: tokens.id_token!,
          post_logout_redirect_uri: 'https://app.example/bye',
          state: 'x',
        }).href,
      )
      assert.equal(bye.url.href, 'https://app.example/bye?state=x')
      assert.match((await browser.open((await ask()).url)).html, /id="sign-in"/)
    })

    test('a code is good once, and its second use takes back what the first gave', async () => {
      const browser = gatehouse.browser()
      const { url, checks } = await ask()
      await browser.open(url)
      const landed = await browser.submit('sign-in', { username: 'alice', password: 'wonderland' })
      const tokens = await oidc.authorizationCodeGrant(config, landed.url, checks)
      await assert.rejects(oidc.authorizationCodeGrant(config, landed.url, checks), { error: 'invalid_grant' })
      await assert.rejects(oidc.fetchUserInfo(config, tokens.access_token, tokens.claims()!.sub))
      await assert.rejects(oidc.refreshTokenGrant(config, tokens.refresh_token!), { error: 'invalid_grant' })
    })

    test('twenty that race one refresh token get one successor; later its reuse revokes the family', async () => {
      const browser = gatehouse.browser()
      const { url, checks } = await ask()
      await browser.open(url)
      const landed = await browser.submit('sign-in', { username: 'alice', password: 'wonderland' })
      const tokens = await oidc.authorizationCodeGrant(config, landed.url, checks)
      const all = await Promise.all(Array.from({ length: 20 }, () => oidc.refreshTokenGrant(config, tokens.refresh_token!)))
      assert.equal(new Set(all.map((t) => t.refresh_token)).size, 1)
      gatehouse.advance(11)
      await assert.rejects(oidc.refreshTokenGrant(config, tokens.refresh_token!), { error: 'invalid_grant' })
      await assert.rejects(oidc.refreshTokenGrant(config, all[0]!.refresh_token!), { error: 'invalid_grant' })
    })
  })
}
