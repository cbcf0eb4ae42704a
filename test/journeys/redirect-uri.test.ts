/** Where a response may go: only to what the client registered — RFC 6749 §3.1.2, RFC 8252 §7, RFC 9700 §4.1. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import type { TinyBrowser } from '../tiny-browser.ts'
import { type Application, alice, application, callback, type Fields, told } from './application.ts'

/** None of these is `https://app.example/callback?keep=1%2B1&x=%7e`, nor the native client's. */
const strangers: Record<string, string> = {
  'without its query': 'https://app.example/callback',
  'with another query': 'https://app.example/callback?keep=1%2B1&x=%7e&more=1',
  'with its query decoded': 'https://app.example/callback?keep=1+1&x=~',
  'with its query normalised': 'https://app.example/callback?keep=1%2B1&x=%7E',
  'with a trailing slash': 'https://app.example/callback/?keep=1%2B1&x=%7e',
  'with another case in the path': 'https://app.example/Callback?keep=1%2B1&x=%7e',
  'with another case in the host': 'https://APP.example/callback?keep=1%2B1&x=%7e',
  'with another case in the scheme': 'HTTPS://app.example/callback?keep=1%2B1&x=%7e',
  'with the port written out': 'https://app.example:443/callback?keep=1%2B1&x=%7e',
  'with another port': 'https://app.example:8443/callback?keep=1%2B1&x=%7e',
  'with another scheme': 'http://app.example/callback?keep=1%2B1&x=%7e',
  'with a fragment': 'https://app.example/callback?keep=1%2B1&x=%7e#f',
  'with an empty fragment': 'https://app.example/callback?keep=1%2B1&x=%7e#',
  'with user info': 'https://app.example@evil.example/callback?keep=1%2B1&x=%7e',
  'with user info before it': 'https://user@app.example/callback?keep=1%2B1&x=%7e',
  'on a longer host': 'https://app.example.evil.example/callback?keep=1%2B1&x=%7e',
  'on a subdomain': 'https://www.app.example/callback?keep=1%2B1&x=%7e',
  'with dots that lead to it': 'https://app.example/a/../callback?keep=1%2B1&x=%7e',
  'with an encoded path': 'https://app.example/%63allback?keep=1%2B1&x=%7e',
  'with an encoded slash': 'https://app.example%2Fcallback?keep=1%2B1&x=%7e',
  'with backslashes': 'https:\\\\app.example\\callback?keep=1%2B1&x=%7e',
  'with a space after it': 'https://app.example/callback?keep=1%2B1&x=%7e ',
  'with a line end': 'https://app.example/callback?keep=1%2B1&x=%7e\r\nset-cookie: a=b',
  relative: '/callback',
  script: 'javascript:alert(1)',
  data: 'data:text/html,hello',
  'loopback, for a web client': 'http://127.0.0.1:4711/web',
  'the second one, with another port': 'http://localhost:3001/second',
}

