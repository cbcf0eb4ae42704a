/** The front page, the icon, the address for changing passwords, wrong addresses, and the mail of development mode. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type TestApp, testApp } from '../app.ts'
import { alice, application, callback } from './application.ts'

suite('the front page', () => {
  let gatehouse: TestApp
  let production: TestApp
  before(async () => {
    gatehouse = await testApp('sqlite', { DEMO_APPLICATION: 'true' })
    production = await testApp('sqlite', { DEMO_HELP: 'false' })
    for (const one of [gatehouse, production]) {
      await one.addAccount({ username: alice.username, email: 'alice@example.com' }, alice.password)
      await one.addClient({ client_id: 'app', redirect_uris: [callback] }, 'secret')
      await one.app.tenants.create({ slug: 'acme', name: 'Acme <b>Works</b>' })
      await one.app.tenants.set('acme', { logo_uri: 'https://acme.example/logo.png' })
      await one.app.tenants.create({ slug: 'closed', name: 'Closed' })
      await one.app.tenants.setStatus('closed', 'suspended')
    }
  })
  after(async () => {
    await gatehouse.close()
    await production.close()
  })
  const open = (path: string, from = gatehouse) => from.browser().open(path)

  test('in development mode says that it runs, and how to begin', async () => {
    const { status, html } = await open('/')
    assert.equal(status, 200)
    for (const id of ['demo', 'account', 'api', 'mails', 'discovery']) assert.ok(html.includes(`id="${id}"`), id)
    assert.match(html, /-u demo-machine:demo-machine-secret/)
  })

  test('of a tenant, and in production, has its name and a way to sign in, and nothing of development', async () => {
    for (const [path, from, name] of [
      ['/t/acme', gatehouse, 'Acme &lt;b&gt;Works&lt;/b&gt;'],
      ['/t/acme/', production, 'Acme &lt;b&gt;Works&lt;/b&gt;'],
      ['/', production, 'Gatehouse'],
    ] as const) {
      const page = await open(path, from)
      assert.equal(page.status, 200)
      assert.ok(page.html.includes(`<h1><bdi>${name}</bdi></h1>`), page.html)
      assert.match(page.html, /id="account"[^>]*>Sign in</)
      assert.doesNotMatch(page.html, /demo-machine/)
    }
  })

  test('leads somebody who is signed in to their account', async () => {
    const browser = production.browser()
    await application(production, { id: 'app', secret: 'secret' }).arrive(browser)
    assert.match((await browser.open('/')).html, /id="account"[^>]*>Your account</)
  })

  test('is where a wrong address leads', async () => {
    for (const [path, home] of [
      ['/nowhere', '/'],
      ['/t/nobody', '/'],
      ['/t/nobody/account/nothing', '/'],
      ['/t/ac%ZZ/nothing', '/'],
      ['/t/closed/account/nothing', '/'],
    ] as const) {
      const page = await open(path)
      assert.equal(page.status, 404)
      assert.match(page.html, /<h1>Page not found<\/h1>/)
      assert.ok(page.html.includes(`id="home" class="button" href="${home}"`), page.html)
      assert.doesNotMatch(page.html, /Closed/)
    }
    for (const path of [
      '/t/acme/nowhere',
      '/t/acme/account/nothing',
      '/t/acme/nowhere?x=/t/closed',
      '/t/ac%6De/nothing',
      '/t/acme/%ZZ',
      `/t/acme/grants/${'x'.repeat(1001)}`,
    ]) {
      const page = await open(path)
      assert.equal(page.status, 404)
      assert.ok(page.html.includes('id="home" class="button" href="/t/acme/"'), page.html)
      assert.ok(page.html.includes('Acme &lt;b&gt;Works&lt;/b&gt;'), page.html)
      assert.ok(page.html.includes('https://acme.example/logo.png'), page.html)
    }
    const posted = await fetch(`${gatehouse.issuer}/t/acme/authorize/continue`, { method: 'DELETE', headers: { accept: 'text/html' } })
    assert.equal(posted.status, 405)
    assert.match(await posted.text(), /id="home" href="\/t\/acme\/"/)
    for (const [body, status] of [
      ['x', 415],
      ['x'.repeat(70_000), 413],
    ] as const) {
      const headers = { accept: 'text/html', 'content-type': status === 415 ? 'text/plain' : 'application/x-www-form-urlencoded' }
      const refused = await fetch(`${gatehouse.issuer}/t/acme/authorize`, { method: 'POST', headers, body })
      assert.equal(refused.status, status === 415 ? 400 : 413)
      assert.ok((await refused.text()).includes('Acme &lt;b&gt;Works&lt;/b&gt;'))
    }
    const told = await fetch(`${gatehouse.issuer}/nowhere`)
    assert.deepEqual([told.status, ((await told.json()) as { error: string }).error], [404, 'not_found'])
  })

  test('has an icon, and passwords have their well-known address', async () => {
    const icon = await fetch(`${gatehouse.issuer}/favicon.ico`)
    assert.deepEqual([icon.status, icon.headers.get('content-type')], [200, 'image/svg+xml'])
    for (const base of ['', '/t/acme']) {
      const answer = await fetch(`${gatehouse.issuer}${base}/.well-known/change-password`, { redirect: 'manual' })
      assert.deepEqual([answer.status, answer.headers.get('location')], [303, `${gatehouse.issuer}${base}/account/password`])
    }
  })

  test('development mode shows the mail that it did not deliver, and production has no such page', async () => {
    assert.match((await open('/mails')).html, /id="none"/)
    const browser = gatehouse.browser()
    await browser.open('/forgot-password')
    await browser.submit('forgot-password', { login: alice.username })
    let page = await open('/mails')
    for (let tries = 0; tries < 100 && page.html.includes('id="none"'); tries++) page = await open('/mails')
    assert.match(page.html, /alice@example\.com/)
    const link = new RegExp(`href="(${gatehouse.issuer}/[^"]+)"`).exec(page.html)?.[1]?.replaceAll('&amp;', '&')
    assert.match((await gatehouse.browser().open(link as string)).html, /id="choose-password"/)
    assert.equal((await open('/mails', production)).status, 404)
  })
})
