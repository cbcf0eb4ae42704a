/** oidc-client-ts in a real browser: a single-page application as its documentation sets it up, at a separate origin. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import { type TestApp, testApp } from '../app.ts'
import { openChromium } from '../browser/chromium.ts'
import { alice } from '../journeys/application.ts'
import { type RunningApp, runApp } from './visitor.ts'

const library = readFileSync(fileURLToPath(new URL('../browser/oidc-client-ts.min.js', import.meta.resolve('oidc-client-ts'))))

/** `settings` beyond the documented three. */
const page = (
  issuer: string,
  settings: object,
) => `<!doctype html><title>Single page</title><pre id="out"></pre><script src="/lib.js"></script><script>
const manager = new oidc.UserManager({ authority: '${issuer}', client_id: 'spa', redirect_uri: location.origin + '/callback', ...${JSON.stringify(settings)} })
const show = (value) => { document.getElementById('out').textContent = JSON.stringify(value) }
const act = async () => {
  if (location.pathname === '/callback') return show((await manager.signinCallback()).profile)
  if (location.pathname === '/silent') return show((await manager.signinSilent()).profile)
  if (location.pathname === '/sign-out') return manager.signoutRedirect({ post_logout_redirect_uri: location.origin + '/bye' })
  if (location.pathname !== '/bye') return manager.signinRedirect()
}
act().catch((error) => show({ error: String(error) }))
</script>`

suite('oidc-client-ts', () => {
  let gatehouse: TestApp
  let chromium: Browser
  let app: RunningApp
  let settings: object = {}
  before(async () => {
    gatehouse = await testApp('sqlite')
    chromium = await openChromium()
    app = await runApp(() => (request, response) => {
      if (request.url === '/lib.js') return response.setHeader('content-type', 'text/javascript').end(library)
      if (request.url === '/favicon.ico') return response.writeHead(204).end()
      return response.setHeader('content-type', 'text/html; charset=utf-8').end(page(gatehouse.issuer, settings))
    })
    await gatehouse.addClient({
      client_id: 'spa',
      token_endpoint_auth_method: 'none',
      redirect_uris: [`${app.origin}/callback`],
      post_logout_redirect_uris: [`${app.origin}/bye`],
      grant_types: ['authorization_code', 'refresh_token'],
      scope: 'openid profile email offline_access',
      id_token_scope_claims: true,
    })
    await gatehouse.addAccount({ username: alice.username, email: 'alice@example.com', claims: { name: 'Alice' } }, alice.password)
  })
  after(async () => {
    await chromium?.close()
    app?.close()
    await gatehouse?.close()
  })

  const given: [name: string, settings: object, profile: object][] = [
    ['with its three documented settings', {}, {}],
    [
      'with profile, email and a refresh token',
      { scope: 'openid profile email offline_access' },
      { name: 'Alice', email: 'alice@example.com' },
    ],
    ['with UserInfo', { scope: 'openid email', loadUserInfo: true }, { email: 'alice@example.com' }],
  ]
  for (const [name, chosen, profile] of given) {
    test(`signs in ${name}, and out`, { timeout: 60_000 }, async () => {
      settings = chosen
      const context = await chromium.newContext()
      try {
        const tab = await context.newPage()
        tab.setDefaultTimeout(15_000)
        const shown = async () => {
          await tab.waitForFunction("document.getElementById('out')?.textContent !== ''")
          return JSON.parse((await tab.locator('#out').textContent()) as string)
        }
        await tab.goto(app.origin)
        await tab.locator('#username').fill(alice.username)
        await tab.locator('#password').fill(alice.password)
        await tab.locator('#submit').click()
        await tab.locator('#allow, #out').first().waitFor({ state: 'attached' })
        if (await tab.locator('#allow').isVisible()) await tab.locator('#allow').click()
        const { sub, ...told } = await shown()
        assert.ok(sub, JSON.stringify(told))
        assert.partialDeepStrictEqual(told, profile)
        if ('scope' in chosen && String(chosen.scope).includes('offline_access')) {
          await tab.goto(`${app.origin}/silent`)
          assert.equal((await shown()).sub, sub)
        }
        await tab.goto(`${app.origin}/sign-out`)
        await tab.waitForURL(`${app.origin}/bye`)
      } finally {
        await context.close()
      }
    })
  }
})
