/** What the pages about a forgotten password say of the application that the person came from, and after too many requests. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type TestApp, testApp } from '../app.ts'
import { linkIn, type MailSink, mailSink } from '../mail-sink.ts'
import type { TinyBrowser } from '../tiny-browser.ts'
import { application, callback } from './application.ts'

const fresh = { password: 'a fresh and long password', repeated: 'a fresh and long password' }

suite('a forgotten password', () => {
  let sink: MailSink
  let gatehouse: TestApp
  before(async () => {
    sink = await mailSink()
    gatehouse = await testApp('sqlite', { MAIL_SMTP_URL: sink.url, MAIL_FROM: 'id@example.org' })
    await gatehouse.addClient({ client_id: 'app', redirect_uris: [callback] }, 'secret')
    await gatehouse.addAccount({ username: 'ada', email: 'ada@example.com' }, 'the old password')
  })
  after(async () => {
    await gatehouse.close()
    assert.equal(sink.waiting(), 0, 'no mail came that no test expects')
    await sink.close()
  })

  async function ask(browser: TinyBrowser, login: string) {
    const { html } = await browser.open(application(gatehouse, { id: 'app' }).url())
    await browser.open(/<a id="forgot" href="([^"]+)"/.exec(html)?.[1] as string)
    return browser.submit('forgot-password', { login })
  }
  const back = /<a id="back"[^>]* href="[^"]+flow=gth_fl_/

  test('the way back to the application is offered to the browser that came from it, and to no other', async () => {
    const own = gatehouse.browser()
    assert.match((await ask(own, 'ada')).html, back)
    const elsewhere = gatehouse.browser()
    await elsewhere.open(linkIn(await sink.next()))
    assert.doesNotMatch((await elsewhere.submit('choose-password', fresh)).html, back)
    await sink.next()
    await ask(own, 'ada')
    await own.open(linkIn(await sink.next()))
    assert.match((await own.submit('choose-password', fresh)).html, back)
    await sink.next()
  })

  for (const login of ['', 'nobody at all'])
    test(`who has asked too often for "${login}" reads it again, and can still go back`, async () => {
      const browser = gatehouse.browser()
      for (let i = 0; i < 3; i++) assert.equal((await ask(browser, login)).status, 200)
      const { status, headers, html } = await ask(browser, login)
      assert.deepEqual([status, headers.get('retry-after')], [429, '900'])
      assert.match(html, /There were too many attempts\. Please wait 15 minutes/)
      assert.match(html, new RegExp(`name="login" value="${login}"`))
      assert.match(html, /<input type="hidden" name="flow" value="gth_fl_/)
    })

  test('a request that names nobody counts as one for the empty name', async () => {
    const { status, html } = await gatehouse.browser().post('/forgot-password/send', {})
    assert.deepEqual([status, /name="login" value=""/.test(html)], [429, true])
  })
})
