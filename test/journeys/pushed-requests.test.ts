/** Pushed authorization requests — RFC 9126. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { type Answer, type Application, alice, application, callback, challenge, type Fields, shows, told } from './application.ts'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`pushed authorization requests, on ${engine}`, () => {
    let gatehouse: TestApp
    let app: Application
    let strict: Application
    let held: Application
    let other: Application
    before(async () => {
      gatehouse = await testApp(engine)
      await gatehouse.addAccount({ username: alice.username }, alice.password)
      const common = { redirect_uris: [callback], scope: 'openid profile', response_types: ['code', 'none'] }
      await gatehouse.addClient({ ...common, client_id: 'app' }, 'secret')
      await gatehouse.addClient({ ...common, client_id: 'strict', policy: { pushed_requests: 'required' } }, 'secret')
      await gatehouse.addClient({ ...common, client_id: 'held', require_pushed_authorization_requests: true }, 'secret')
      await gatehouse.addClient({ ...common, client_id: 'other' }, 'secret')
      ;[app, strict, held, other] = ['app', 'strict', 'held', 'other'].map((id) => application(gatehouse, { id, secret: 'secret' })) as [
        Application,
        Application,
        Application,
        Application,
      ]
    })
    after(() => gatehouse.close())

    const request: Fields = {
      response_type: 'code',
      redirect_uri: callback,
      scope: 'openid',
      state: 'pushed',
      code_challenge: challenge,
      code_challenge_method: 'S256',
    }
    const push = (client: Application, change: Fields = {}): Promise<Answer> => client.post('/par', { ...request, ...change })
    const open = (client: Application, uri: string, more = '') =>
      `${gatehouse.issuer}/authorize?client_id=${client.id}&request_uri=${encodeURIComponent(uri)}${more}`

    async function signIn(client: Application, uri: string, more = '', browser = gatehouse.browser()) {
      let landing = await browser.open(open(client, uri, more))
      if (shows(landing, 'sign-in')) landing = await browser.submit('sign-in', { ...alice })
      return shows(landing, 'consent') ? browser.submit('consent', { answer: 'allow' }) : landing
    }

    test('a pushed request is answered, and parameters besides request_uri are ignored', async () => {
      const pushed = await push(app)
      assert.equal(pushed.status, 201)
      assert.equal(pushed.headers.get('cache-control'), 'no-store')
      assert.ok((pushed.body.expires_in as number) <= 90)
      assert.match(pushed.body.request_uri, /^urn:ietf:params:oauth:request_uri:gth_pr_\w+$/)
      const answer = told(
        await signIn(app, pushed.body.request_uri, '&state=evil&scope=openid%20profile&redirect_uri=https://evil.example'),
      )
      assert.deepEqual([answer['state'], answer['error']], ['pushed', undefined])
      const tokens = await app.redeem(answer['code'] as string)
      assert.equal(tokens.body.scope, 'openid')
    })

    test('a reload does not use it up, its answer does', async () => {
      const { request_uri } = (await push(app)).body
      const browser = gatehouse.browser()
      for (let i = 0; i < 3; i++) assert.ok(shows(await browser.open(open(app, request_uri)), 'sign-in'))
      assert.ok(told(await signIn(app, request_uri, '', browser))['code'])
      assert.equal((await gatehouse.browser().open(open(app, request_uri))).status, 400)
    })

    test('of two sign-ins that it began, one gets a code', async () => {
      const { request_uri } = (await push(app)).body
      const browsers = [gatehouse.browser(), gatehouse.browser()] as const
      for (const browser of browsers) await browser.open(open(app, request_uri))
      const answers = await Promise.all(browsers.map((browser) => browser.submit('sign-in', { ...alice })))
      assert.equal(answers.filter((landing) => told(landing)['code'] !== undefined).length, 1)
    })

    test('a person may take longer to sign in than the request lives', async () => {
      const { request_uri, expires_in } = (await push(app)).body
      const browser = gatehouse.browser()
      await browser.open(open(app, request_uri))
      gatehouse.advance(expires_in + 60)
      assert.ok(told(await browser.submit('sign-in', { ...alice }))['code'])
      const late = (await push(app)).body
      gatehouse.advance(late.expires_in)
      assert.equal((await gatehouse.browser().open(open(app, late.request_uri))).status, 400)
    })

    test('a request of 16384 characters is accepted, and no longer one', async () => {
      const filler = 'x'.repeat(16_384 - JSON.stringify(Object.entries({ ...request, filler: '' })).length)
      assert.equal((await push(app, { filler })).status, 201)
      assert.equal((await push(app, { filler: `${filler}x` })).status, 400)
    })

    test('with response type none it is used up, too', async () => {
      const { request_uri } = (await push(app, { response_type: 'none' })).body
      assert.equal(told(await signIn(app, request_uri))['state'], 'pushed')
      assert.equal((await gatehouse.browser().open(open(app, request_uri))).status, 400)
    })

    test('a client whose policy or registration requires it gets nothing by a plain request', async () => {
      for (const client of [strict, held]) {
        const plain = told(await gatehouse.browser().open(client.url()))
        assert.equal(plain['error_description'], 'this client must push its authorization requests')
        assert.ok(told(await signIn(client, (await push(client)).body.request_uri))['code'])
      }
    })

    test('the request of one client is nothing to another', async () => {
      const { request_uri } = (await push(app)).body
      const landing = await gatehouse.browser().open(open(other, request_uri))
      assert.equal(landing.status, 400)
      assert.match(landing.html, /request_uri is unknown, expired, used or of another client; go back to the application and start again/)
    })

    const refusals: [name: string, change: Fields, code: string, description: RegExp][] = [
      ['a request_uri inside', { request_uri: 'urn:x' }, 'invalid_request', /^a pushed request cannot itself contain a request_uri$/],
      [
        'a redirect URI that is not registered',
        { redirect_uri: 'https://evil.example' },
        'invalid_request',
        /redirect_uri is not registered/,
      ],
      ['a scope that is not registered', { scope: 'openid email' }, 'invalid_scope', /not registered for/],
      [
        'no code_challenge',
        { code_challenge: undefined, code_challenge_method: undefined },
        'invalid_request',
        /code_challenge is missing/,
      ],
      ['an unknown response type', { response_type: 'token' }, 'unsupported_response_type', /response_type is not offered/],
      ['a repeated parameter', { nonce: ['a', 'b'] }, 'invalid_request', /nonce is repeated/],
    ]
    for (const [name, change, code, description] of refusals) {
      test(`${name} is refused when it is pushed`, async () => {
        const { status, body } = await push(app, change)
        assert.deepEqual([status, body.error], [400, code])
        assert.match(body.error_description, description)
      })
    }

    test('who does not authenticate pushes nothing', async () => {
      const answer = await app.post('/par', { ...request, client_id: 'app' }, {})
      assert.deepEqual([answer.status, answer.body.error], [401, 'invalid_client'])
    })

    for (const uri of [
      'urn:ietf:params:oauth:request_uri:x',
      'https://app.example/request',
      `urn:ietf:params:oauth:request_uri:gth_pr_${'A'.repeat(49)}`,
    ])
      test(`${uri} is not a request`, async () => {
        const landing = await gatehouse.browser().open(open(app, uri))
        assert.equal(landing.status >= 400 || told(landing)['error'] !== undefined, true)
      })
  })
}
