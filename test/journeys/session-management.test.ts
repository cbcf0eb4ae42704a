/** Applications that compare what the browser is signed in as — OpenID Connect Session Management 1.0. The frame itself is tried in a real browser. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { browserState } from '../../src/protocol/browser-state.ts'
import { sessionState } from '../../src/protocol/check-session-page.ts'
import { cookieJar } from '../../src/web/http/cookies.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import type { TinyBrowser } from '../tiny-browser.ts'
import { type TwoNodes, twoNodes } from '../two-nodes.ts'
import { type Application, alice, application, call, callback, told } from './application.ts'

const on = { FEATURES_SESSION_MANAGEMENT: 'true' }
const { origin } = new URL(callback)

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`session management, on ${engine}`, () => {
    let gatehouse: TestApp
    let app: Application
    before(async () => {
      gatehouse = await testApp(engine, on)
      const members = { redirect_uris: [callback], scope: 'openid profile', response_types: ['code', 'none'] }
      await gatehouse.addClient({ ...members, client_id: 'app', policy: { consent: 'skip' } }, 'secret')
      await gatehouse.addClient({ redirect_uris: ['com.example.app:/callback'], application_type: 'native', client_id: 'native' }, 'secret')
      await gatehouse.addAccount({ username: alice.username }, alice.password)
      await gatehouse.addAccount({ username: 'bob1' }, alice.password)
      app = application(gatehouse, { id: 'app', secret: 'secret' })
    })
    after(() => gatehouse.close())

    const stateIn = ({ cookies }: TinyBrowser) => cookies.get('gatehouse-state')
    /** Whether the frame of this browser would find the state unchanged. */
    function isUnchanged(browser: TinyBrowser, told: string | undefined): boolean {
      const salt = told!.split('.')[1] as string
      return sessionState({ clientId: 'app', origin, state: stateIn(browser) as string, salt }) === told
    }

    test('the response has a state that fits the cookie of the browser, and another salt each time', async () => {
      const browser = gatehouse.browser()
      const first = told(await app.arrive(browser))['session_state']
      const second = told(await browser.open(app.url({ prompt: 'none' })))['session_state']
      assert.match(first!, /^[\w-]{43}\.[\w-]+$/)
      assert.notEqual(first, second)
      assert.ok(isUnchanged(browser, first) && isUnchanged(browser, second))
      const session = browser.cookies.get('gatehouse-session') as string
      assert.equal(stateIn(browser), browserState([session]))
      assert.ok(!stateIn(browser)!.includes(session.slice(7)), 'what scripts read is not the secret')
    })

    test('it changes when somebody signs out, in, or in beside', async () => {
      const browser = gatehouse.browser()
      const first = told(await app.arrive(browser))['session_state']
      await browser.open(app.url({ prompt: 'login' }))
      const beside = told(await browser.submit('sign-in', { username: 'bob1', password: alice.password }))['session_state']
      assert.ok(!isUnchanged(browser, first) && isUnchanged(browser, beside))
      await browser.open('/logout')
      await browser.submit('sign-out', { answer: 'yes' })
      assert.equal(isUnchanged(browser, beside), false)
    })

    test('a refusal, a plain OAuth response and a page of a native app have none', async () => {
      assert.equal(told(await gatehouse.browser().open(app.url({ prompt: 'none' })))['session_state'], undefined)
      const browser = gatehouse.browser()
      assert.equal(told(await app.arrive(browser, { scope: 'profile' }))['session_state'], undefined)
      const native = application(gatehouse, { id: 'native', secret: 'secret', redirectUri: 'com.example.app:/callback' })
      const { code, session_state } = told(await native.arrive(browser))
      assert.deepEqual([typeof code, session_state], ['string', undefined])
      assert.equal(typeof told(await browser.open(app.url({ response_type: 'none' })))['session_state'], 'string')
    })

    test('the page may be framed, and runs its one script; no other page may', async () => {
      const { headers, text, status } = await call(`${gatehouse.issuer}/check_session`)
      assert.deepEqual([status, headers.get('content-type'), headers.get('x-frame-options')], [200, 'text/html; charset=utf-8', null])
      const policy = headers.get('content-security-policy') as string
      assert.match(policy, /^default-src 'none'; script-src 'sha256-[\w+/]{43}='; base-uri 'none'; form-action 'none'; frame-ancestors \*$/)
      assert.ok(text.includes('data-cookie="gatehouse-state"'))
      assert.equal((await call(app.url())).headers.get('x-frame-options'), 'DENY')
      const document = (await call(`${gatehouse.issuer}/.well-known/openid-configuration`)).body
      assert.equal(document.check_session_iframe, `${gatehouse.issuer}/check_session`)
    })
  })

  suite(`session management on two nodes, on ${engine}`, () => {
    let nodes: TwoNodes
    before(async () => {
      nodes = await twoNodes(engine, on)
    })
    after(() => nodes.close())

    test('a state of one fits the cookie that the other has set', async () => {
      await nodes.one.addClient({ client_id: 'app', redirect_uris: [callback], policy: { consent: 'skip' } }, 'secret')
      await nodes.one.addAccount({ username: alice.username }, alice.password)
      const browser = nodes.one.browser()
      await application(nodes.one, { id: 'app', secret: 'secret' }).arrive(browser)
      const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      const url = application({ issuer: nodes.other }, { id: 'app' }).url({ prompt: 'none' })
      const { headers } = await call(url, { headers: { cookie } })
      const [, salt = ''] = new URL(headers.get('location') as string).searchParams.get('session_state')!.split('.')
      const state = browser.cookies.get('gatehouse-state') as string
      assert.equal(
        new URL(headers.get('location') as string).searchParams.get('session_state'),
        sessionState({ clientId: 'app', origin, state, salt }),
      )
    })
  })
}

test('without the switch there is no state, no cookie and no page', async () => {
  const gatehouse = await testApp('sqlite')
  try {
    await gatehouse.addClient({ client_id: 'app', redirect_uris: [callback] }, 'secret')
    await gatehouse.addAccount({ username: alice.username }, alice.password)
    const browser = gatehouse.browser()
    const { session_state } = told(await application(gatehouse, { id: 'app', secret: 'secret' }).arrive(browser))
    assert.deepEqual([session_state, browser.cookies.has('gatehouse-state')], [undefined, false])
    assert.equal((await call(`${gatehouse.issuer}/check_session`)).status, 404)
  } finally {
    await gatehouse.close()
  }
})

test('the cookie can be read in frames of other sites on https, and only by scripts of the same site elsewhere', () => {
  const stateOf = (secure: boolean, sessions: string[]) =>
    cookieJar({ slug: 'acme', secure, maxAge: 60, withState: true })
      .write({ sessions }, undefined)
      .filter((cookie) => cookie.includes('gatehouse-state'))
  const state = browserState(['secret'])
  assert.deepEqual(stateOf(true, ['secret']), [`__Host-gatehouse-state-acme=${state}; Path=/; SameSite=None; Secure; Max-Age=60`])
  assert.deepEqual(stateOf(false, []), ['gatehouse-state-acme=none; Path=/; SameSite=Lax; Max-Age=60'])
})
