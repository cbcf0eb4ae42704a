/** Guessing passwords: how soon it ends, and that it never keeps the owner out at a browser of theirs — NIST SP 800-63B-4 §3.2.2; OWASP ASVS 6.3. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Passwords } from '../../src/crypto/passwords.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import type { Landing, TinyBrowser } from '../tiny-browser.ts'
import { type Answer, type Application, alice, application, call, callback, shows, told } from './application.ts'

const quarter = 900

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`guessing, on ${engine}`, () => {
    let gatehouse: TestApp
    let app: Application
    /** A program that cannot be changed. */
    let old: Application
    before(async () => {
      gatehouse = await testApp(engine, {
        TRUSTED_PROXIES: '127.0.0.1,::1',
        LIMITS_SIGN_IN_ACCOUNT: '3',
        LIMITS_SIGN_IN_ADDRESS: '6',
        LIMITS_SIGN_IN_TENANT: '8',
      })
      await gatehouse.addClient({ client_id: 'app', redirect_uris: [callback], scope: 'openid' }, 'secret')
      await gatehouse.addAccount({ username: alice.username, email: 'alice@example.com' }, alice.password)
      await gatehouse.addAccount({ username: 'robert' }, 'the builder')
      app = application(gatehouse, { id: 'app', secret: 'secret' })
      await gatehouse.addClient({ client_id: 'old', grant_types: ['password'], scope: 'openid' }, 'secret')
      old = application(gatehouse, { id: 'old', secret: 'secret' })
    })
    after(() => gatehouse.close())

    const isIn = (landing: Landing) => shows(landing, 'consent') || told(landing)['code'] !== undefined

    const hashed = () => (gatehouse.root.signIn.passwords as Passwords).load().done

    async function attempt(username: string, password: string, from: string, browser: TinyBrowser = gatehouse.browser()): Promise<Landing> {
      const page = await browser.open(app.url({ prompt: 'login' }))
      const fields = { flow: page.url.searchParams.get('flow') as string, username, password }
      return browser.post('/authorize/sign-in', fields, { 'x-forwarded-for': from })
    }

    async function fail(times: number, username: string, from: (i: number) => string, expected = 401): Promise<void> {
      for (let i = 0; i < times; i++) assert.equal((await attempt(username, 'wrong', from(i))).status, expected)
    }

    test('ends at an account, whatever addresses it comes from, and even for the right password', async () => {
      gatehouse.advance(quarter * 100)
      await fail(3, alice.username, (i) => `192.0.2.${i}`)
      const refused = await attempt(alice.username, alice.password, '192.0.2.9')
      assert.equal(refused.status, 429)
      assert.equal(refused.headers.get('retry-after'), String(quarter))
      assert.match(refused.html, /Please wait 15 minutes and try again/)
      gatehouse.advance(quarter - 1)
      const soon = await attempt(alice.username, alice.password, '192.0.2.9')
      assert.deepEqual([soon.status, soon.headers.get('retry-after')], [429, '1'])
      assert.match(soon.html, /wait a minute/)
      gatehouse.advance(1)
      assert.ok(isIn(await attempt(alice.username, alice.password, '192.0.2.9')))
    })

    test('ends on every path that takes a password, and they share one count', async () => {
      const json = (body: object) => ({ body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })
      const { username } = alice
      const paths: Record<string, (password: string) => Promise<Answer>> = {
        'sign-in API': (password) => call(`${gatehouse.issuer}/api/v1/auth/login`, json({ email: username, password })),
        'Auto Authn': (password) => call(`${gatehouse.issuer}/login`, json({ identifier: username, password })),
        'password grant': (password) => old.post('/token', { grant_type: 'password', username, password }),
      }
      for (const [path, tryPassword] of Object.entries(paths)) {
        gatehouse.advance(quarter * 100)
        for (const [name, other] of Object.entries(paths)) assert.match(String((await other('a wrong password')).status), /^40[01]$/, name)
        const refused = await tryPassword(alice.password)
        assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, String(quarter)], path)
        assert.equal((await attempt(username, alice.password, '192.0.2.7')).status, 429, path)
        gatehouse.advance(quarter)
        assert.equal((await tryPassword(alice.password)).status, 200, path)
      }
    })

    test('does not keep the owner out in a known browser, which has a separate count', async () => {
      gatehouse.advance(quarter * 100)
      const own = gatehouse.browser()
      assert.ok(isIn(await attempt(alice.username, alice.password, '198.51.100.1', own)))
      const mark = own.cookies.get('gatehouse-device')
      await fail(3, alice.username, (i) => `192.0.2.${i}`)
      await fail(1, alice.username, () => '192.0.2.7', 429)
      await fail(5, 'nobody', () => '198.51.100.1', 401).catch(() => {}) // this address is full of failures too
      assert.ok(isIn(await attempt('alice@example.com', alice.password, '198.51.100.1', own)))
      assert.equal(own.cookies.get('gatehouse-device'), mark, 'it is known by the same mark')
      for (let i = 0; i < 3; i++) assert.equal((await attempt(alice.username, 'wrong', '198.51.100.1', own)).status, 401)
      assert.equal((await attempt(alice.username, alice.password, '198.51.100.1', own)).status, 429)
    })

    test('is not made easier by a browser that another account knows, nor by an invented mark', async () => {
      gatehouse.advance(quarter * 100)
      const his = gatehouse.browser()
      assert.ok(isIn(await attempt('robert', 'the builder', '192.0.2.1', his)))
      for (let i = 0; i < 3; i++) assert.equal((await attempt(alice.username, 'wrong', '192.0.2.1', his)).status, 401)
      assert.equal((await attempt(alice.username, 'wrong', '192.0.2.1', his)).status, 429)
      const marked = gatehouse.browser()
      marked.cookies.set('gatehouse-device', gatehouse.root.tokens.make('dv'))
      assert.equal((await attempt(alice.username, alice.password, '192.0.2.1', marked)).status, 429)
    })

    test('ends for an account that does not exist just as it does for one that does', async () => {
      gatehouse.advance(quarter * 100)
      const seen = async (name: string) => {
        const answers: [number, string | null, string | undefined][] = []
        for (let i = 0; i < 4; i++) {
          const { status, headers, html } = await attempt(name, 'wrong', `192.0.2.${i}`)
          const said = /role="alert"[\s\S]*?<span>(.*?)<\/span>/.exec(html)?.[1]
          answers.push([status, headers.get('retry-after'), said?.replaceAll(name, '').replace(/gth_fl_\w+/, '')])
        }
        return answers
      }
      const real = await seen(alice.username)
      assert.deepEqual(await seen('nobody-at-all'), real)
      assert.deepEqual(
        real.map(([status]) => status),
        [401, 401, 401, 429],
      )
    })

    test('ends at an address, and at the /64 of an IPv6 address', async () => {
      for (const from of [() => '203.0.113.5', (i: number) => `2001:db8:0:1::${i}`]) {
        gatehouse.advance(quarter * 100)
        for (let i = 0; i < 6; i++) await fail(1, `guess${i}`, () => from(i))
        await fail(1, 'guess7', () => from(9), 429)
        await fail(1, 'guess7', () => '2001:db8:0:2::1')
      }
    })

    test('ends for the whole tenant, and not for another', async () => {
      gatehouse.advance(quarter * 100)
      for (let i = 0; i < 8; i++) await fail(1, `guess${i}`, () => `192.0.2.${i}`)
      await fail(1, 'guess9', () => '192.0.2.99', 429)
      await gatehouse.app.tenants.create({ slug: `acme-${engine}`, name: 'Acme' })
      const acme = (await gatehouse.app.tenant(`acme-${engine}`))!
      assert.equal(await acme.store.attempts.count([{ name: 'tenant', limit: 1, window: 60 }], gatehouse.now()), undefined)
    })

    test('does not end sooner for those who come in: success takes its try back', async () => {
      gatehouse.advance(quarter * 100)
      for (let i = 0; i < 12; i++) assert.ok(isIn(await attempt('robert', 'the builder', '192.0.2.1')))
    })

    test('ends although all guesses come at once', async () => {
      gatehouse.advance(quarter * 100)
      const answers = await Promise.all(Array.from({ length: 6 }, (_, i) => attempt(alice.username, 'wrong', `192.0.2.${i}`)))
      assert.equal(answers.filter(({ status }) => status === 401).length, 3)
    })

    test('does no hashing once it has ended', async () => {
      gatehouse.advance(quarter * 100)
      await fail(3, alice.username, (i) => `192.0.2.${i}`)
      const before = hashed()
      await fail(1, alice.username, () => '192.0.2.9', 429)
      assert.equal(hashed(), before)
      await fail(1, 'nobody', () => '192.0.2.9')
      assert.equal(hashed(), before + 1, 'a name that does not exist costs one hash, as a wrong password does')
    })

    test('ends for anyone who creates tenants where anyone may', async () => {
      gatehouse.advance(quarter * 100)
      const make = (i: number) =>
        call(`${gatehouse.issuer}/tenant`, {
          body: JSON.stringify({ slug: `made-${i}`, name: 'Made', email: 'ops@example.com' }),
          headers: { 'content-type': 'application/json', 'x-forwarded-for': '192.0.2.1' },
        })
      for (let i = 0; i < 6; i++) assert.equal((await make(i)).status, 201)
      const refused = await make(6)
      assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, String(quarter)])
    })

    test('ends for a day after a hundred failures', async () => {
      gatehouse.advance(quarter * 100)
      const who = gatehouse.root.signIn.pseudonym(`account ${(await gatehouse.root.store.accounts.byLogin(alice.username))!.subject}`)
      const bucket = { name: `account-day:${who}`, limit: 1000, window: 86_400 }
      for (let i = 0; i < 100; i++) await gatehouse.root.store.attempts.count([bucket], gatehouse.now())
      assert.equal((await attempt(alice.username, alice.password, '192.0.2.1')).headers.get('retry-after'), '86400')
      gatehouse.advance(86_400)
      assert.ok(isIn(await attempt(alice.username, alice.password, '192.0.2.1')))
    })
  })
}
