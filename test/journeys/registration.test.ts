/** Clients that register themselves — RFC 7591, OpenID Connect Registration 1.0. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { clientSchema } from '../../src/protocol/client.ts'
import { ofOperator } from '../../src/protocol/registration.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { alice, application, basic, call, callback, encode } from './application.ts'
import { type Asked, asked, bearer } from './json.ts'

const web = { client_name: 'Shop', redirect_uris: [callback] }
const day = 86_400

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`registration of clients, on ${engine}`, () => {
    let gatehouse: TestApp
    before(async () => {
      gatehouse = await testApp(engine, { REGISTRATION_PER_ADDRESS: '1000' })
      await gatehouse.addAccount({ username: alice.username, email: 'alice@example.com' }, alice.password)
    })
    after(() => gatehouse.close())

    const register = (body: unknown, token?: string): Promise<Asked> => asked(`${gatehouse.issuer}/register`, 'POST', body, bearer(token))
    const manage = (told: Asked['body'], method: string, body?: unknown): Promise<Asked> =>
      asked(told.registration_client_uri, method, body, bearer(told.registration_access_token))

    async function initialToken(more: { scope?: string[]; usesLeft?: number } = {}): Promise<string> {
      const { ctx, store } = gatehouse.root
      const token = ctx.tokens.make('ia')
      const hash = ctx.tokens.hash('ia', token) as string
      const made = { id: ctx.id(), label: 'test', scope: undefined, usesLeft: 1, createdAt: ctx.now(), expiresAt: ctx.now() + day, ...more }
      await store.initialAccessTokens.add({ ...made, hash })
      return token
    }

    /** As the application that just registered; signs Alice in. */
    async function tokensOf(body: Asked['body'], redirectUri = callback) {
      const app = application(gatehouse, { id: body.client_id, secret: body.client_secret, redirectUri })
      return app.tokens(gatehouse.browser())
    }

    test('the least a client can say is enough, and the answer says all that holds', async () => {
      const { status, headers, body } = await register({ ...web, unknown: 'ignored', logo_uri: null })
      assert.equal(status, 201)
      assert.equal(headers.get('cache-control'), 'no-store')
      assert.match(body.client_secret, /^gth_cs_/)
      assert.equal(body.client_secret_expires_at, 0)
      assert.equal(body.client_id_issued_at, gatehouse.now())
      assert.deepEqual(
        [body.client_name, body.redirect_uris, body.grant_types, body.response_types, body.token_endpoint_auth_method, body.scope],
        ['Shop', [callback], ['authorization_code'], ['code'], 'client_secret_basic', 'openid profile email'],
      )
      for (const name of ['unknown', 'policy', 'logo_uri', 'localizations']) assert.ok(!(name in body), name)
      assert.ok((await tokensOf(body)).id_token)
    })

    test('every member of the one client schema is either for the client to say or the operator’s', () => {
      const own = Object.keys(clientSchema.shape).filter((name) => !ofOperator.some((other) => other === name))
      assert.deepEqual(own.toSorted(), [...registrable].toSorted())
    })

    test('what only an operator may set is ignored', async () => {
      const { body } = await register({
        ...web,
        policy: { consent: 'skip', pkce: 'optional' },
        access_token_claims: { role: 'superadmin' },
      })
      const { policy, access_token_claims } = (await gatehouse.root.store.clientsAdmin.find(body.client_id))!
      assert.deepEqual([policy.consent, policy.pkce, access_token_claims], ['ask', 'required', {}])
    })

    test('an app on its own device is native without saying so', async () => {
      const { body } = await register({ redirect_uris: ['http://127.0.0.1/callback'], token_endpoint_auth_method: 'none' })
      assert.deepEqual([body.application_type, body.client_secret], ['native', undefined])
      const app = application(gatehouse, { id: body.client_id, redirectUri: 'http://127.0.0.1:49152/callback' })
      assert.ok(await app.code(gatehouse.browser()))
    })

    const bye = { post_logout_redirect_uris: [callback] }
    test('names in other languages are stored, and shown to people who read them', async () => {
      const { status, body } = await register({ ...web, ...bye, 'client_name#de': 'Laden', 'client_name#ja-Jpan-JP': '店' })
      assert.deepEqual([status, body['client_name#de'], body['client_name#ja-Jpan-JP']], [201, 'Laden', '店'])
      const app = application(gatehouse, { id: body.client_id, secret: body.client_secret })
      for (const [ui_locales, name] of [
        ['de-AT en', 'Laden'],
        ['fr ja-Jpan-JP', '店'],
        ['fr', 'Shop'],
      ] as const) {
        const browser = gatehouse.browser()
        assert.ok((await browser.open(app.url({ ui_locales }))).html.includes(`Sign in to <bdi>${name}</bdi>`), ui_locales)
        await app.arrive(browser, { ui_locales })
        const silent = await browser.open(app.url({ ui_locales, response_mode: 'form_post', prompt: 'none' }))
        assert.ok(silent.html.includes(name), 'without a page in between, too')
        const logout = new URLSearchParams({ client_id: app.id, ui_locales, post_logout_redirect_uri: callback })
        await browser.open(`${gatehouse.issuer}/logout?${logout}`)
        const left = await browser.submit('sign-out', { answer: 'yes' })
        assert.ok(left.html.includes(name), `signed out, ${ui_locales}`)
      }
    })

    test('a sign-up and a registration share the path, and are distinguished by their bodies', async () => {
      const signUp = { tenant_slug: 'nobody', username: 'bob', email: 'bob@example.com', password: 'a long password' }
      const there = await asked(`${gatehouse.issuer}/register`, 'POST', signUp)
      assert.deepEqual([there.status, there.headers.get('content-type'), there.body.code], [404, 'application/problem+json', 'not_found'])
      assert.equal((await register(web)).status, 201)
    })

    const bad: [name: string, body: unknown, code: string, description: RegExp][] = [
      ['a list', [], 'invalid_client_metadata', /^the body must be one JSON object, with each name once$/],
      ['nothing to return to', {}, 'invalid_redirect_uri', /^redirect_uris at least one is needed/],
      ['a redirect URI that is none', { redirect_uris: ['x'] }, 'invalid_redirect_uri', /^redirect_uris\.0 must be an absolute URI$/],
      ['a fragment', { redirect_uris: [`${callback}#x`] }, 'invalid_redirect_uri', /must have no fragment/],
      ['a wildcard', { redirect_uris: ['https://*.example/'] }, 'invalid_redirect_uri', /must have no \*: it is compared as it stands/],
      [
        'a code of its own',
        { redirect_uris: [`${callback}?code=1`] },
        'invalid_redirect_uri',
        /must not carry a parameter of an authorization response/,
      ],
      ['a state of its own', { redirect_uris: [`${callback}?a=b&state=1`] }, 'invalid_redirect_uri', /must not carry/],
      ['an issuer of its own', { redirect_uris: [`${callback}?iss=1`] }, 'invalid_redirect_uri', /must not carry/],
      ['script', { redirect_uris: ['javascript:alert(1)'] }, 'invalid_redirect_uri', /private-use scheme must be a reversed domain name/],
      ['data', { redirect_uris: ['data:text/html,x'] }, 'invalid_redirect_uri', /private-use scheme/],
      ['plain http', { redirect_uris: ['http://app.example/'] }, 'invalid_redirect_uri', /must be https/],
      [
        'a grant type of machines',
        { ...web, grant_types: ['client_credentials'] },
        'invalid_client_metadata',
        /^grant_types has a value that needs an initial access token$/,
      ],
      [
        'a response type without its grant type',
        { ...web, grant_types: ['refresh_token'], response_types: ['code'] },
        'invalid_client_metadata',
        /^grant_types must have authorization_code for the response type code$/,
      ],
      ['a grant type that nobody has', { ...web, grant_types: ['x'] }, 'invalid_client_metadata', /^grant_types must be one of /],
      [
        'a scope beyond',
        { ...web, scope: 'openid admin:users:read' },
        'invalid_client_metadata',
        /^scope has a value that clients which register here cannot have$/,
      ],
      [
        'a method that nobody has',
        { ...web, token_endpoint_auth_method: 'x' },
        'invalid_client_metadata',
        /^token_endpoint_auth_method must be one of /,
      ],
      ['no keys', { ...web, token_endpoint_auth_method: 'private_key_jwt' }, 'invalid_client_metadata', /^jwks is needed/],
      [
        'a private key',
        { ...web, jwks: { keys: [{ kty: 'oct', k: 'x' }] } },
        'invalid_client_metadata',
        /^jwks\.keys\.0 must be a public key$/,
      ],
      ['a language that is none', { ...web, 'client_name#<x>': 'x' }, 'invalid_client_metadata', /^localizations /],
      [
        'an address that is none',
        { ...web, 'logo_uri#de': 'javascript:x' },
        'invalid_client_metadata',
        /^localizations must have absolute http or https URLs/,
      ],
      [
        'a start without TLS',
        { ...web, initiate_login_uri: 'http://app.example/' },
        'invalid_client_metadata',
        /^initiate_login_uri must be https$/,
      ],
      [
        'pairwise across hosts',
        { redirect_uris: [callback, 'https://other.example/'], subject_type: 'pairwise' },
        'invalid_client_metadata',
        /^sector_identifier_uri is needed/,
      ],
      ['text where a list is needed', { ...web, redirect_uris: callback }, 'invalid_redirect_uri', /^redirect_uris /],
    ]
    for (const [name, body, code, description] of bad) {
      test(`refused: ${name}`, async () => {
        const { status, body: told } = await register(body)
        assert.deepEqual([status, told.error], [400, code])
        assert.match(told.error_description, description)
      })
    }

    test('a body that is not JSON, or has a duplicate name, is refused', async () => {
      for (const raw of ['{', '{"client_name":"a","client_name":"b","redirect_uris":["https://a.example/"]}']) {
        const { status, body } = await asked(`${gatehouse.issuer}/register`, 'POST', {}, {}, raw)
        assert.deepEqual([status, body.error], [400, 'invalid_client_metadata'])
      }
      const form = await call(`${gatehouse.issuer}/register`, { body: encode({ client_name: 'x' }) })
      assert.deepEqual([form.status, form.body.error_description], [415, 'send the body as application/json'])
    })

    test('an initial access token registers as many clients as it may, with its own scopes and any grant type', async () => {
      const token = await initialToken({ scope: ['orders:read'], usesLeft: 2 })
      const machine = { grant_types: ['client_credentials'], scope: 'orders:read' }
      const { status, body } = await register(machine, token)
      assert.equal(status, 201)
      const header = { authorization: basic(body.client_id, body.client_secret) }
      const issued = await call(`${gatehouse.issuer}/token`, { body: 'grant_type=client_credentials', headers: header })
      assert.deepEqual([issued.status, issued.body.scope], [200, 'orders:read'])
      assert.match((await register({ ...machine, scope: 'openid' }, token)).body.error_description, /^scope has a value/)
      const both = await Promise.all([register(machine, token), register(machine, token)])
      assert.deepEqual(both.map(({ status }) => status).toSorted(), [201, 401])
      assert.equal((await register(machine, token)).body.error_description, 'the initial access token is unknown, expired or used up')
    })

    test('a token that is wrong is refused where anyone could register, too', async () => {
      for (const token of ['nonsense', gatehouse.root.ctx.tokens.make('ia')]) {
        const { status, headers, body } = await register(web, token)
        assert.deepEqual([status, body.error], [401, 'invalid_token'])
        assert.match(headers.get('www-authenticate') ?? '', /^Bearer realm=.*error="invalid_token"/)
      }
      const late = await initialToken()
      gatehouse.advance(day)
      assert.equal((await register(web, late)).status, 401)
    })

    test('until somebody has signed in it is in quarantine: no pictures, a warning, gone after a day', async () => {
      const told = (await register({ ...web, logo_uri: 'https://app.example/logo.png', policy_uri: 'https://app.example/policy' })).body
      const app = application(gatehouse, { id: told.client_id, secret: told.client_secret })
      const browser = gatehouse.browser()
      await browser.open(app.url())
      const consent = await browser.submit('sign-in', { ...alice })
      assert.ok(
        consent.html.includes('id="unproven"') && !consent.html.includes('app.example/logo.png') && !consent.html.includes('/policy'),
      )
      const machine = await app.post('/token', { grant_type: 'client_credentials' })
      assert.equal(machine.body.error, 'unauthorized_client')
      await browser.submit('consent', { answer: 'allow' })
      const later = await browser.open(app.url({ prompt: 'consent' }))
      assert.ok(!later.html.includes('id="unproven"') && later.html.includes('app.example/logo.png'))

      const forgotten = (await register(web)).body
      gatehouse.advance(day)
      const gone = await gatehouse.browser().open(application(gatehouse, { id: forgotten.client_id }).url())
      assert.ok(gone.html.includes('client_id is not registered here'))
      assert.equal((await manage(forgotten, 'GET')).status, 401)
      assert.equal((await manage(told, 'GET')).status, 200)
    })

    test('in quarantine it gets no token for itself, whatever an operator has granted', async () => {
      const { body } = await register(web)
      const { store } = gatehouse.root
      const { status: _, registration: __, ...client } = (await store.clientsAdmin.find(body.client_id))!
      await store.clientsAdmin.replace({ ...clientSchema.parse(metadata(client)), grant_types: ['client_credentials'] })
      const app = application(gatehouse, { id: body.client_id, secret: body.client_secret })
      const refused = await app.post('/token', { grant_type: 'client_credentials' })
      assert.deepEqual(
        [refused.body.error, refused.body.error_description],
        ['unauthorized_client', 'nobody has signed in to this client yet; until then it can only ask people to sign in'],
      )
    })

    test('a client in use stays, one that is not is deleted with what it was allowed', async () => {
      const used = (await register({ ...web, grant_types: ['authorization_code', 'refresh_token'], scope: 'openid offline_access' })).body
      const app = application(gatehouse, { id: used.client_id, secret: used.client_secret, scope: 'openid offline_access' })
      let { refresh_token } = await app.tokens(gatehouse.browser())
      for (const _ of [1, 2, 3, 4]) {
        gatehouse.advance(29 * day)
        const { status, body } = await app.refresh(refresh_token)
        assert.equal(status, 200)
        refresh_token = body.refresh_token
      }
      gatehouse.advance(90 * day)
      assert.equal((await manage(used, 'GET')).status, 401)
      assert.equal((await app.refresh(refresh_token)).body.error, 'invalid_client')
    })
  })
}

