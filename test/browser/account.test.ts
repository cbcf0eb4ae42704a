/** People look after their account with a real browser: every section, at the width of a desk and of a phone, with and without script. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { type TestApp, testApp } from '../app.ts'
import { linkIn, type MailSink, mailSink } from '../mail-sink.ts'
import { violations } from './axe.ts'
import { openChromium } from './chromium.ts'
import { screenshot } from './screenshots.ts'

const password = 'a good and long password'
const desk: BrowserContextOptions = { viewport: { width: 1280, height: 800 } }
const phone: BrowserContextOptions = { viewport: { width: 360, height: 780 }, isMobile: true, hasTouch: true, colorScheme: 'dark' }

suite('the account page in a real browser', () => {
  let sink: MailSink
  let gatehouse: TestApp
  let chromium: Browser
  let people = 0
  before(async () => {
    sink = await mailSink()
    gatehouse = await testApp('sqlite', { MAIL_SMTP_URL: sink.url, MAIL_FROM: 'id@example.org' })
    chromium = await openChromium()
  })
  after(async () => {
    await chromium?.close()
    await gatehouse?.close()
    await sink?.close()
  })

  /** Somebody new, signed in at this path in a browser of their own. Whatever its console complains of fails the test. */
  async function visit(path: string, options: BrowserContextOptions, act: (page: Page, username: string) => Promise<void>) {
    const username = `person${++people}`
    await gatehouse.addAccount({ username, email: `${username}@example.com`, claims: { name: 'Ada Lovelace' } }, password)
    const context = await chromium.newContext(options)
    try {
      const complaints: string[] = []
      context.on('console', (message) => {
        // Chromium logs every error response, including 422.
        if (['error', 'warning'].includes(message.type()) && !/status of 4\d\d/.test(message.text())) complaints.push(message.text())
      })
      context.on('weberror', (error) => complaints.push(String(error.error())))
      const page = await context.newPage()
      page.setDefaultTimeout(15_000)
      await page.goto(`${gatehouse.issuer}${path}`)
      await signIn(page, username)
      await act(page, username)
      assert.deepEqual(complaints, [])
    } finally {
      await context.close()
    }
  }

  async function signIn(page: Page, username: string) {
    await page.fill('#username', username)
    await page.fill('#password', password)
    await page.click('#submit')
  }

  async function hasNoViolations(page: Page, name: string) {
    await screenshot(page, `walk-${name}`)
    assert.deepEqual(await violations(page), [], name)
    assert.equal(await page.evaluate('document.documentElement.scrollWidth'), page.viewportSize()!.width, name)
  }

  test('at a desk: every section is one click from every other', { timeout: 120_000 }, async () => {
    await visit('/account/profile', desk, async (page) => {
      const names = await page.locator('.menu a').evaluateAll((links) => links.map((link) => link.id.replace('to-', '')))
      assert.ok(names.length >= 7)
      for (const name of names) {
        await page.click(`#to-${name}`)
        await page.waitForURL(`${gatehouse.issuer}/account/${name}`)
        assert.equal(await page.locator('.menu a[aria-current]').getAttribute('id'), `to-${name}`)
        await hasNoViolations(page, `desk-${name}`)
      }
    })
  })

  test('on a phone: from the overview to every section and back', { timeout: 120_000 }, async () => {
    await visit('/account', phone, async (page) => {
      const names = await page.locator('article .row').evaluateAll((links) => links.map((link) => link.id.replace('open-', '')))
      assert.ok(names.length >= 7)
      for (const name of names) {
        await page.tap(`#open-${name}`)
        await page.waitForURL(`${gatehouse.issuer}/account/${name}`)
        await hasNoViolations(page, `phone-${name}`)
        await page.tap('#back')
        await page.waitForURL(`${gatehouse.issuer}/account`)
      }
      await hasNoViolations(page, 'phone-overview')
    })
  })

  for (const [where, options] of [
    ['with script', desk],
    ['without script', { ...phone, javaScriptEnabled: false }],
  ] as const)
    test(`${where}: profile, address, password and the end of it`, { timeout: 120_000 }, async () => {
      await visit('/account/profile', options, async (page, username) => {
        await page.fill('#phone_number', 'tomorrow')
        await page.click('#save')
        await page.locator('#phone_number-fault').waitFor()
        await page.fill('#phone_number', '')
        await page.fill('#birthdate', '1815-12-10')
        await page.selectOption('#zoneinfo', 'Europe/London')
        await page.fill('#nickname', 'Al')
        await page.click('#save')
        await page.locator('#notice').waitFor()
        assert.equal(await page.inputValue('#nickname'), 'Al')

        await page.goto(`${gatehouse.issuer}/account/email`)
        await page.fill('#email', `new.${username}@example.com`)
        await page.click('#change')
        await page.locator('#notice').waitFor()
        await page.goto(linkIn(await sink.next()))
        await page.click('#submit')
        await page.click('#account')
        assert.match(await page.locator('.me').innerText(), /new\./)
        await sink.next()

        await page.goto(`${gatehouse.issuer}/account/password`)
        await page.fill('#current', password)
        await page.fill('#password', 'a fresh and long password')
        if (options.javaScriptEnabled === false) await page.fill('#repeated', 'a fresh and long password')
        await page.click('#change')
        await page.locator('#notice').waitFor()
        await sink.next()

        await page.goto(`${gatehouse.issuer}/account/data`)
        const [download] = await Promise.all([page.waitForEvent('download'), page.click('#download')])
        assert.equal(download.suggestedFilename(), 'account.json')
        await sink.next()

        await page.goto(`${gatehouse.issuer}/account/deletion`)
        await page.fill('#username', username)
        await page.click('#delete')
        await page.locator('#deleted').waitFor()
        await sink.next()
        await page.goto(`${gatehouse.issuer}/account`)
        await page.locator('#sign-in').waitFor()
      })
    })

  test('a sign-in that is no longer recent is renewed on the way, and accounts are switched', { timeout: 60_000 }, async () => {
    await visit('/account/deletion', desk, async (page, username) => {
      gatehouse.advance(301)
      await page.goto(`${gatehouse.issuer}/account/deletion`)
      await page.click('#confirm')
      assert.equal(await page.inputValue('#username'), username)
      await page.fill('#password', password)
      await page.click('#submit')
      await page.locator('#deletion-delete').waitFor()
      const other = `person${++people}`
      await gatehouse.addAccount({ username: other }, password)
      await page.click('#switch')
      await page.click('#another')
      await signIn(page, other)
      assert.equal(new URL(page.url()).pathname, '/account/deletion')
      assert.match(await page.locator('.me').innerText(), new RegExp(other))
      await page.click('#sign-out')
      await page.click('#sign-out-yes')
      await page.click('#account')
      await page.locator('#sign-in').waitFor()
    })
  })
})
