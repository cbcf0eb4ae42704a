/** People sign in with a real browser: every page and every way through them, under the pages' own security policies. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { createAccount } from '../../src/identity/accounts.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { type Application, application, type Fields } from '../journeys/application.ts'
import { engines } from '../postgres.ts'
import { openChromium } from './chromium.ts'
import { type ClientApp, openClientApp } from './client-app.ts'
import { screenshot } from './screenshots.ts'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`in a real browser, on ${engine}`, () => {
    let gatehouse: TestApp
    let site: ClientApp
    let chromium: Browser
    let app: Application
    before(async () => {
      gatehouse = await testApp(engine)
      site = await openClientApp()
      chromium = await openChromium()
      const redirect_uris = [site.callback, site.hopping]
      const scope = 'openid profile email offline_access'
      await gatehouse.addClient(
        { client_id: 'app', client_name: 'Tideboard', redirect_uris, post_logout_redirect_uris: [`${site.origin}/bye`], scope },
        'secret',
      )
      await gatehouse.addAccount({ username: 'alice', email: 'alice@example.com', claims: { name: 'Alice Liddell' } }, 'wonderland')
      await gatehouse.addAccount({ username: 'bob' }, 'builder')
      await gatehouse.addAccount({ username: 'dave' }, 'lodger')
      app = application(gatehouse, { id: 'app', secret: 'secret', redirectUri: site.callback, scope: 'openid profile' })
    })
    after(async () => {
      await chromium?.close()
      site?.close()
      await gatehouse?.close()
    })

    /** A visit in a separate browser. Any error in its console fails the test, unless it is `expected`. */
    function visit(name: string, act: (page: Page) => Promise<void>, options: BrowserContextOptions = {}, expected?: RegExp) {
      test(name, { timeout: 60_000 }, async () => {
        const context = await chromium.newContext({ viewport: { width: 1280, height: 800 }, ...options })
        try {
          const complaints: string[] = []
          context.on('console', (message) => {
            if (['error', 'warning'].includes(message.type()) && !expected?.test(message.text())) complaints.push(message.text())
          })
          context.on('weberror', (error) => complaints.push(String(error.error())))
          const page = await context.newPage()
          page.setDefaultTimeout(15_000)
          await act(page)
          assert.deepEqual(complaints, [])
        } finally {
          await context.close()
        }
      })
    }

    const open = (page: Page, fields: Fields = {}) => page.goto(app.url({ state: 'a b&c', ...fields }))

    async function signIn(page: Page, username = 'alice', password = 'wonderland') {
      await page.locator('#username').fill(username)
      await page.locator('#password').fill(password)
      await page.locator('#submit').click()
    }

    /** Signs in and allows, from the request to the application. */
    async function arrive(page: Page, fields: Fields = {}, username = 'alice', password = 'wonderland') {
      await open(page, fields)
      await signIn(page, username, password)
      await page.locator('#allow, #landed, #beyond').first().waitFor()
      if (await page.locator('#allow').isVisible()) await page.locator('#allow').click()
      return landed(page)
    }

    /** What the application was told. */
    async function landed(page: Page, where = 'landed'): Promise<Record<string, string>> {
      return Object.fromEntries(new URLSearchParams((await page.locator(`#${where}`).textContent()) ?? ''))
    }

    /** The page as people see it: wide and narrow, light and dark. */
    async function picture(page: Page, name: string) {
      if (engine !== 'sqlite') return
      for (const colorScheme of ['light', 'dark'] as const) {
        for (const width of [1280, 360]) {
          await page.setViewportSize({ width, height: 760 })
          await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
          await screenshot(page, `real-${name}-${width}-${colorScheme}`)
        }
      }
      await page.setViewportSize({ width: 1280, height: 800 })
      await page.emulateMedia({ colorScheme: 'light' })
    }

    visit('signs in, allows, and comes back with a code that is good; the second time without a page', async (page) => {
      await open(page)
      await picture(page, 'sign-in')
      await signIn(page)
      await page.locator('#allow').waitFor()
      await picture(page, 'consent')
      await page.locator('#allow').click()
      const { code, state, iss } = await landed(page)
      assert.deepEqual([state, iss], ['a b&c', gatehouse.issuer])
      const { status, body } = await app.redeem(code!)
      assert.equal(status, 200, JSON.stringify(body))

      const seen: string[] = []
      page.on('response', (response) => seen.push(`${response.status()} ${new URL(response.url()).pathname}`))
      await open(page)
      assert.match((await landed(page))['code']!, /^gth_ac_/)
      assert.deepEqual(seen, ['303 /authorize', '200 /callback'])
    })

    const refusedSignIn = /status of 401/
    visit(
      'learns that the password is wrong, and can try again',
      async (page) => {
        await open(page)
        await signIn(page, 'alice', 'looking-glass')
        await page.locator('#problem').waitFor()
        assert.equal(await page.locator('#username').inputValue(), 'alice')
        assert.equal(await page.locator('#password').inputValue(), '')
        await picture(page, 'wrong-password')
        await signIn(page)
        await page.locator('#landed, #allow').first().waitFor()
      },
      {},
      refusedSignIn,
    )

    visit('does not allow it', async (page) => {
      await open(page)
      await signIn(page, 'bob', 'builder')
      await page.locator('#deny').click()
      assert.deepEqual(Object.keys(await landed(page)).toSorted(), ['error', 'error_description', 'iss', 'state'])
      assert.equal((await landed(page))['error'], 'access_denied')
    })

    visit('turns back before signing in', async (page) => {
      await open(page)
      await page.locator('#cancel').click()
      assert.equal((await landed(page))['error'], 'access_denied')
    })

    visit('is asked again when the application wants it: prompt and max_age', async (page) => {
      await arrive(page)
      const stillShown: [fields: Fields, shown: string][] = [
        [{ prompt: 'login' }, '#submit'],
        [{ max_age: '0' }, '#submit'],
        [{ prompt: 'consent' }, '#allow'],
        [{ prompt: 'select_account' }, '#choose-account'],
      ]
      for (const [fields, shown] of stillShown) {
        gatehouse.advance(1)
        await open(page, fields)
        await page.locator(shown).waitFor()
      }
      await open(page, { max_age: '1000' })
      await page.locator('#landed').waitFor()
      gatehouse.advance(1001)
      await open(page, { max_age: '1000' })
      await signIn(page)
      const { code } = await landed(page)
      assert.equal((await app.redeem(code!)).status, 200)
      await page.context().clearCookies()
      await open(page, { prompt: 'none' })
      assert.equal((await landed(page))['error'], 'login_required')
    })

    visit('chooses between accounts', async (page) => {
      await arrive(page)
      await open(page, { prompt: 'select_account' })
      await page.locator('#another').click()
      await signIn(page, 'bob', 'builder')
      await page.locator('#allow').click()
      await page.locator('#landed').waitFor()
      await open(page, { prompt: 'select_account' })
      await picture(page, 'choose-account')
      await page.getByRole('button', { name: /Alice Liddell/ }).click()
      const { body } = await app.redeem((await landed(page))['code']!)
      const { sub } = JSON.parse(Buffer.from(body.id_token.split('.')[1], 'base64url').toString())
      assert.equal(sub, (await gatehouse.root.store.accounts.byLogin('alice'))?.subject)
    })

    visit('cannot renew the sign-in of another person of the same browser with the own password', async (page) => {
      await arrive(page)
      gatehouse.advance(1)
      await open(page, { prompt: 'login' })
      await signIn(page, 'dave', 'lodger')
      await page.locator('#not-you').click()
      await page.getByRole('button', { name: /Alice Liddell/ }).click()
      await page.locator('#sign-in').waitFor()
      await signIn(page)
      assert.match((await landed(page))['code']!, /^gth_ac_/)
    })

    visit('comes back by a form, to a site that sends on to another', async (page) => {
      assert.match((await arrive(page, { response_mode: 'form_post' }))['code']!, /^gth_ac_/)
      await open(page, { response_mode: 'form_post' })
      assert.equal((await landed(page))['state'], 'a b&c')
      await open(page, { response_mode: 'form_post', redirect_uri: site.hopping })
      await page.locator('#beyond').waitFor()
    })

    visit('comes back through a redirect of the application after posting our form', async (page) => {
      await open(page, { redirect_uri: site.hopping, prompt: 'consent' })
      await signIn(page)
      await page.locator('#allow').click()
      await page.locator('#beyond').waitFor()
    })

    visit('signs out, or stays', async (page) => {
      await arrive(page)
      await page.goto(`${gatehouse.issuer}/logout`)
      await picture(page, 'sign-out')
      await page.locator('#sign-out-no').click()
      await page.getByText('You are still signed in').waitFor()
      await page.goto(
        `${gatehouse.issuer}/logout?client_id=app&state=s&post_logout_redirect_uri=${encodeURIComponent(`${site.origin}/bye`)}`,
      )
      await page.locator('#sign-out-yes').click()
      assert.deepEqual(await landed(page), { state: 's' })
      await page.goto(`${gatehouse.issuer}/logout`)
      await page.getByText('You are signed out').waitFor()
      await picture(page, 'signed-out')
      await open(page)
      await page.locator('#submit').waitFor()
    })

    visit('replaces a password that somebody else has set', async (page) => {
      await createAccount(gatehouse.root.accounts, { username: 'carol' }, { text: 'given-by-the-operator', temporary: true })
      await open(page)
      await signIn(page, 'carol', 'given-by-the-operator')
      await page.locator('#new-password').waitFor()
      await picture(page, 'new-password')
      await page.locator('#password').fill('an-own-long-password')
      await page.locator('#submit').click()
      await page.locator('#allow').click()
      assert.match((await landed(page))['code']!, /^gth_ac_/)
    })

    visit('does it all with the keyboard', async (page) => {
      await open(page, { prompt: 'login consent' })
      await page.locator('#username:focus').waitFor()
      await page.keyboard.type('alice')
      await page.keyboard.press('Tab')
      await page.keyboard.type('wonderland')
      await page.keyboard.press('Enter')
      await page.locator('#allow').waitFor()
      for (let presses = 0; presses < 12 && (await page.locator('#allow:focus').count()) === 0; presses++) await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      assert.match((await landed(page))['code']!, /^gth_ac_/)
    })

    visit(
      'does it all without JavaScript',
      async (page) => {
        assert.match((await arrive(page, { prompt: 'consent' }))['code']!, /^gth_ac_/)
        await open(page, { response_mode: 'form_post' })
        await picture(page, 'form-post-without-script')
        await page.locator('#continue').click()
        assert.match((await landed(page))['code']!, /^gth_ac_/)
        await page.goto(`${gatehouse.issuer}/logout`)
        await page.locator('#sign-out-yes').click()
        await page.getByText('You are signed out').waitFor()
      },
      { javaScriptEnabled: false },
    )

    visit(
      'learns what is wrong with a request that cannot return to its application',
      async (page) => {
        await open(page, { redirect_uri: 'https://evil.example/' })
        assert.equal(await page.locator('#error-code').textContent(), 'invalid_request')
        await picture(page, 'error')
      },
      {},
      /status of 400/,
    )
  })
}
