/** People make an account with a real browser: from the application, by the link in the mail, back to the application. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { type TestApp, testApp } from '../app.ts'
import { type Application, application } from '../journeys/application.ts'
import { linkIn, type MailSink, mailSink } from '../mail-sink.ts'
import { openChromium } from './chromium.ts'
import { type ClientApp, openClientApp } from './client-app.ts'
import { screenshot } from './screenshots.ts'

const password = 'seven words that nobody else has thought of'
const phone = { viewport: { width: 360, height: 760 }, colorScheme: 'dark' } as const

suite('signing up in a real browser', () => {
  let gatehouse: TestApp
  let sink: MailSink
  let site: ClientApp
  let chromium: Browser
  let app: Application
  before(async () => {
    sink = await mailSink()
    gatehouse = await testApp('sqlite', { MAIL_SMTP_URL: sink.url, MAIL_FROM: 'id@example.org', API_SIGN_UP_EMAIL: 'private' })
    site = await openClientApp()
    chromium = await openChromium()
    await gatehouse.addClient(
      { client_id: 'app', client_name: 'Tideboard', redirect_uris: [site.callback], scope: 'openid profile email' },
      'secret',
    )
    app = application(gatehouse, { id: 'app', secret: 'secret', redirectUri: site.callback, scope: 'openid profile email' })
  })
  after(async () => {
    await chromium?.close()
    site?.close()
    await gatehouse?.close()
    await sink?.close()
  })

  /** A separate browser, whose console must have no errors. */
  async function visit(options: BrowserContextOptions, act: (page: Page) => Promise<void>): Promise<void> {
    const context = await chromium.newContext(options)
    try {
      const complaints: string[] = []
      context.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
      })
      const page = await context.newPage()
      page.setDefaultTimeout(15_000)
      await act(page)
      assert.deepEqual(complaints, [])
    } finally {
      await context.close()
    }
  }

  /** With the keyboard alone, in the order of the page. */
  async function type(page: Page, email: string, name: string) {
    await page.locator('#sign-up').waitFor()
    assert.equal(await page.evaluate('document.activeElement.id'), 'email')
    for (const text of [email, name, password]) {
      await page.keyboard.insertText(text)
      await page.keyboard.press('Tab')
    }
    await page.locator('.show:focus').waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
  }

  const code = async (page: Page) => new URLSearchParams((await page.locator('#landed').textContent()) ?? '').get('code')

  test('from the sign-in page, by the mail, in the same browser, back to the application', { timeout: 60_000 }, () =>
    visit(phone, async (page) => {
      await page.goto(app.url())
      await page.locator('#sign-up').click()
      await type(page, 'ada@example.com', 'Ada Lovelace')
      await page.locator('#sign-up-mail-sent').waitFor()
      await screenshot(page, 'real-sign-up-mail-sent-360-dark')
      await page.goto(linkIn(await sink.next()))
      await screenshot(page, 'real-confirm-sign-up-360-dark')
      await page.locator('#submit').click()
      await page.locator('#allow').click()
      const { status, body } = await app.redeem((await code(page)) as string)
      assert.equal(status, 200, JSON.stringify(body))
    }),
  )

  test('the mail is opened elsewhere: there the password is asked for, and here one signs in', { timeout: 60_000 }, () =>
    visit({ javaScriptEnabled: false }, async (page) => {
      await page.goto(app.url({ prompt: 'create' }))
      await page.locator('#email').fill('grace@example.com')
      await page.locator('#password').fill(password)
      await page.locator('#repeated').fill(password)
      await page.locator('#submit').click()
      await page.locator('#sign-up-mail-sent').waitFor()
      const url = linkIn(await sink.next())
      await visit(phone, async (elsewhere) => {
        await elsewhere.goto(url)
        await elsewhere.locator('#password').fill(password)
        await elsewhere.keyboard.press('Enter')
        await elsewhere.locator('#signed-up').waitFor()
        await screenshot(elsewhere, 'real-signed-up-360-dark')
      })
      await page.locator('#back').click()
      await page.locator('#sign-in-instead').click()
      await page.locator('#username').fill('grace@example.com')
      await page.locator('#password').fill(password)
      await page.locator('#submit').click()
      await page.locator('#allow').click()
      assert.ok(await code(page))
    }),
  )
})
