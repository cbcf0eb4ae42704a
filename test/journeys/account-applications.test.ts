/** The applications section of the account page: what was allowed, and taking it back at once — RFC 6749 §10.2. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import type { Landing, TinyBrowser } from '../tiny-browser.ts'
import { type Application, application, call, callback, shows } from './application.ts'

const password = 'a good and long password'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`applications, on ${engine}`, () => {
    let gatehouse: TestApp
    let app: Application
    let people = 0
    before(async () => {
      gatehouse = await testApp(engine)
      const scope = 'openid email offline_access orders:read constructor'
      const grant_types = ['authorization_code', 'refresh_token']
      const shown = { client_name: 'Tideboard', logo_uri: 'https://cdn.example/logo.png' }
      await gatehouse.addClient({ client_id: 'app', ...shown, redirect_uris: [callback], grant_types, scope }, 'secret')
      await gatehouse.addClient({ client_id: 'ours', redirect_uris: [callback], scope: 'openid', policy: { consent: 'skip' } }, 'secret')
      const orders = { identifier: 'https://orders.example', name: 'Orders', scopes: { 'orders:read': 'See your orders' } }
      await gatehouse.root.store.resourcesAdmin.add({ ...orders }, undefined)
      app = application(gatehouse, { id: 'app', secret: 'secret', scope })
    })
    after(() => gatehouse.close())

    async function enter() {
      const who = { username: `person${++people}`, password }
      const subject = await gatehouse.addAccount({ username: who.username }, password)
      const browser = gatehouse.browser()
      await browser.open('/account/applications')
      const page = await browser.submit('sign-in', { ...who })
      return { browser, page, subject, who }
    }
    const grantOf = ({ html }: Landing) => /name="grant" value="([^"]+)"/.exec(html)?.[1] as string
    const remove = (browser: TinyBrowser, grant: string) => browser.submit('applications-remove', { grant })

    test('each is listed with its name, its logo and its permissions in words', async () => {
      const { browser, page, who } = await enter()
      assert.match(page.html, /No application has access/)
      const tokens = await app.tokens(browser, {}, who)
      const listed = await browser.open('/account/applications')
      assert.match(listed.html, /<bdi>Tideboard<\/bdi>/)
      for (const words of ['Know who you are', 'See your orders', 'constructor'])
        assert.match(listed.html, new RegExp(`<bdi>${words}</bdi>`))
      assert.match(listed.headers.get('content-security-policy') ?? '', /img-src 'self' data: https:\/\/cdn\.example;/)
      assert.doesNotMatch(listed.html, /last came back/)
      gatehouse.advance(60)
      await app.refresh(tokens.refresh_token)
      assert.match((await browser.open('/account/applications')).html, /last used/)
    })

    test('access is removed at once with all its tokens; next time the person is asked again', async () => {
      const { browser, subject, who } = await enter()
      const tokens = await app.tokens(browser, {}, who)
      const info = () => call(`${gatehouse.issuer}/userinfo`, { headers: { authorization: `Bearer ${tokens.access_token}` } })
      assert.equal((await info()).status, 200)
      const page = await browser.open('/account/applications')
      const done = await remove(browser, grantOf(page))
      assert.match(done.html, /id="notice"[\s\S]*Access is removed[\s\S]*No application has access/)
      assert.equal((await info()).status, 401)
      assert.equal((await app.refresh(tokens.refresh_token)).body.error, 'invalid_grant')
      assert.ok(shows(await browser.open(app.url()), 'consent'))
      const noted = await gatehouse.root.store.audit.search({ act: 'grant.revoke', about: subject, limit: 9, newestFirst: false })
      assert.deepEqual(
        noted.map(({ outcome, target }) => [outcome, target]),
        [['success', grantOf(page)]],
      )
    })

    test('what others have allowed is as unknown as what nobody has', async () => {
      const [one, two] = [await enter(), await enter()]
      const tokens = await app.tokens(two.browser, {}, two.who)
      await app.tokens(one.browser, {}, one.who)
      const theirs = grantOf(await two.browser.open('/account/applications'))
      const answers = []
      for (const grant of [theirs, 'nonsense']) {
        await one.browser.open('/account/applications')
        const { status, html } = await remove(one.browser, grant)
        answers.push([status, /<article>[\s\S]*<\/article>/.exec(html)?.[0]])
      }
      assert.deepEqual(answers[0], answers[1])
      assert.equal(answers[0]?.[0], 404)
      assert.equal((await app.refresh(tokens.refresh_token)).status, 200)
    })

    test('one whose users are not asked is marked so; one that is no longer registered is listed by its id', async () => {
      const { browser, subject } = await enter()
      await browser.open(application(gatehouse, { id: 'ours', secret: 'secret' }).url())
      assert.match((await browser.open('/account/applications')).html, /it gets access again when you next sign in/)
      await gatehouse.root.store.grants.widen({
        clientId: 'vanished',
        subject,
        scope: ['openid'],
        details: [],
        newId: `gone${people}`,
        now: gatehouse.now(),
      })
      assert.match((await browser.open('/account/applications')).html, /<bdi>vanished<\/bdi>/)
    })

    test('a form of another site removes nothing', async () => {
      const { browser, who, subject } = await enter()
      await app.tokens(browser, {}, who)
      const page = await browser.open('/account/applications')
      const sid = /name="sid" value="([^"]+)"/.exec(page.html)?.[1] as string
      const foreign = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }
      assert.equal((await browser.post('/account/applications/remove', { sid, grant: grantOf(page) }, foreign)).status, 400)
      assert.equal((await gatehouse.root.store.access.of(subject)).length, 1)
    })
  })
}
