/** The page after a logout loads what applications registered — OpenID Connect Front-Channel Logout 1.0. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import type { Landing } from '../tiny-browser.ts'
import { type Application, alice, application, call, callback, claimsOf, encode } from './application.ts'
import { asked } from './json.ts'

const bye = 'https://app.example/bye'
const framesOf = ({ html }: Landing) => Array.from(html.matchAll(/<iframe [^>]*src="([^"]+)"/g), ([, url]) => url!.replaceAll('&amp;', '&'))

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`front-channel logout, on ${engine}`, () => {
    let gatehouse: TestApp
    let apps: Record<'one' | 'two' | 'none', Application>
    before(async () => {
      gatehouse = await testApp(engine)
      await gatehouse.addAccount({ username: alice.username }, alice.password)
      const add = async (id: string, more: object) => {
        const usual = { redirect_uris: [callback, 'https://two.example:8443/callback'], policy: { consent: 'skip' } }
        await gatehouse.addClient({ ...usual, client_id: id, post_logout_redirect_uris: [bye], ...more }, 'secret')
        return application(gatehouse, { id, secret: 'secret' })
      }
      apps = {
        one: await add('one', { frontchannel_logout_uri: 'https://app.example/out?from=op', frontchannel_logout_session_required: true }),
        two: await add('two', { frontchannel_logout_uri: 'https://two.example:8443/out' }),
        none: await add('none', {}),
      }
    })
    after(() => gatehouse.close())
    const logout = (browser: ReturnType<TestApp['browser']>, hint: string, more = {}) =>
      browser.open(`/logout?${encode({ id_token_hint: hint, post_logout_redirect_uri: bye, state: 's', ...more })}`)

    test('discovery says that it is supported, with sid', async () => {
      const { body } = await call(`${gatehouse.issuer}/.well-known/openid-configuration`)
      assert.deepEqual([body.frontchannel_logout_supported, body.frontchannel_logout_session_supported], [true, true])
    })

    test('every application of the session is in a frame with iss and sid, under a policy for their origins alone, and the page goes on', async () => {
      const browser = gatehouse.browser()
      const { sid } = claimsOf((await apps.one.tokens(browser)).id_token)
      const { id_token } = await apps.two.tokens(browser)
      await apps.none.tokens(browser)
      const landing = await logout(browser, id_token)
      const told = new URLSearchParams({ iss: gatehouse.issuer, sid })
      assert.deepEqual(framesOf(landing).sort(), [`https://app.example/out?from=op&${told}`, `https://two.example:8443/out?${told}`])
      const csp = landing.headers.get('content-security-policy') ?? ''
      const sources = /frame-src ([^;]+)/.exec(csp)?.[1]?.split(' ')
      assert.deepEqual(sources?.sort(), ['https://app.example', 'https://two.example:8443'])
      assert.match(landing.html, new RegExp(`<a id="continue" class="button" href="${bye}\\?state=s">`))
      assert.match(landing.html, /<script nonce="[^"]+">[^<]*location\.replace/)
      assert.doesNotMatch(landing.html, /type="module"/)
      assert.match((await browser.open(apps.one.url({ prompt: 'none' }))).url.search, /error=login_required/)
    })

    test('without an application to load, the browser goes back at once; with nowhere to go the page stays', async () => {
      const browser = gatehouse.browser()
      assert.equal((await logout(browser, (await apps.none.tokens(browser)).id_token)).url.href, `${bye}?state=s`)
      const { id_token } = await apps.one.tokens(browser)
      const landing = await logout(browser, id_token, { post_logout_redirect_uri: undefined })
      assert.equal(framesOf(landing).length, 1)
      assert.doesNotMatch(landing.html, /id="continue"|<script/)
    })

    test('signing out everywhere on the account page loads the applications of this browser', async () => {
      const [here, elsewhere] = [gatehouse.browser(), gatehouse.browser()]
      const { sid } = claimsOf((await apps.one.tokens(here)).id_token)
      await apps.two.tokens(elsewhere)
      await here.open('/account/sessions')
      const landing = await here.submit('sessions-end-all')
      assert.deepEqual(framesOf(landing), [`https://app.example/out?from=op&${new URLSearchParams({ iss: gatehouse.issuer, sid })}`])
    })

    test('clients register it themselves, at the origin of a redirect URI', async () => {
      const register = (uri: string) =>
        asked(`${gatehouse.issuer}/register`, 'POST', { redirect_uris: [callback], frontchannel_logout_uri: uri })
      const { status, body } = await register('https://app.example/out')
      assert.deepEqual([status, body.frontchannel_logout_uri], [201, 'https://app.example/out'])
      for (const uri of [
        'https://other.example/out',
        'https://app.example:8443/out',
        'http://app.example/out',
        'https://app.example/out#x',
        '/out',
      ]) {
        const refused = await register(uri)
        assert.deepEqual([refused.status, refused.body.error], [400, 'invalid_client_metadata'], uri)
        assert.match(refused.body.error_description, /^frontchannel_logout_uri /)
      }
    })
  })
}

test('where the feature is off, nothing is loaded or advertised', async () => {
  const gatehouse = await testApp('sqlite', { FEATURES_FRONT_CHANNEL_LOGOUT: 'false' })
  try {
    await gatehouse.addAccount({ username: alice.username }, alice.password)
    const client = { client_id: 'app', redirect_uris: [callback], frontchannel_logout_uri: 'https://app.example/out' }
    await gatehouse.addClient({ ...client, post_logout_redirect_uris: [bye], policy: { consent: 'skip' } }, 'secret')
    const browser = gatehouse.browser()
    const { id_token } = await application(gatehouse, { id: 'app', secret: 'secret' }).tokens(browser)
    const landing = await browser.open(`/logout?${encode({ id_token_hint: id_token, post_logout_redirect_uri: bye })}`)
    assert.equal(landing.url.href, bye)
    const { body } = await call(`${gatehouse.issuer}/.well-known/openid-configuration`)
    assert.equal(body.frontchannel_logout_supported, undefined)
  } finally {
    await gatehouse.close()
  }
})
