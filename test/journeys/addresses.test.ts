/** Who asks, by IP address, and how much one address may begin or one browser keep. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { type Application, alice, application, callback, encode, told } from './application.ts'

const quarter = 900

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`addresses and browsers, on ${engine}`, () => {
    let gatehouse: TestApp
    let app: Application
    before(async () => {
      const settings = { TRUSTED_PROXIES: '127.0.0.1,::1', LIMITS_SIGN_IN_ADDRESS: '3', LIMITS_FLOWS_PER_ADDRESS: '5' }
      gatehouse = await testApp(engine, settings)
      await gatehouse.addClient({ client_id: 'app', redirect_uris: [callback], scope: 'openid', policy: { consent: 'skip' } }, 'secret')
      await gatehouse.addAccount({ username: alice.username }, alice.password)
      app = application(gatehouse, { id: 'app', secret: 'secret' })
    })
    after(() => gatehouse.close())

    /** The status of a failed sign-in to a separate account. */
    async function fail(username: string, forwarded: string): Promise<number> {
      const response = await fetch(`${gatehouse.issuer}/api/v1/auth/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-forwarded-for': forwarded },
        body: JSON.stringify({ email: username, password: 'wrong' }),
      })
      await response.arrayBuffer()
      return response.status
    }

    const sameClient: [name: string, forwarded: (n: number) => string][] = [
      ['a port', (n) => `203.0.113.8:${40_000 + n}`],
      ['a port and IPv6', (n) => `[2001:db8:0:1::${n}]:${40_000 + n}`],
      ['IPv4 mapped into IPv6', (n) => (n % 2 === 0 ? '::ffff:203.0.113.9' : '203.0.113.9')],
      ['a zone', (n) => `fe80::1%eth${n}`],
      ['garbage', (n) => `garbage-${n}`],
      ['garbage before garbage', (n) => `198.51.100.${n}, garbage`],
    ]
    for (const [name, forwarded] of sameClient) {
      test(`point 11: ${name} does not evade the limit for an address`, async () => {
        gatehouse.advance(quarter * 100)
        const statuses = []
        for (let n = 0; n < 4; n++) statuses.push(await fail(`nobody${n}`, forwarded(n)))
        assert.deepEqual(statuses, [401, 401, 401, 429])
      })
    }

    test('point 11: the audit log has the address alone', async () => {
      gatehouse.advance(quarter * 100)
      await fail(alice.username, '[2001:DB8:0:0::7]:443')
      const [entry] = await gatehouse.root.store.audit.search({ limit: 1, newestFirst: true })
      assert.equal(entry?.address, '2001:db8::7')
    })

    test('point 14: an address can begin only so many sign-ins, learns when to retry, and does not affect others', async () => {
      gatehouse.advance(quarter * 100)
      const open = (from: string) => gatehouse.browser().open(app.url(), { 'x-forwarded-for': from })
      for (let n = 0; n < 5; n++) assert.equal((await open(`192.0.2.1:${1000 + n}`)).status, 200)
      const refused = await open('192.0.2.1')
      assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, String(quarter)])
      assert.match(refused.html, /id="error-description"/)
      assert.equal((await open('192.0.2.2')).status, 200)
      const posted = await fetch(`${gatehouse.issuer}/authorize`, {
        method: 'POST',
        headers: { 'x-forwarded-for': '192.0.2.1' },
        body: new URLSearchParams(app.url().split('?')[1]),
        redirect: 'manual',
      })
      assert.equal(posted.status, 429)
      const silent = await gatehouse.browser().open(app.url({ prompt: 'none' }), { 'x-forwarded-for': '192.0.2.1' })
      assert.equal(told(silent)['error'], 'login_required') // stores nothing, so it is not counted
      gatehouse.advance(quarter)
      assert.equal((await open('192.0.2.1')).status, 200)
    })

    test('point 14: requests that anyone can push are counted for the address and bounded in size; authenticated ones are not counted', async () => {
      gatehouse.advance(quarter * 100)
      await gatehouse.addClient({ client_id: `page-${engine}`, redirect_uris: [callback], token_endpoint_auth_method: 'none' })
      const open = application(gatehouse, { id: `page-${engine}` })
      const push = (by: Application, fields: Record<string, string> = {}) =>
        by.post(
          '/par',
          { ...Object.fromEntries(new URLSearchParams(by.url().split('?')[1])), ...fields },
          { ...by.header, 'x-forwarded-for': '192.0.2.7' },
        )
      for (let n = 0; n < 7; n++) assert.equal((await push(app)).status, 201)
      for (let n = 0; n < 5; n++) assert.equal((await push(open)).status, 201)
      const refused = await push(open)
      assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, String(quarter)])
      const large = await push(app, { whatever: 'x'.repeat(17_000) })
      assert.deepEqual([large.status, large.body.error_description], [400, 'the pushed request is longer than 16384 characters'])
    })

    test('point 14: what a request may hold is bounded, and the limit is in the error', async () => {
      gatehouse.advance(quarter * 100)
      const resources = (n: number) => Array.from({ length: n }, (_, i) => `a:${i}`)
      const refused: [fields: Parameters<Application['url']>[0], description: string][] = [
        [{ state: 'x'.repeat(2049) }, 'state is longer than 2048 bytes'],
        [{ nonce: 'x'.repeat(2049) }, 'nonce is longer than 2048 bytes'],
        [{ login_hint: 'x'.repeat(2049) }, 'login_hint is longer than 2048 bytes'],
        [{ resource: resources(21) }, 'resource is sent more than 20 times; send fewer'],
        [{ acr_values: resources(101).join(' ') }, 'acr_values has more than 100 entries; send fewer'],
        [{ ui_locales: resources(101).join(' ') }, 'ui_locales has more than 100 entries; send fewer'],
        [{ prompt: resources(101).join(' ') }, 'prompt has more than 100 entries; send fewer'],
      ]
      for (const [fields, description] of refused) {
        const answer = told(await gatehouse.browser().open(app.url(fields)))
        assert.deepEqual([answer['error'], answer['error_description']], ['invalid_request', description])
      }
      const many = await fetch(`${gatehouse.issuer}/authorize`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' },
        body: encode({ ...Object.fromEntries(new URLSearchParams(app.url().split('?')[1])), resource: resources(3000) }),
        redirect: 'manual',
      })
      assert.equal(many.status, 400)
      assert.match(await many.text(), /the request has more than 100 parameters; send fewer/)
    })

    test('point 16: cookies of a hundred tenants do not lock a browser out: the oldest are dropped, the root’s stay', async () => {
      gatehouse.advance(quarter * 100)
      const browser = gatehouse.browser()
      await app.arrive(browser)
      const slugs = Array.from({ length: 100 }, (_, n) => `tenant-with-a-rather-long-name-${n}`)
      for (const slug of slugs) {
        await gatehouse.app.tenants.create({ slug, name: slug })
        const tenant = await gatehouse.app.tenant(slug)
        assert.ok(tenant)
        await gatehouse.addClient({ client_id: 'app', redirect_uris: [callback], policy: { consent: 'skip' } }, 'secret', tenant)
        const { status } = await browser.open(application(gatehouse, { id: 'app', issuer: tenant.ctx.issuer, secret: 'secret' }).url())
        assert.equal(status, 200, slug)
      }
      const names = [...browser.cookies.keys()]
      const size = [...browser.cookies].map((pair) => pair.join('=')).join('; ').length
      assert.ok(size < 4500, String(size))
      assert.ok(names.includes(`gatehouse-browser-${slugs.at(-1)}`))
      assert.ok(!names.includes(`gatehouse-browser-${slugs[0]}`))
      assert.ok(told(await browser.open(app.url()))['code'], 'the session at the root is still there')
    })
  })
}
