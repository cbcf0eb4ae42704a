/** Asking for a stronger sign-in — RFC 9470 §4, OpenID Connect Core §3.1.2.1 (acr_values, max_age). */
import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { type AuthenticatorApp, withApp } from '../authenticator-app.ts'
import { engines } from '../postgres.ts'
import type { Landing, TinyBrowser } from '../tiny-browser.ts'
import { type Application, application, callback, claimsOf, type Person, shows, told } from './application.ts'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`step-up, on ${engine}`, () => {
    let gatehouse: TestApp
    let web: Application
    let who: Person
    let subject: string
    let app: AuthenticatorApp
    let browser: TinyBrowser
    let people = 0
    before(async () => {
      gatehouse = await testApp(engine)
      const client = { redirect_uris: [callback], scope: 'openid', policy: { consent: 'skip' } }
      await gatehouse.addClient({ ...client, client_id: 'web' }, 'secret')
      await gatehouse.addClient({ ...client, client_id: 'bank', default_acr_values: ['aal2'] }, 'secret')
      web = application(gatehouse, { id: 'web', secret: 'secret' })
    })
    after(() => gatehouse.close())
    /** Somebody who signed in by a password and set up an app only then. */
    beforeEach(async () => {
      people += 1
      who = { username: `ada${people}`, password: 'the analytical engine' }
      subject = await gatehouse.addAccount({ username: who.username }, who.password)
      browser = gatehouse.browser()
      await web.arrive(browser, {}, who)
      ;({ app } = await withApp(gatehouse.root, subject, gatehouse.now()))
      gatehouse.advance(60)
    })

    const tokensOf = async (landing: Landing) => (await web.redeem(told(landing)['code'] ?? assert.fail(landing.html))).body
    const idToken = async (landing: Landing) => claimsOf((await tokensOf(landing)).id_token)

    test('only the second factor is asked for, and the session goes on under another id', async () => {
      const before = await idToken(await browser.open(web.url()))
      assert.deepEqual([before.acr, before.amr], ['aal1', ['pwd']])
      const cookie = browser.cookies.get('gatehouse-session') as string
      assert.ok(shows(await browser.open(web.url({ acr_values: 'aal2' })), 'second-factor'))
      const tokens = await tokensOf(await browser.submit('second-factor', { code: app.at(gatehouse.now()) }))
      const after = claimsOf(tokens.id_token)
      assert.deepEqual([after.acr, after.amr, after.sub], ['aal2', ['pwd', 'otp', 'mfa'], subject])
      assert.equal(after.auth_time, before.auth_time, 'the password is as old as it was')
      assert.notEqual(after.sid, before.sid)
      assert.equal(claimsOf(tokens.access_token).acr, 'aal2')
      assert.equal(claimsOf(tokens.access_token).auth_time, before.auth_time)
      assert.ok(told(await browser.open(web.url({ acr_values: 'aal2', prompt: 'none' })))['code'])
      browser.cookies.set('gatehouse-session', cookie)
      assert.equal(told(await browser.open(web.url({ prompt: 'none' })))['error'], 'login_required', 'the old id is not valid')
    })

    const asked: [name: string, fields: Record<string, string>, shown: 'second-factor' | 'sign-in' | 'nothing'][] = [
      ['nothing', {}, 'nothing'],
      ['what there is', { acr_values: 'aal1' }, 'nothing'],
      ['what there is, rather than more', { acr_values: 'aal1 aal2' }, 'nothing'],
      ['more, rather than what there is', { acr_values: 'aal2 aal1' }, 'second-factor'],
      ['something unknown', { acr_values: 'urn:example:gold' }, 'nothing'],
      ['something unknown, or else more', { acr_values: 'urn:example:gold aal2' }, 'second-factor'],
      ['more, by the registration of the client', { client_id: 'bank' }, 'second-factor'],
      ['more, and a fresh sign-in', { acr_values: 'aal2', prompt: 'login' }, 'sign-in'],
      ['more, and a sign-in not so old', { acr_values: 'aal2', max_age: '59' }, 'sign-in'],
      ['more, and a sign-in as old as this', { acr_values: 'aal2', max_age: '60' }, 'second-factor'],
    ]
    for (const [name, fields, shown] of asked)
      test(`asked for ${name}: ${shown}`, async () => {
        const landing = await browser.open(web.url(fields))
        assert.ok(shown === 'nothing' ? told(landing)['code'] : shows(landing, shown), landing.html)
        if (fields['prompt'] === undefined)
          assert.equal(
            told(await browser.open(web.url({ ...fields, prompt: 'none' })))['error'],
            shown === 'nothing' ? undefined : 'login_required',
          )
      })

    test('a fresh sign-in gives both: the time of now, and the class', async () => {
      await browser.open(web.url({ acr_values: 'aal2', max_age: '0' }))
      assert.ok(shows(await browser.submit('sign-in', { ...who }), 'second-factor'))
      const { acr, auth_time } = await idToken(await browser.submit('second-factor', { code: app.at(gatehouse.now()) }))
      assert.deepEqual([acr, auth_time], ['aal2', gatehouse.now()])
    })

    test('a second factor is not a new sign-in', async () => {
      const page = await browser.open(web.url({ acr_values: 'aal2' }))
      gatehouse.advance(30)
      await browser.submit('second-factor', { code: app.at(gatehouse.now()) })
      assert.equal(told(await browser.open(web.url({ max_age: '60', prompt: 'none' })))['error'], 'login_required')
      assert.equal((await browser.open(page.url.href)).status, 400, 'the visit has ended')
    })

    test('who has no second factor goes on with what there is, and the token says so', async () => {
      const plain = { username: `plain${people}`, password: 'a plain old password' }
      await gatehouse.addAccount({ username: plain.username }, plain.password)
      const { acr } = await idToken(await web.arrive(gatehouse.browser(), { acr_values: 'aal2' }, plain))
      assert.equal(acr, 'aal1')
    })

    test('introspection returns class and time too', async () => {
      const { access_token } = await tokensOf(await browser.open(web.url()))
      const { body } = await web.post('/introspect', { token: access_token })
      assert.deepEqual([body.acr, body.auth_time], ['aal1', gatehouse.now() - 60])
    })

    test('metadata names the classes, weakest first', async () => {
      const document = await (await fetch(`${gatehouse.issuer}/.well-known/openid-configuration`)).json()
      assert.deepEqual((document as { acr_values_supported: string[] }).acr_values_supported, ['aal1', 'aal2'])
    })
  })
}
