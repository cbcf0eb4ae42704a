/** One visit of one browser: whose it is, how it ends, who can disturb it — RFC 9700 §4.7, §4.16; RFC 6749 §10.12; OWASP ASVS 6.3, 7.2. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { setStatus } from '../../src/identity/accounts.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import type { Landing, TinyBrowser } from '../tiny-browser.ts'
import { type Application, alice, application, call, callback, shows, told } from './application.ts'

const foreign: Record<string, Record<string, string>> = {
  'from another site': { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
  'from another site of the same domain': { 'sec-fetch-site': 'same-site', origin: 'https://evil.example' },
  'typed by nobody': { 'sec-fetch-site': 'none' },
  'by an old browser, from another origin': { 'sec-fetch-site': '', origin: 'https://evil.example' },
  'by an old browser, from nowhere': { 'sec-fetch-site': '', origin: 'null' },
}

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`one visit, on ${engine}`, () => {
    let gatehouse: TestApp
    let app: Application
    before(async () => {
      gatehouse = await testApp(engine)
      await gatehouse.addClient({ client_id: 'app', redirect_uris: [callback], scope: 'openid email' }, 'secret')
      await gatehouse.addAccount({ username: alice.username, email: 'alice@example.com' }, alice.password)
      await gatehouse.addAccount({ username: 'robert' }, 'the builder')
      const paused = await gatehouse.addAccount({ username: 'paused' }, alice.password)
      await setStatus(gatehouse.root.accounts, paused, 'suspended')
      await gatehouse.addAccount({ username: 'nopass' })
      app = application(gatehouse, { id: 'app', secret: 'secret' })
    })
    after(() => gatehouse.close())

    const flowOf = (landing: Landing) => landing.url.searchParams.get('flow') as string

    async function isRefused(landing: Landing | Promise<Landing>) {
      const { status, url, html } = await landing
      assert.equal(status, 400)
      assert.equal(url.origin, gatehouse.issuer)
      assert.match(html, /id="error-code">invalid_request</)
    }

    test('belongs to its browser', async () => {
      const [mine, other, fresh] = [gatehouse.browser(), gatehouse.browser(), gatehouse.browser()]
      await other.open(app.url()) // has a browser cookie, but another one
      const page = await mine.open(app.url({ prompt: 'login' }))
      const flow = flowOf(page)
      for (const thief of [other, fresh]) {
        await isRefused(thief.open(page.url.href))
        await isRefused(thief.post('/authorize/sign-in', { flow, ...alice }))
        await isRefused(thief.post('/authorize/cancel', { flow }))
        await isRefused(thief.post('/authorize/choose-account', { flow, sid: 'x' }))
        await isRefused(thief.post('/authorize/consent', { flow, answer: 'allow', sid: 'x' }))
      }
      assert.ok(shows(await mine.submit('sign-in', { ...alice }), 'consent'))
    })

    test('ends once: its pages lead nowhere afterwards, and give no second answer', async () => {
      for (const answer of ['allow', 'deny']) {
        const browser = gatehouse.browser()
        await browser.open(app.url({ prompt: 'consent' }))
        const consent = await browser.submit('sign-in', { ...alice })
        const { sid } = Object.fromEntries(Array.from(consent.html.matchAll(/name="(sid)" value="([^"]+)"/g), ([, n, v]) => [n, v]))
        const flow = flowOf(consent)
        assert.ok(told(await browser.submit('consent', { answer }))[answer === 'allow' ? 'code' : 'error'])
        await isRefused(browser.open(consent.url.href))
        await isRefused(browser.post('/authorize/consent', { flow, answer: 'allow', sid: sid as string }))
        await isRefused(browser.post('/authorize/consent', { flow, answer: 'deny' }))
        await isRefused(browser.post('/authorize/cancel', { flow }))
        await isRefused(browser.post('/authorize/sign-in', { flow, ...alice }))
      }
    })

    test('finished twice at once gives one code', async () => {
      const browser = gatehouse.browser()
      await browser.open(app.url())
      const page = await browser.submit('sign-in', { ...alice })
      if (shows(page, 'consent')) await browser.submit('consent', { answer: 'allow' })
      const continueUrl = await browser.open(app.url({ prompt: 'login' }))
      const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      const body = new URLSearchParams({ flow: flowOf(continueUrl), ...alice })
      const signedIn = await fetch(`${gatehouse.issuer}/authorize/sign-in`, {
        method: 'POST',
        body,
        headers: { cookie, 'sec-fetch-site': 'same-origin' },
        redirect: 'manual',
      })
      const session = signedIn.headers.getSetCookie().map((line) => line.split(';')[0])
      const headers = { cookie: [cookie.replace(/gatehouse-session=[^;]*/, ''), ...session].join('; ') }
      const all = await Promise.all(
        Array.from({ length: 8 }, async () => (await fetch(continueUrl.url, { headers, redirect: 'manual' })).text()),
      )
      assert.equal(all.filter((html) => html.includes('code=gth_ac_')).length, 1)
    })

    test('expires', async () => {
      const browser = gatehouse.browser()
      const page = await browser.open(app.url())
      gatehouse.advance(1800)
      await isRefused(browser.submit('sign-in', { ...alice }))
      await isRefused(browser.open(page.url.href))
    })

    test('a malformed flow token', async () => {
      const browser = gatehouse.browser()
      await browser.open(app.url())
      for (const flow of ['', 'x', 'a\0b', `gth_fl_${'0'.repeat(49)}`, 'x'.repeat(4000)])
        await isRefused(browser.open(`/authorize/continue?${new URLSearchParams({ flow })}`))
    })

    for (const [name, headers] of Object.entries(foreign)) {
      test(`forms posted ${name} are refused and change nothing`, async () => {
        const browser = gatehouse.browser()
        const page = await browser.open(app.url({ prompt: 'consent' }))
        const flow = flowOf(page)
        await isRefused(post(browser, '/authorize/sign-in', { flow, ...alice }, headers))
        assert.equal(
          [...browser.cookies.keys()].some((cookie) => cookie.includes('session')),
          false,
        )
        await browser.open(page.url.href)
        const consent = await browser.submit('sign-in', { ...alice })
        const sid = /name="sid" value="([^"]+)"/.exec(consent.html)?.[1] as string
        await isRefused(post(browser, '/authorize/consent', { flow, sid, answer: 'allow' }, headers))
        await isRefused(post(browser, '/authorize/choose-account', { flow, sid }, headers))
        await isRefused(post(browser, '/authorize/cancel', { flow }, headers))
        assert.ok(shows(await browser.open(page.url.href), 'consent'))
      })
    }

    /** As a browser that may be too old to send the origin of a request. */
    async function post(
      browser: TinyBrowser,
      path: string,
      fields: Record<string, string>,
      headers: Record<string, string>,
    ): Promise<Landing> {
      const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      const told = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ''))
      const response = await fetch(gatehouse.issuer + path, {
        method: 'POST',
        body: new URLSearchParams(fields),
        headers: { ...told, cookie, accept: 'text/html' },
        redirect: 'manual',
      })
      return { status: response.status, url: new URL(response.url), headers: response.headers, html: await response.text() }
    }

    test('signing in gives a new session id, whatever the browser brought', async () => {
      const attacker = gatehouse.browser()
      await app.arrive(attacker)
      const planted = sessionsOf(attacker)
      const victim = gatehouse.browser()
      for (const [name, value] of attacker.cookies) victim.cookies.set(name, value)
      await victim.open(app.url({ prompt: 'login' }))
      await victim.submit('sign-in', { ...alice })
      assert.notEqual(sessionsOf(victim)[0], planted[0])
      assert.equal(told(await attacker.open(app.url({ prompt: 'none' })))['error'], 'login_required') // and the old one is over
      assert.equal(told(await victim.open(app.url({ prompt: 'none' })))['error'], undefined)
    })

    test('a session id that we never gave is never taken up', async () => {
      const browser = gatehouse.browser()
      const invented = gatehouse.root.tokens.make('ss')
      browser.cookies.set('gatehouse-session', invented)
      await browser.open(app.url())
      await browser.submit('sign-in', { ...alice })
      assert.equal(sessionsOf(browser).includes(invented), false)
    })

    function sessionsOf(browser: TinyBrowser): string[] {
      return browser.cookies.get('gatehouse-session')?.split('.') ?? []
    }

    test('a session ends when it is idle, and in any case after its time', async () => {
      const idle = gatehouse.browser()
      await app.arrive(idle)
      gatehouse.advance(3600)
      assert.equal(told(await idle.open(app.url({ prompt: 'none' })))['error'], 'login_required')
      const busy = gatehouse.browser()
      await app.arrive(busy)
      const start = gatehouse.now()
      for (let last = ''; last !== 'login_required'; last = told(await busy.open(app.url({ prompt: 'none' })))['error'] ?? '') {
        gatehouse.advance(3000)
        assert.ok(gatehouse.now() - start <= 86_400 + 3000, 'no session lasts longer than a day')
      }
      assert.ok(gatehouse.now() - start > 80_000)
    })

    const odd: Record<string, [body: string, status: number]> = {
      'NUL in the name': [new URLSearchParams({ username: 'alice1\0', password: alice.password }).toString(), 400],
      'NUL in the password': [new URLSearchParams({ username: 'alice1', password: `${alice.password}\0` }).toString(), 400],
      'the name twice': ['username=alice1&username=alice1&password=wonderland', 400],
      'the password twice': ['username=alice1&password=wonderland&password=x', 400],
      'no name': ['password=wonderland', 401],
      'no password': ['username=alice1', 401],
      'bytes that are not UTF-8': ['username=%FF%FE&password=%ZZ', 401],
      'a long name': [`username=${'x'.repeat(60_000)}&password=x`, 401],
      'more than is read': [`username=${'x'.repeat(65_536)}`, 413],
    }
    for (const [name, [body, status]] of Object.entries(odd)) {
      test(`a sign-in with ${name}: a page, and nobody is signed in`, async () => {
        const browser = gatehouse.browser()
        const flow = flowOf(await browser.open(app.url()))
        const cookie = [...browser.cookies].map(([cookie, value]) => `${cookie}=${value}`).join('; ')
        const headers = { 'sec-fetch-site': 'same-origin', cookie, accept: 'text/html' }
        const answer = await call(`${gatehouse.issuer}/authorize/sign-in`, { body: `flow=${flow}&${body}`, headers })
        assert.equal(answer.status, status)
        assert.match(answer.headers.get('content-type') as string, /^text\/html/)
        assert.equal(answer.headers.get('set-cookie'), null)
      })
    }

    test('nothing reveals who has an account here', async () => {
      const seen = new Set<string>()
      for (const who of [
        { username: 'nobody', password: 'wonderland' },
        { username: 'alice1', password: 'underworld' },
        { username: 'paused', password: 'wonderland' },
        { username: 'paused', password: 'underworld' },
        { username: 'nopass', password: 'wonderland' },
        { username: 'nobody', password: 'x'.repeat(2000) },
        { username: 'alice1', password: 'x'.repeat(2000) },
      ]) {
        const browser = gatehouse.browser()
        await browser.open(app.url())
        const { status, headers, html } = await browser.submit('sign-in', who)
        assert.equal(status, 401)
        const nonce = /nonce="([^"]+)"/.exec(html)?.[1] as string
        const flow = /name="flow" value="([^"]+)"/.exec(html)?.[1] as string
        const drawn = html.replace(/&quot;challenge&quot;:&quot;[\w-]+/, '') // for passkeys, different on every page
        const text = JSON.stringify([drawn, [...headers].filter(([name]) => !['date', 'x-request-id'].includes(name))])
        seen.add(text.replaceAll(nonce, '').replaceAll(flow, '').replaceAll(who.username, ''))
      }
      assert.equal(seen.size, 1)
    })
  })
}
