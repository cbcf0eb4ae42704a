/** `npm run test:keycloak`: the README's way of the Auth Manager by its own environment, sign-in and logout, against a real Keycloak and in a real browser. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { checkConnection } from '../../src/connections/check.ts'
import { connectionSchema } from '../../src/connections/connection.ts'
import { freePort, type TestApp, testApp } from '../app.ts'
import { openChromium } from '../browser/chromium.ts'
import { application, encode } from '../journeys/application.ts'
import { type Asked, asked, bearer } from '../journeys/json.ts'
import { startSeedProcess } from './seed-process.ts'
import { type Keycloak, startKeycloak } from './server.ts'

suite('a real Keycloak', () => {
  let keycloak: Keycloak
  let gatehouse: TestApp
  /** With the environment of the Auth Manager. */
  let seed: Awaited<ReturnType<typeof startSeedProcess>>
  let browser: Browser
  before(async () => {
    const port = String(await freePort())
    gatehouse = await testApp('sqlite', { ISSUER: `http://localhost:${port}`, LISTEN_PORT: port }, undefined, Date.now)
    keycloak = await startKeycloak(`${gatehouse.issuer}/connections/sso/backchannel-logout`)
    seed = await startSeedProcess(keycloak)
    browser = await openChromium()
  })
  after(async () => {
    await browser?.close()
    await seed?.close()
    await gatehouse?.close()
    await keycloak?.close()
  })

  const call = (method: string, path: string, headers: Record<string, string>): Promise<Asked> =>
    asked(seed.issuer + path, method, undefined, headers)

  /** As an application of the realm has them. */
  const tokens = () =>
    issued({ grant_type: 'password', client_id: 'cli', username: keycloak.username, password: keycloak.password, scope: 'openid' })

  async function issued(fields: Record<string, string>): Promise<{ access_token: string; refresh_token: string }> {
    const response = await fetch(`${keycloak.server}/realms/${keycloak.realm}/protocol/openid-connect/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: encode(fields),
    })
    const body = (await response.json()) as { access_token: string; refresh_token: string }
    assert.ok(body.access_token, JSON.stringify(body))
    return body
  }

  /** Signs in at Keycloak, and allows what it asks. */
  async function consent(page: Page): Promise<void> {
    await page.waitForURL((url) => url.origin === keycloak.server)
    await page.waitForLoadState('networkidle')
    if ((await page.locator('#username').count()) > 0) {
      await page.fill('#username', keycloak.username)
      await page.fill('#password', keycloak.password)
      await page.click('#kc-login')
    }
    await page.waitForLoadState('networkidle')
    const allow = page.locator('input[name="accept"], button[name="accept"]')
    if ((await allow.count()) > 0) await allow.first().click()
    await page.waitForURL((url) => [seed.issuer, gatehouse.issuer, 'https://app.example'].includes(url.origin))
  }

  /** Which sends a logout token before its page says that it is done. */
  async function signOutAtKeycloak(page: Page): Promise<void> {
    await page.goto(`${keycloak.server}/realms/${keycloak.realm}/protocol/openid-connect/logout`)
    await page.click('#kc-logout')
    await page.waitForLoadState('networkidle')
  }

  test('the way of the Auth Manager’s README: consent, vend, refresh, another id, revoke', async () => {
    const headers = bearer((await tokens()).access_token)
    assert.deepEqual((await call('GET', '/v1/validate-token', headers)).body, { data: { valid: true } })
    assert.equal((await call('GET', '/health', {})).text, '"OK"')
    assert.equal((await call('GET', '/health/ready', {})).body.data.database_status, 'connected')
    assert.ok((await call('GET', '/version', {})).body.data.app_version)
    assert.equal((await call('GET', '/v1/validate-token', {})).body.error, 'Authorization header is required')
    const begun = await call('GET', '/v1/offline-token', headers)
    assert.equal(begun.status, 200, begun.text)
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(begun.body.data.consent_url)
    await consent(page)
    const kept = JSON.parse((await page.textContent('body')) ?? '')
    const id = kept.data?.persistent_token_id
    assert.ok(id, JSON.stringify(kept))
    const first = await call('POST', `/v1/access-token?id=${id}`, headers)
    assert.equal(first.status, 200, first.text)
    const userinfo = () =>
      fetch(`${keycloak.server}/realms/${keycloak.realm}/protocol/openid-connect/userinfo`, {
        headers: bearer(first.body.data.access_token),
      })
    assert.equal((await userinfo()).status, 200)
    const other = await call('POST', '/v1/offline-token-id', headers)
    assert.equal(other.status, 200, other.text)
    const fresh = await call('POST', `/v1/access-token?id=${other.body.data.persistent_token_id}`, headers)
    assert.notEqual(fresh.body.data.access_token, first.body.data.access_token, 'it was refreshed for the second id')
    await call('DELETE', `/v1/offline-token-id?id=${id}`, headers)
    const last = await call('DELETE', `/v1/offline-token-id?id=${other.body.data.persistent_token_id}`, headers)
    assert.deepEqual([last.body.data?.session_revoked, last.body.data?.had_shared_session], [true, false], last.text)
    assert.equal((await userinfo()).status, 401, 'what was vended is over at Keycloak, too')
    await context.close()
  })

  test('a refresh token that an application brings is kept, and refreshed', async () => {
    const context = await browser.newContext()
    const page = await context.newPage()
    const client = { client_id: keycloak.clientId, redirect_uri: `${gatehouse.issuer}/an-application-of-keycloak` }
    const query = encode({ ...client, response_type: 'code', scope: 'openid' })
    await page.goto(`${keycloak.server}/realms/${keycloak.realm}/protocol/openid-connect/auth?${query}`)
    await consent(page)
    const code = new URL(page.url()).searchParams.get('code') as string
    await context.close()
    const { refresh_token } = await issued({
      ...{ ...client, grant_type: 'authorization_code', code, client_secret: keycloak.clientSecret },
    })
    const headers = bearer((await tokens()).access_token) // it must be for the client that asks about it
    const kept = await asked(`${seed.issuer}/v1/refresh-token`, 'POST', { refresh_token }, headers)
    assert.equal(kept.status, 200, kept.text)
    const renewed = await call('POST', '/v1/refresh-token-id', headers)
    assert.deepEqual(renewed.body, kept.body, 'the same id')
    const vended = await call('POST', `/v1/access-token?id=${kept.body.data.persistent_token_id}`, headers)
    assert.equal(vended.status, 200, vended.text)
  })

  test('a connection is checked, and people sign in through it', async () => {
    const { store, connections } = gatehouse.root
    const issuer = `${keycloak.server}/realms/${keycloak.realm}`
    const declared = {
      name: 'sso',
      preset: 'keycloak',
      issuer,
      client_id: keycloak.clientId,
      sign_in: { sign_up: 'open' },
      vault: { enabled: true },
    }
    const connection = connectionSchema.parse(declared)
    const sealedSecret = connections.secrets.seal('sso', keycloak.clientSecret)
    await store.connections.add(connection, sealedSecret)
    const findings = await checkConnection(connections, { ...connection, sealedSecret })
    assert.deepEqual(
      findings.filter(({ level }) => level === 'problem'),
      [],
    )
    await gatehouse.addClient({ client_id: 'app', redirect_uris: ['https://app.example/callback'], token_endpoint_auth_method: 'none' })
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.route('https://app.example/**', (route) => route.fulfill({ body: 'arrived' }))
    await page.goto(application(gatehouse, { id: 'app' }).url())
    await page.click('#upstream-sso')
    await consent(page)
    if (page.url().startsWith(gatehouse.issuer)) await page.click('button[value="allow"]')
    await page.waitForURL('https://app.example/**')
    assert.ok(new URL(page.url()).searchParams.get('code'))
    await signOutAtKeycloak(page)
    const { url } = application(gatehouse, { id: 'app' })
    const { location = '' } = (await page.request.get(url({ prompt: 'none' }), { maxRedirects: 0 })).headers()
    assert.equal(new URL(location).searchParams.get('error'), 'login_required', 'the session here ended with that of Keycloak')
    await context.close()
  })
})