const metadata = (client: object) => Object.fromEntries(Object.entries(client).filter(([name]) => name in clientSchema.shape))

/** What a client may register about itself. A new member of the schema must be added here or to the operator's list. */
const registrable = [
  ...['backchannel_token_delivery_mode', 'backchannel_client_notification_endpoint', 'backchannel_authentication_request_signing_alg'],
  ...['client_id', 'client_name', 'client_uri', 'logo_uri', 'policy_uri', 'tos_uri', 'localizations', 'contacts', 'application_type'],
  ...['redirect_uris', 'post_logout_redirect_uris', 'grant_types', 'response_types', 'jwks', 'token_endpoint_auth_signing_alg'],
  ...['token_endpoint_auth_method', 'scope', 'initiate_login_uri', 'subject_type', 'sector_identifier_uri', 'software_id'],
  ...['software_version', 'default_max_age', 'default_acr_values', 'require_auth_time', 'id_token_signed_response_alg'],
  ...['dpop_bound_access_tokens', 'request_object_signing_alg', 'require_signed_request_object', 'authorization_signed_response_alg'],
  'require_pushed_authorization_requests',
  ...['authorization_encrypted_response_alg', 'authorization_encrypted_response_enc', 'tls_client_certificate_bound_access_tokens'],
  ...['tls_client_auth_subject_dn', 'tls_client_auth_san_dns', 'tls_client_auth_san_uri', 'tls_client_auth_san_ip'],
  ...['tls_client_auth_san_email', 'jwks_uri', 'request_uris', 'software_statement'],
  ...['id_token_encrypted_response_alg', 'id_token_encrypted_response_enc', 'userinfo_signed_response_alg'],
  ...['userinfo_encrypted_response_alg', 'userinfo_encrypted_response_enc', 'backchannel_logout_uri'],
  ...['backchannel_logout_session_required', 'frontchannel_logout_uri', 'frontchannel_logout_session_required'],
]
