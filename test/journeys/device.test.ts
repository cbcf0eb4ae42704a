/** Devices without a browser — RFC 8628. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import * as oidc from 'openid-client'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import type { TinyBrowser } from '../tiny-browser.ts'
import { type Answer, type Application, alice, application, callback, claimsOf, type Fields, shows } from './application.ts'

const grant_type = 'urn:ietf:params:oauth:grant-type:device_code'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`device authorization, on ${engine}`, () => {
    let gatehouse: TestApp
    let tv: Application
    let other: Application
    before(async () => {
      gatehouse = await testApp(engine)
      await gatehouse.addAccount({ username: alice.username }, alice.password)
      const device = { grant_types: [grant_type, 'refresh_token'], response_types: [], scope: 'openid profile offline_access' }
      await gatehouse.addClient({ ...device, client_id: 'tv', client_name: 'Television', token_endpoint_auth_method: 'none' })
      await gatehouse.addClient({ ...device, client_id: 'other' }, 'secret')
      await gatehouse.addClient({ client_id: 'web', redirect_uris: [callback], policy: { consent: 'skip' } }, 'secret')
      tv = application(gatehouse, { id: 'tv' })
      other = application(gatehouse, { id: 'other', secret: 'secret' })
    })
    after(() => gatehouse.close())

    const begin = async (fields: Fields = { scope: 'openid' }) => (await tv.post('/device_authorization', fields)).body
    const poll = (code: string, client = tv): Promise<Answer> => client.post('/token', { grant_type, device_code: code })
    const error = async (code: string, client = tv) => (await poll(code, client)).body.error

    /** The code that the page has filled in is sent. */
    async function typed(browser: TinyBrowser, uri: string) {
      const page = await browser.open(uri)
      return browser.submit('device', { user_code: / name="user_code" value="([^"]+)"/.exec(page.html)![1]! })
    }

    /** To the page that asks whether the device may. */
    async function toConsent(browser: TinyBrowser, uri: string) {
      const landing = await typed(browser, uri)
      return shows(landing, 'sign-in') ? browser.submit('sign-in', { ...alice }) : landing
    }

    test('the whole way: the code is compared, allowed, and redeemed once', async () => {
      const started = await tv.post('/device_authorization', { scope: 'openid offline_access' })
      assert.deepEqual([started.status, started.headers.get('cache-control')], [200, 'no-store'])
      const { device_code, user_code, verification_uri, verification_uri_complete, expires_in, interval } = started.body
      assert.match(user_code, /^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/)
      assert.deepEqual(
        [verification_uri, verification_uri_complete, expires_in, interval],
        [`${gatehouse.issuer}/device`, `${gatehouse.issuer}/device?user_code=${user_code}`, 600, 5],
      )
      assert.equal(await error(device_code), 'authorization_pending')

      const browser = gatehouse.browser()
      const consent = await toConsent(browser, verification_uri_complete)
      assert.ok(shows(consent, 'consent') && consent.html.includes(user_code) && consent.html.includes('Television'))
      assert.match(consent.html, /The request came from .*(127\.0\.0\.1|::1|::ffff)/)
      gatehouse.advance(5)
      assert.equal((await poll(device_code)).body.error_description, 'the person has not answered yet; ask again')
      const done = await browser.submit('consent', { answer: 'allow' })
      assert.deepEqual([done.status, done.html.includes('id="device-allowed"')], [200, true])

      const tokens = await poll(device_code)
      assert.equal(tokens.status, 200)
      assert.ok(tokens.body.access_token && tokens.body.refresh_token)
      assert.equal(claimsOf(tokens.body.id_token).aud, 'tv')
      const again = await poll(device_code)
      assert.deepEqual(
        [again.body.error, again.body.error_description],
        ['invalid_grant', 'device_code was already used; the tokens it gave are revoked'],
      )
      assert.equal((await tv.refresh(tokens.body.refresh_token)).body.error, 'invalid_grant')
    })

    test('the person is asked although the application is the operator’s own, and although they allowed it before', async () => {
      const browser = gatehouse.browser()
      for (const _ of [1, 2]) {
        const { verification_uri_complete } = await begin()
        assert.ok(shows(await toConsent(browser, verification_uri_complete), 'consent'))
        await browser.submit('consent', { answer: 'allow' })
      }
    })

    test('a code may be typed in any way', async () => {
      const { device_code, user_code } = await begin()
      const browser = gatehouse.browser()
      await browser.open(`${gatehouse.issuer}/device`)
      await browser.submit('device', { user_code: ` ${user_code.toLowerCase().replace('-', ' ')} ` })
      await browser.submit('sign-in', { ...alice })
      await browser.submit('consent', { answer: 'allow' })
      assert.equal((await poll(device_code)).status, 200)
    })

    test('who refuses is believed, at the consent and at the sign-in', async () => {
      for (const refuse of [
        async (browser: TinyBrowser, uri: string) => {
          await toConsent(browser, uri)
          return browser.submit('consent', { answer: 'deny' })
        },
        async (browser: TinyBrowser, uri: string) => {
          const page = await typed(browser, uri)
          const flow = /name="flow" value="([^"]+)"/.exec(page.html)![1]!
          return browser.post('/authorize/cancel', { flow })
        },
      ]) {
        const { device_code, verification_uri_complete } = await begin()
        const done = await refuse(gatehouse.browser(), verification_uri_complete)
        assert.deepEqual([done.status, done.html.includes('id="device-refused"')], [200, true])
        const refused = await poll(device_code)
        assert.deepEqual([refused.status, refused.body.error, refused.body.error_description], [400, 'access_denied', 'the person refused'])
      }
    })

    test('a device that polls too soon gets slow_down, and must then wait longer', async () => {
      const { device_code } = await begin()
      assert.equal(await error(device_code), 'authorization_pending')
      const early = await poll(device_code)
      assert.deepEqual(
        [early.body.error, early.body.error_description],
        ['slow_down', 'the device asks too often; wait 5 seconds longer between two requests'],
      )
      gatehouse.advance(5)
      assert.equal(await error(device_code), 'slow_down')
      gatehouse.advance(15)
      assert.equal(await error(device_code), 'authorization_pending')
    })

    test('a request of 16384 characters is accepted, and no longer one', async () => {
      const length = (filler: string) => JSON.stringify(Object.entries({ client_id: tv.id, scope: 'openid', filler })).length
      const filler = 'x'.repeat(16_384 - length(''))
      assert.equal((await tv.post('/device_authorization', { scope: 'openid', filler })).status, 200)
      assert.equal((await tv.post('/device_authorization', { scope: 'openid', filler: `${filler}x` })).status, 400)
    })

    test('an expired code is refused as expired, and is unknown to a person', async () => {
      const { device_code, verification_uri_complete } = await begin()
      const browser = gatehouse.browser()
      await toConsent(browser, verification_uri_complete)
      gatehouse.advance(600)
      assert.equal((await poll(device_code)).body.error_description, 'the device code has expired; start again')
      assert.equal(await error(device_code), 'expired_token')
      const late = await browser.submit('consent', { answer: 'allow' })
      assert.ok(late.html.includes('the device no longer waits; start again on the device'))
      const other = gatehouse.browser()
      const page = await typed(other, verification_uri_complete)
      assert.deepEqual([page.status, page.html.includes('No device is waiting with this code')], [400, true])
    })

    test('of two people who answer, one is believed', async () => {
      const { device_code, verification_uri_complete } = await begin()
      const browsers = [gatehouse.browser(), gatehouse.browser()] as const
      for (const browser of browsers) await toConsent(browser, verification_uri_complete)
      const done = await Promise.all(browsers.map((browser) => browser.submit('consent', { answer: 'allow' })))
      assert.equal(done.filter(({ html }) => html.includes('id="device-allowed"')).length, 1)
      const tokens = await Promise.all([poll(device_code), poll(device_code), poll(device_code)])
      assert.equal(tokens.filter(({ status }) => status === 200).length, 1)
    })

    test('who signs out before the device has fetched its tokens takes the permission back', async () => {
      const { device_code, verification_uri_complete } = await begin()
      const browser = gatehouse.browser()
      await toConsent(browser, verification_uri_complete)
      await browser.submit('consent', { answer: 'allow' })
      const page = await browser.open(`${gatehouse.issuer}/logout`)
      assert.ok(shows(page, 'sign-out'))
      await browser.submit('sign-out', { answer: 'yes' })
      const { body } = await poll(device_code)
      assert.deepEqual(
        [body.error, body.error_description],
        ['invalid_grant', 'device_code was already used, or the sign-in that allowed it has ended'],
      )
    })

    test('user codes cannot be guessed: an address has few tries', async () => {
      const browser = gatehouse.browser()
      const guess = (user_code: string) => browser.post('/device/confirm', { user_code })
      let last = await guess('BBBB-BBBB')
      for (let i = 0; i < 25 && last.status !== 429; i++) last = await guess('BBBB-BBBB')
      assert.equal(last.status, 429)
      assert.ok(Number(last.headers.get('retry-after')) > 0)
      const { user_code } = await begin()
      assert.equal((await guess(user_code)).status, 429, 'not even the right one')
      gatehouse.advance(900)
      assert.equal((await guess((await begin()).user_code)).status, 200)
    })

    test('the form is ours alone', async () => {
      const { user_code } = await begin()
      const foreign = await gatehouse.browser().post('/device/confirm', { user_code }, { 'sec-fetch-site': 'cross-site' })
      assert.equal(foreign.status, 400)
    })

    const refusals: [name: string, ask: () => Promise<Answer>, code: string, description: RegExp][] = [
      [
        'a client that is not registered for it',
        () => application(gatehouse, { id: 'web', secret: 'secret' }).post('/device_authorization', {}),
        'unauthorized_client',
        /^this client is not registered for the grant type of this request$/,
      ],
      ['a scope beyond', () => tv.post('/device_authorization', { scope: 'email' }), 'invalid_scope', /not registered for/],
      [
        'an endless request',
        () => tv.post('/device_authorization', { scope: 'openid', x: 'x'.repeat(17_000) }),
        'invalid_request',
        /^the request is longer than 16384 characters$/,
      ],
      ['no device code', () => tv.post('/token', { grant_type }), 'invalid_request', /^device_code is missing$/],
      [
        'a device code that is none',
        () => poll('nonsense'),
        'invalid_grant',
        /^device_code is unknown or expired, or belongs to another client$/,
      ],
      [
        'the device code of another client',
        async () => poll((await begin()).device_code, other),
        'invalid_grant',
        /^device_code is unknown/,
      ],
      [
        'a device code as an authorization code',
        async () => application(gatehouse, { id: 'web', secret: 'secret' }).redeem((await begin()).device_code),
        'invalid_grant',
        /^code is unknown/,
      ],
    ]
    for (const [name, ask, code, description] of refusals) {
      test(`refused: ${name}`, async () => {
        const { status, body } = await ask()
        assert.deepEqual([status, body.error], [400, code])
        assert.match(body.error_description, description)
      })
    }

    test('the application of a browser cannot ask for what a device gets', async () => {
      const web = application(gatehouse, { id: 'web', secret: 'secret' })
      const landing = await gatehouse.browser().open(web.url({ response_type: 'device' }))
      assert.match(landing.url.search, /error=unsupported_response_type/)
      const mode = await gatehouse.browser().open(web.url({ response_mode: 'device' }))
      assert.match(mode.url.search, /error=invalid_request/)
    })

    test('a client that lost the grant type in the meantime gets nothing', async () => {
      const { verification_uri_complete } = await begin()
      const browser = gatehouse.browser()
      await toConsent(browser, verification_uri_complete)
      const { store } = gatehouse.root
      const before = (await store.clientsAdmin.find('tv'))!
      const { secretHashes: _, sealedSigningSecret: __, tokensFrom: ___, status: ____, ...metadata } = before
      await store.clientsAdmin.replace({ ...metadata, grant_types: ['refresh_token'] })
      const landing = await browser.submit('consent', { answer: 'allow' })
      await store.clientsAdmin.replace(metadata)
      assert.ok(landing.html.includes('this client is not registered for the grant type of this request'))
    })

    test('openid-client, as its documentation shows it', async () => {
      const config = await oidc.discovery(new URL(gatehouse.issuer), 'tv', undefined, oidc.None(), {
        execute: [oidc.allowInsecureRequests],
      })
      const started = await oidc.initiateDeviceAuthorization(config, { scope: 'openid' })
      const browser = gatehouse.browser()
      await toConsent(browser, started.verification_uri_complete!)
      await browser.submit('consent', { answer: 'allow' })
      const tokens = await oidc.pollDeviceAuthorizationGrant(config, { ...started, interval: 0.01 })
      assert.ok(tokens.claims()?.sub)
    })
  })
}
