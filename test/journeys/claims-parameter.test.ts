/** Claims requested one by one — OpenID Connect Core §5.5, OpenID Connect Core Unmet Authentication Requirements. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { withApp } from '../authenticator-app.ts'
import { engines } from '../postgres.ts'
import { type Application, alice, application, call, callback, challenge, claimsOf, shows, told } from './application.ts'
import { aClientKey, signedWith } from './signed-by-clients.ts'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`the claims parameter, on ${engine}`, () => {
    let gatehouse: TestApp
    let app: Application
    let narrow: Application
    let opaque: Application
    let subject: string
    before(async () => {
      gatehouse = await testApp(engine)
      const claims = { name: 'Alice', phone_number: '+12025550123', locale: 'en' }
      subject = await gatehouse.addAccount({ username: alice.username, email: 'alice@example.com', claims }, alice.password)
      await gatehouse.addAccount({ username: 'bob' }, alice.password)
      const client = {
        redirect_uris: [callback],
        grant_types: ['authorization_code', 'refresh_token'],
        scope: 'openid profile email offline_access',
      }
      await gatehouse.addClient({ ...client, client_id: 'app' }, 'secret')
      await gatehouse.addClient({ ...client, client_id: 'narrow', scope: 'openid', policy: { consent: 'skip' } }, 'secret')
      await gatehouse.addClient({ ...client, client_id: 'opaque', access_token_format: 'opaque', policy: { consent: 'skip' } }, 'secret')
      ;[app, narrow, opaque] = ['app', 'narrow', 'opaque'].map((id) => application(gatehouse, { id, secret: 'secret' })) as [
        Application,
        Application,
        Application,
      ]
    })
    after(() => gatehouse.close())

    const userinfo = async (token: string) =>
      (await call(`${gatehouse.issuer}/userinfo`, { headers: { authorization: `Bearer ${token}` } })).body
    const asked = (claims: unknown, more: Record<string, string> = {}) => ({ claims: JSON.stringify(claims), ...more })

    test('the person is asked for what the claims need, once, and each claim is told where it was requested', async () => {
      const browser = gatehouse.browser()
      const fields = asked(
        { id_token: { email: { essential: true }, nonsense: null }, userinfo: { name: null, phone_number: null } },
        { scope: 'openid offline_access' },
      )
      await browser.open(app.url(fields))
      const page = await browser.submit('sign-in', { ...alice })
      assert.ok(shows(page, 'consent'))
      for (const words of ['See your email address', 'See your profile']) assert.match(page.html, new RegExp(words))
      assert.doesNotMatch(page.html, /telephone/, 'the client is not registered for it')
      const { body } = await app.redeem(told(await browser.submit('consent', { answer: 'allow' }))['code'] as string)
      assert.equal(body.scope, 'openid offline_access')
      const idToken = claimsOf(body.id_token)
      assert.deepEqual([idToken.email, idToken.name, idToken.nonsense], ['alice@example.com', undefined, undefined])
      assert.deepEqual(await userinfo(body.access_token), { sub: subject, name: 'Alice' })
      const again = await app.refresh(body.refresh_token)
      assert.equal(claimsOf(again.body.id_token).email, 'alice@example.com')
      assert.deepEqual(await userinfo(again.body.access_token), { sub: subject, name: 'Alice' })
      assert.ok(told(await browser.open(app.url(fields)))['code'], 'it was allowed before')
      assert.equal(told(await browser.open(app.url({ scope: 'openid profile email', prompt: 'none' })))['error'], undefined)
    })

    test('a client gets no claim of a scope that it is not registered for, nor without openid', async () => {
      const tokens = await narrow.tokens(
        gatehouse.browser(),
        asked({ userinfo: { email: { essential: true }, name: null }, id_token: { email: null } }),
      )
      assert.deepEqual(await userinfo(tokens.access_token), { sub: subject })
      assert.equal(claimsOf(tokens.id_token).email, undefined)
    })

    test('an opaque access token tells them, too, and a value that is not the person’s keeps a claim away', async () => {
      const claims = {
        userinfo: { email: { value: 'alice@example.com' }, locale: { values: ['de', 'fr'] }, name: { values: ['Eve', 'Alice'] } },
      }
      const tokens = await opaque.tokens(gatehouse.browser(), asked(claims, { scope: 'openid' }))
      assert.deepEqual(await userinfo(tokens.access_token), { sub: subject, email: 'alice@example.com', name: 'Alice' })
    })

    test('claims go into a pushed and into a signed request', async () => {
      const claims = { userinfo: { email: null } }
      const key = await aClientKey('ES256', 'k')
      await gatehouse.addClient(
        { client_id: 'signing', redirect_uris: [callback], jwks: { keys: [key.jwk] }, policy: { consent: 'skip' } },
        'secret',
      )
      const signing = application(gatehouse, { id: 'signing', secret: 'secret' })
      const fields = {
        client_id: 'signing',
        response_type: 'code',
        redirect_uri: callback,
        scope: 'openid',
        code_challenge: challenge,
        code_challenge_method: 'S256',
      }
      const request = await signedWith(key, { ...fields, aud: gatehouse.issuer, claims })
      const { request_uri } = (await signing.post('/par', { request })).body
      const landing = await signing.arrive(gatehouse.browser(), { request_uri })
      const { body } = await signing.redeem(told(landing)['code'] as string)
      assert.deepEqual(await userinfo(body.access_token), { sub: subject, email: 'alice@example.com' })
    })

    const wrong: [claims: string, description: string][] = [
      ['{', 'claims must be a JSON object of at most 4096 characters'],
      ['[]', 'claims must be a JSON object of at most 4096 characters'],
      ['{"id_token":{},"id_token":{}}', 'claims must be a JSON object of at most 4096 characters'],
      [JSON.stringify({ x: 'x'.repeat(4096) }), 'claims must be a JSON object of at most 4096 characters'],
      ['{"id_token":[]}', 'id_token and userinfo of claims must be objects of claim names, each with null or an object'],
      ['{"userinfo":{"email":true}}', 'id_token and userinfo of claims must be objects of claim names, each with null or an object'],
    ]
    for (const [claims, description] of wrong)
      test(`refused: ${claims.slice(0, 30)}`, async () => {
        const answer = told(await gatehouse.browser().open(app.url({ claims })))
        assert.deepEqual([answer['error'], answer['error_description']], ['invalid_request', description])
      })

    const longest = JSON.stringify({ x: 'x'.repeat(4096 - '{"x":""}'.length) })
    for (const claims of [
      '{}',
      longest,
      '{"id_token":null}',
      '{"other":1}',
      '{"userinfo":{"__proto":null,"constructor":null,"toString":null}}',
    ])
      test(`what nobody understands is ignored: ${claims.slice(0, 80)}`, async () => {
        assert.ok(told(await narrow.arrive(gatehouse.browser(), { claims }))['code'])
      })

    test('sub names who must sign in', async () => {
      const browser = gatehouse.browser()
      const fields = asked({ id_token: { sub: { value: subject } } })
      await browser.open(narrow.url(fields))
      const other = told(await browser.submit('sign-in', { username: 'bob', password: alice.password }))
      assert.equal(other['error'], 'login_required')
      assert.ok(told(await narrow.arrive(gatehouse.browser(), fields))['code'])
      const quiet = told(await browser.open(narrow.url({ ...fields, prompt: 'none' })))
      assert.equal(quiet['error'], 'login_required')
    })

    const acr = (values: string[], essential = true) => asked({ id_token: { acr: { essential, values } } })

    test('sub is one person, at UserInfo as in the ID token', async () => {
      const browser = gatehouse.browser()
      await app.arrive(browser)
      const silently = async (claims: unknown) => told(await browser.open(app.url(asked(claims, { prompt: 'none' }))))
      assert.ok((await silently({ userinfo: { sub: { value: subject } } }))['code'])
      assert.ok(
        (await silently({ id_token: { sub: { values: [subject] } }, userinfo: { sub: { value: subject, essential: true } } }))['code'],
      )
      assert.ok((await silently({ id_token: { sub: { essential: true } } }))['code'])
      assert.equal((await silently({ userinfo: { sub: { value: 'somebody else' } } }))['error'], 'login_required')
      for (const claims of [
        { id_token: { sub: { values: [subject, 'somebody else'] } } },
        { id_token: { sub: { value: subject } }, userinfo: { sub: { value: 'somebody else' } } },
        { id_token: { sub: { value: 5 } } },
      ]) {
        const { error, error_description } = await silently(claims)
        assert.deepEqual([error, error_description], ['invalid_request', 'claims must request sub with one value, which is a text'])
      }
    })

    test('the values of a claim are kept apart by id_token and userinfo', async () => {
      const claims = {
        id_token: { email: { values: ['x@example.com', 'alice@example.com'] }, name: { value: 'Bob', essential: true } },
        userinfo: { email: { value: 'x@example.com' }, name: { essential: true, values: ['Alice'] } },
      }
      const tokens = await app.tokens(gatehouse.browser(), asked(claims))
      const idToken = claimsOf(tokens.id_token)
      assert.deepEqual([idToken.email, idToken.name], ['alice@example.com', undefined])
      assert.deepEqual(await userinfo(tokens.access_token), { sub: subject, name: 'Alice' })
    })

    test('claims for UserInfo need a response type that gives an access token', async () => {
      await gatehouse.app.tenants.set('', { front_channel_tokens: true })
      const types = { response_types: ['id_token', 'code id_token', 'none'], grant_types: ['authorization_code', 'implicit'] }
      const client = { redirect_uris: [callback], scope: 'openid email', policy: { consent: 'skip' } }
      await gatehouse.addClient({ ...client, ...types, client_id: 'implicit' }, 'secret')
      const implicit = application(gatehouse, { id: 'implicit', secret: 'secret' })
      const at = { id_token: { email: null } }
      for (const response_type of ['id_token', 'none']) {
        const fields = { ...asked({ ...at, userinfo: { email: null } }), response_type, nonce: 'n' }
        const { error, error_description } = told(await gatehouse.browser().open(implicit.url(fields)))
        const why = 'claims cannot have userinfo with a response_type that gives no access token'
        assert.deepEqual([error, error_description], ['invalid_request', why])
      }
      const alone = told(await implicit.arrive(gatehouse.browser(), { ...asked(at), response_type: 'id_token', nonce: 'n' }))
      assert.equal(claimsOf(alone['id_token'] as string).email, 'alice@example.com')
      const beside = told(await implicit.arrive(gatehouse.browser(), { ...asked(at), response_type: 'code id_token', nonce: 'n' }))
      assert.equal(claimsOf(beside['id_token'] as string).email, undefined, 'no claims travel through the browser beside a code')
      assert.equal(claimsOf((await implicit.redeem(beside['code'] as string)).body.id_token).email, 'alice@example.com')
    })

    test('an essential acr is reached, or the application is told that it cannot be', async () => {
      const unknown = told(await gatehouse.browser().open(narrow.url(acr(['phr']))))
      assert.deepEqual(
        [unknown['error'], unknown['error_description']],
        ['unmet_authentication_requirements', 'none of the required acr values is offered here; see acr_values_supported'],
      )
      const browser = gatehouse.browser()
      const short = told(await narrow.arrive(browser, acr(['aal2'])))
      assert.deepEqual(
        [short['error'], short['error_description']],
        ['unmet_authentication_requirements', 'this person cannot sign in as strongly as the required acr says'],
      )
      assert.equal(told(await browser.open(narrow.url({ ...acr(['aal2']), prompt: 'none' })))['error'], 'unmet_authentication_requirements')
      assert.ok(told(await browser.open(narrow.url(acr(['aal2'], false))))['code'], 'one that is not essential is only a wish')
      assert.ok(told(await browser.open(narrow.url(acr(['aal1', 'phr']))))['code'])
    })

    test('a stronger sign-in is asked for, and the class that is told is one that was required', async () => {
      const carol = { username: 'carol', password: 'through the looking glass' }
      const id = await gatehouse.addAccount({ username: carol.username }, carol.password)
      const { app: authenticator } = await withApp(gatehouse.root, id, gatehouse.now())
      gatehouse.advance(60)
      const browser = gatehouse.browser()
      await browser.open(narrow.url(acr(['aal2'])))
      assert.ok(shows(await browser.submit('sign-in', carol), 'second-factor'))
      const landing = await browser.submit('second-factor', { code: authenticator.at(gatehouse.now()) })
      assert.equal(claimsOf((await narrow.redeem(told(landing)['code'] as string)).body.id_token).acr, 'aal2')
      const lower = told(await browser.open(narrow.url(acr(['aal1']))))
      assert.equal(claimsOf((await narrow.redeem(lower['code'] as string)).body.id_token).acr, 'aal1')
    })

    test('the metadata says so, and a registration cannot set what tokens remember', async () => {
      const { body } = await call(`${gatehouse.issuer}/.well-known/openid-configuration`, {})
      assert.equal(body.claims_parameter_supported, true)
      const client = { client_id: 'x', redirect_uris: [callback], access_token_claims: { userinfo_claims: { email: null } } }
      await assert.rejects(gatehouse.addClient(client), /can only be set by the server/)
    })
  })
}