/** For the native client, which registered http://127.0.0.1/cb?a=1, http://[::1]:9/cb and com.example.app:/cb. */
const native: Record<string, boolean> = {
  'http://127.0.0.1/cb?a=1': true,
  'http://127.0.0.1:1/cb?a=1': true,
  'http://127.0.0.1:65535/cb?a=1': true,
  'http://[::1]/cb': true,
  'http://[::1]:8000/cb': true,
  'com.example.app:/cb': true,
  'http://127.0.0.1:99999/cb?a=1': false,
  'http://127.0.0.1:/cb?a=1': false,
  'http://127.0.0.1:80@evil.example/cb?a=1': false,
  'http://127.0.0.1.evil.example/cb?a=1': false,
  'http://127.0.0.1:8000/cb': false,
  'http://127.0.0.1:8000/cb?a=2': false,
  'http://127.0.0.1:8000/CB?a=1': false,
  'http://127.0.0.2:8000/cb?a=1': false,
  'http://localhost:8000/cb?a=1': false,
  'https://127.0.0.1:8000/cb?a=1': false,
  'http://[::1]:8000/cb#': false,
  'com.example.app://cb': false,
  'COM.example.app:/cb': false,
}

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`redirect URIs, on ${engine}`, () => {
    const registered = `${callback}?keep=1%2B1&x=%7e`
    let gatehouse: TestApp
    let app: Application
    let browser: TinyBrowser
    before(async () => {
      gatehouse = await testApp(engine, { DEMO_HELP: 'false' })
      const first = { scope: 'openid read', policy: { consent: 'skip' } }
      await gatehouse.addClient({ ...first, client_id: 'app', redirect_uris: [registered, 'http://localhost:3000/second'] }, 'secret')
      await gatehouse.addClient({ ...first, client_id: 'single', redirect_uris: [callback] }, 'secret')
      await gatehouse.addClient(
        {
          ...first,
          client_id: 'native',
          application_type: 'native',
          redirect_uris: ['http://127.0.0.1/cb?a=1', 'http://[::1]:9/cb', 'com.example.app:/cb'],
        },
        'secret',
      )
      await gatehouse.addAccount({ username: alice.username }, alice.password)
      app = application(gatehouse, { id: 'app', secret: 'secret', redirectUri: registered })
      browser = gatehouse.browser()
      await app.arrive(browser)
    })
    after(() => gatehouse.close())

    async function refusedWithPage(fields: Fields) {
      for (const mode of [undefined, 'form_post']) {
        const landing = await browser.open(app.url({ response_mode: mode, ...fields }))
        assert.equal(landing.status, 400)
        assert.equal(landing.url.origin, gatehouse.issuer)
        assert.match(landing.html, /id="error-code">invalid_request</)
        assert.doesNotMatch(landing.html, /evil/)
      }
    }

    for (const [name, uri] of Object.entries(strangers)) test(`not registered: ${name}`, () => refusedWithPage({ redirect_uri: uri }))

    test('the registered URI is unchanged, including its query', async () => {
      const { url } = await browser.open(app.url())
      assert.ok(url.href.startsWith(`${registered}&code=gth_ac_`), url.href)
    })

    for (const [uri, good] of Object.entries(native)) {
      test(`native: ${uri} is ${good ? 'taken' : 'refused'}`, async () => {
        if (!good) return refusedWithPage({ client_id: 'native', redirect_uri: uri })
        const { url } = await browser.open(app.url({ client_id: 'native', redirect_uri: uri }))
        assert.equal(url.protocol, new URL(uri).protocol)
        assert.equal(url.host, new URL(uri).host)
        assert.match(url.searchParams.get('code') as string, /^gth_ac_/)
      })
    }

    test('missing, with several registered', () => refusedWithPage({ redirect_uri: undefined, scope: 'read' }))
    test('missing, in an OpenID request', () => refusedWithPage({ client_id: 'single', redirect_uri: undefined }))
    test('missing, with one registered: there, and the token request need not name it', async () => {
      const landing = await browser.open(app.url({ client_id: 'single', redirect_uri: undefined, scope: 'read' }))
      assert.equal(landing.url.origin + landing.url.pathname, callback)
      const single = application(gatehouse, { id: 'single', secret: 'secret' })
      const { code = '' } = told(landing)
      assert.equal((await single.redeem(code, { redirect_uri: 'https://app.example/other' })).body.error, 'invalid_grant')
      assert.equal((await single.redeem(code, { redirect_uri: undefined })).status, 200)
    })

    for (const [name, uri] of Object.entries({ 'left out': undefined, another: 'http://localhost:3000/second', 'a part': callback })) {
      test(`at the token endpoint: ${name}`, async () => {
        const code = await app.code(browser)
        assert.equal((await app.redeem(code, { redirect_uri: uri })).body.error, 'invalid_grant')
        assert.equal((await app.redeem(code)).status, 200) // a mismatch does not spend it
      })
    }

    test('a redirect URI that cannot be registered', async () => {
      for (const uri of [
        'http://127.0.0.1.evil.example/cb',
        'http://localhost@evil.example/',
        'http://localhostile.example/',
        'http://app.example/',
        'https://a.example/#f',
        'https://u:p@a.example/',
        '/relative',
        'app:/cb',
        'com.example.app:/cb',
      ])
        await assert.rejects(gatehouse.addClient({ client_id: 'x', redirect_uris: [uri] }), uri)
    })
  })
}
