/** `npm run test:keycloak`: the README's way of the Auth Manager, sign-in and connected accounts, against a real Keycloak and in a real browser. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { checkConnection } from '../../src/connections/check.ts'
import { connectionSchema } from '../../src/connections/connection.ts'
import { type TestApp, testApp } from '../app.ts'
import { openChromium } from '../browser/chromium.ts'
import { application, encode } from '../journeys/application.ts'
import { type Asked, asked, bearer } from '../journeys/json.ts'
import { type Keycloak, startKeycloak } from './server.ts'

suite('a real Keycloak', () => {
  let keycloak: Keycloak
  let gatehouse: TestApp
  let browser: Browser
  before(async () => {
    keycloak = await startKeycloak()
    const { server, realm, clientId, clientSecret } = keycloak
    gatehouse = await testApp('sqlite', {
      KEYCLOAK_SERVER: server,
      KEYCLOAK_REALM: realm,
      KEYCLOAK_CLIENT_ID: clientId,
      KEYCLOAK_CLIENT_SECRET: clientSecret,
    })
    browser = await openChromium()
  })
  after(async () => {
    await browser?.close()
    await gatehouse?.close()
    await keycloak?.close()
  })

  const call = (method: string, path: string, headers: Record<string, string>): Promise<Asked> =>
    asked(gatehouse.issuer + path, method, undefined, headers)

  /** As an application of the realm has it. */
  async function accessToken(): Promise<Record<string, string>> {
    const fields = { grant_type: 'password', client_id: 'cli', username: keycloak.username, password: keycloak.password, scope: 'openid' }
    const response = await fetch(`${keycloak.server}/realms/${keycloak.realm}/protocol/openid-connect/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: encode(fields),
    })
    const body = (await response.json()) as { access_token?: string }
    assert.ok(body.access_token, JSON.stringify(body))
    return bearer(body.access_token)
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
    await page.waitForURL((url) => url.origin === gatehouse.issuer || url.origin === 'https://app.example')
  }

  test('the way of the Auth Manager’s README: consent, vend, refresh, another id, revoke', async () => {
    const headers = await accessToken()
    assert.deepEqual((await call('GET', '/v1/validate-token', headers)).body, { data: { valid: true } })
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
    await context.close()
  })
})
