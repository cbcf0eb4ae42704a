/** Signing in and allowing without taking anything along — OAuth 2.0 Multiple Response Type Encoding Practices §4. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { type Application, alice, application, callback, shows, told } from './application.ts'

const nothing = { response_type: 'none', code_challenge: undefined, code_challenge_method: undefined }

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`response type none, on ${engine}`, () => {
    let gatehouse: TestApp
    let app: Application
    let subject: string
    before(async () => {
      gatehouse = await testApp(engine)
      await gatehouse.addClient(
        { client_id: 'app', redirect_uris: [callback], response_types: ['code', 'none'], scope: 'openid email' },
        'secret',
      )
      subject = await gatehouse.addAccount({ username: alice.username }, alice.password)
      app = application(gatehouse, { id: 'app', secret: 'secret' })
    })
    after(() => gatehouse.close())

    test('the person signs in and allows; the browser comes back with state and issuer alone; what was allowed stays allowed', async () => {
      const browser = gatehouse.browser()
      await browser.open(app.url({ ...nothing, state: 'x', scope: 'openid email' }))
      assert.ok(shows(await browser.submit('sign-in', { ...alice }), 'consent'))
      const landing = await browser.submit('consent', { answer: 'allow' })
      assert.equal(landing.url.href.split('?')[0], callback)
      assert.deepEqual(told(landing), { state: 'x', iss: gatehouse.issuer })
      assert.deepEqual((await gatehouse.root.store.grants.find('app', subject))?.scope, ['openid', 'email'])
      assert.deepEqual(
        Object.keys(told(await browser.open(app.url({ scope: 'openid email' })))),
        ['code', 'iss'],
        'a code comes without a page',
      )
    })

    test('it may be asked silently, in any response mode, and refused like all others', async () => {
      const browser = gatehouse.browser()
      assert.equal(told(await browser.open(app.url({ ...nothing, prompt: 'none' })))['error'], 'login_required')
      await browser.open(app.url(nothing))
      await browser.submit('sign-in', { ...alice })
      const { url } = await browser.open(app.url({ ...nothing, prompt: 'none', response_mode: 'fragment', state: 'y' }))
      assert.deepEqual(
        [url.search, Object.fromEntries(new URLSearchParams(url.hash.slice(1)))],
        ['', { iss: gatehouse.issuer, state: 'y' }],
      )
      const page = await browser.open(app.url({ ...nothing, prompt: 'login' }))
      const flow = page.url.searchParams.get('flow') as string
      assert.equal(told(await browser.post('/authorize/cancel', { flow }))['error'], 'access_denied')
    })

    test('a visit ends once', async () => {
      const browser = gatehouse.browser()
      const { url } = await browser.open(app.url({ ...nothing, prompt: 'login' }))
      await browser.submit('sign-in', { ...alice })
      assert.equal((await browser.open(url.href)).status, 400)
    })

    test('an application whose users are not asked is given what it asks for, and nothing when it asks for nothing', async () => {
      const own = { redirect_uris: [callback], response_types: ['none'], grant_types: [], policy: { consent: 'skip' } }
      await gatehouse.addClient({ ...own, client_id: 'own', scope: 'openid email' }, 'secret')
      await gatehouse.addClient({ ...own, client_id: 'bare', scope: '' }, 'secret')
      const browser = gatehouse.browser()
      for (const [id, scope] of [
        ['own', ['openid', 'email']],
        ['bare', undefined],
      ] as const) {
        await application(gatehouse, { id, secret: 'secret' }).arrive(browser, { ...nothing, scope: undefined })
        assert.deepEqual((await gatehouse.root.store.grants.find(id, subject))?.scope, scope, id)
      }
    })
  })
}

test('a client cannot be registered for it where it is switched off', async () => {
  const gatehouse = await testApp('sqlite', { FEATURES_RESPONSE_TYPE_NONE: 'false', KEYS_ALGS: 'ES256' })
  try {
    await assert.rejects(
      gatehouse.addClient({ redirect_uris: [callback], response_types: ['none'], id_token_signed_response_alg: 'ES256' }),
      /must be one of code/,
    )
  } finally {
    await gatehouse.close()
  }
})
