/** Every parameter of the authorization endpoint — RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1, RFC 9207. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import type { TinyBrowser } from '../tiny-browser.ts'
import {
  type Application,
  alice,
  application,
  call,
  callback,
  challenge,
  claimsOf,
  encode,
  type Fields,
  shows,
  told,
} from './application.ts'

/** What each refused request sends differently, and the error that the client gets. */
const refusals: Record<string, [fields: Fields, error: string]> = {
  'no response_type': [{ response_type: undefined }, 'invalid_request'],
  'empty response_type': [{ response_type: '' }, 'invalid_request'],
  'response_type token': [{ response_type: 'token' }, 'unsupported_response_type'],
  'response_type id_token': [{ response_type: 'id_token' }, 'unsupported_response_type'],
  'response_type code id_token': [{ response_type: 'code id_token' }, 'unsupported_response_type'],
  'response_mode unknown': [{ response_mode: 'pigeon' }, 'invalid_request'],
  'scope known but not registered': [{ scope: 'openid phone' }, 'invalid_scope'],
  'scope of nobody, without openid': [{ scope: 'admin' }, 'invalid_scope'],
  'prompt none with login': [{ prompt: 'none login' }, 'invalid_request'],
  'prompt none with consent': [{ prompt: 'consent none' }, 'invalid_request'],
  'prompt unknown': [{ prompt: 'register' }, 'invalid_request'],
  'prompt none with create': [{ prompt: 'none create' }, 'invalid_request'],
  'max_age negative': [{ max_age: '-1' }, 'invalid_request'],
  'max_age not a number': [{ max_age: 'soon' }, 'invalid_request'],
  'max_age not whole': [{ max_age: '1.5' }, 'invalid_request'],
  'display unknown': [{ display: 'tv' }, 'invalid_request'],
  'id_token_hint garbage': [{ id_token_hint: 'a.b.c' }, 'invalid_request'],
  'request by value': [{ request: 'e30.e30.' }, 'invalid_request_object'],
  'request by reference': [{ request_uri: 'https://app.example/request' }, 'request_uri_not_supported'],
  registration: [{ registration: '{}' }, 'registration_not_supported'],
  'prompt none without a session': [{ prompt: 'none' }, 'login_required'],
  'PKCE missing': [{ code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
  'PKCE method alone': [{ code_challenge: undefined }, 'invalid_request'],
  'PKCE plain': [{ code_challenge_method: 'plain' }, 'invalid_request'],
  'PKCE plain by default': [{ code_challenge_method: undefined }, 'invalid_request'],
  'PKCE challenge too short': [{ code_challenge: challenge.slice(1) }, 'invalid_request'],
  'PKCE challenge too long': [{ code_challenge: `${challenge}A` }, 'invalid_request'],
  'PKCE challenge padded': [{ code_challenge: `${challenge.slice(1)}=` }, 'invalid_request'],
  'resource relative': [{ resource: '/api' }, 'invalid_target'],
  'resource with fragment': [{ resource: 'https://api.example/#x' }, 'invalid_target'],
  'NUL in nonce': [{ nonce: 'a\0b' }, 'invalid_request'],
  'NUL in scope': [{ scope: 'openid\0' }, 'invalid_request'],
  'NUL in an unknown parameter': [{ whatever: '\0' }, 'invalid_request'],
  'state with NUL': [{ state: 'a\0b' }, 'invalid_request'],
  'an unknown parameter twice': [{ whatever: ['1', '2'] }, 'invalid_request'],
  'an unknown parameter of an odd name twice': [{ '"><': ['1', '2'] }, 'invalid_request'],
}
for (const name of [
  'response_type',
  'response_mode',
  'scope',
  'state',
  'nonce',
  'prompt',
  'max_age',
  'display',
  'login_hint',
  'id_token_hint',
])
  refusals[`${name} twice`] = [{ [name]: ['query', 'query'] }, 'invalid_request']
for (const name of ['ui_locales', 'claims_locales', 'acr_values', 'request', 'code_challenge', 'code_challenge_method'])
  refusals[`${name} twice`] = [{ [name]: ['a', 'b'] }, 'invalid_request']

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`the authorization request, on ${engine}`, () => {
    let gatehouse: TestApp
    let app: Application
    let signedIn: TinyBrowser
    before(async () => {
      gatehouse = await testApp(engine)
      await gatehouse.addClient(
        { client_id: 'app', client_name: 'The App', redirect_uris: [callback], scope: 'openid email', policy: { consent: 'skip' } },
        'secret',
      )
      await gatehouse.addClient({ client_id: 'worker', redirect_uris: [callback], grant_types: ['client_credentials'] }, 'secret')
      await gatehouse.addAccount({ username: alice.username, email: 'alice@example.com' }, alice.password)
      app = application(gatehouse, { id: 'app', secret: 'secret' })
      signedIn = gatehouse.browser()
      await app.arrive(signedIn)
    })
    after(() => gatehouse.close())

    for (const [name, [fields, error]] of Object.entries(refusals)) {
      for (const method of ['GET', 'POST'] as const) {
        if (method === 'POST' && error === 'login_required') continue // redirected to a GET first, see below
        test(`${method}, refused to the client: ${name}`, async () => {
          const { location, status, headers } = await ask(method, { state: 'xyz', ...fields })
          assert.equal(status, 303)
          assert.equal(headers.get('cache-control'), 'no-store')
          assert.equal(location.origin + location.pathname, callback)
          assert.equal(location.hash !== '', /token/.test(`${fields['response_type']}`)) // Multiple Response Type Encoding Practices §5
          const answer = told({ url: location, html: '' })
          assert.equal(answer['error'], error)
          assert.match(answer['error_description'] as string, /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/)
          assert.equal(answer['iss'], gatehouse.issuer) // RFC 9207 §2
          assert.equal(answer['state'], [fields['state'] ?? 'xyz'].flat()[0])
          assert.equal(answer['code'], undefined)
        })
      }
    }

    async function ask(method: 'GET' | 'POST', fields: Fields) {
      const url = new URL(app.url(fields))
      const answer = method === 'GET' ? await call(url.href) : await call(`${gatehouse.issuer}/authorize`, { body: url.search.slice(1) })
      return { ...answer, location: new URL(answer.headers.get('location') ?? 'none:') }
    }

    test('a client that may not use the code grant', async () => {
      const { location } = await ask('GET', { client_id: 'worker' })
      assert.equal(location.searchParams.get('error'), 'unauthorized_client')
    })

    for (const [name, fields] of Object.entries<Fields>({
      'no client_id': { client_id: undefined },
      'client_id of nobody': { client_id: 'nobody' },
      'client_id twice': { client_id: ['app', 'app'] },
      'client_id with NUL': { client_id: 'app\0' },
      'redirect_uri twice': { redirect_uri: [callback, callback] },
    })) {
      for (const method of ['GET', 'POST'] as const) {
        test(`${method}, a page and no redirect: ${name}`, async () => {
          const { status, headers, text } = await ask(method, { state: 'xyz', ...fields })
          assert.equal(status, 400)
          assert.equal(headers.get('location'), null)
          assert.match(headers.get('content-type') as string, /^text\/html/)
          assert.equal(headers.get('cache-control'), 'no-store')
          assert.match(text, /id="error-code">invalid_request</)
        })
      }
    }

    for (const [name, fields] of Object.entries<Fields>({
      'nothing more': {},
      'display page': { display: 'page' },
      'display popup': { display: 'popup' },
      'display touch': { display: 'touch' },
      'display wap': { display: 'wap' },
      ui_locales: { ui_locales: 'fr-CA fr en' },
      claims_locales: { claims_locales: 'de' },
      acr_values: { acr_values: 'aal1 urn:example:gold' },
      'unknown parameters': { claims: '{}', 'x-y"><': '1', utm_source: 'mail' },
      'a scope nobody knows, in an OpenID request': { scope: 'openid fancy' },
      'a scope named like what every object has': { scope: 'openid toString __proto__' },
      'a large max_age': { max_age: '100000' },
      'own hint, same user': { id_token_hint: 'HINT' },
      'prompt none': { prompt: 'none' },
    })) {
      for (const method of ['GET', 'POST'] as const) {
        test(`${method}, taken: ${name}`, async () => {
          const hint = fields['id_token_hint'] && { id_token_hint: (await app.tokens(signedIn)).id_token }
          const answer = await (method === 'GET' ? signedIn.open(app.url({ ...fields, ...hint })) : post({ ...fields, ...hint }))
          assert.match(told(answer)['code'] as string, /^gth_ac_/)
          assert.deepEqual(Object.keys(told(answer)).sort(), ['code', 'iss']) // no state, because none was sent
        })
      }
    }

    const post = (fields: Fields) =>
      signedIn.post(`${gatehouse.issuer}/authorize`, Object.fromEntries(new URL(app.url(fields)).searchParams))

    const states = { long: 'x'.repeat(128), odd: `&=+%20 "'<>#?;:/\\|~\`{}[]^$é€😀`, 'like an entity': '&amp;&lt;&#39;', spaced: '  a  ' }
    for (const mode of [undefined, 'query', 'fragment', 'form_post']) {
      for (const [name, state] of Object.entries(states)) {
        test(`response_mode ${mode}: a ${name} state comes back as it was`, async () => {
          const landing = await signedIn.open(app.url({ response_mode: mode, state }))
          const answer = told(landing)
          assert.equal(answer['state'], state)
          assert.equal(answer['iss'], gatehouse.issuer)
          assert.match(answer['code'] as string, /^gth_ac_/)
          if (mode !== 'form_post') assert.equal(landing.url.origin + landing.url.pathname, callback)
          assert.equal(mode === 'fragment', landing.url.hash !== '')
          assert.equal(shows(landing, 'form-post'), mode === 'form_post')
        })
      }
      test(`response_mode ${mode}: refusals take the same way`, async () => {
        const landing = await signedIn.open(app.url({ response_mode: mode, state: 's', scope: 'openid phone' }))
        assert.equal(told(landing)['error'], 'invalid_scope')
        assert.equal(told(landing)['state'], 's')
        assert.equal(mode === 'fragment', landing.url.hash !== '')
        assert.equal(shows(landing, 'form-post'), mode === 'form_post')
      })
    }

    test('POST with prompt=none: the redirected GET finds that nobody is signed in', async () => {
      const answer = await gatehouse
        .browser()
        .post(`${gatehouse.issuer}/authorize`, Object.fromEntries(new URL(app.url({ prompt: 'none' })).searchParams))
      assert.equal(told(answer)['error'], 'login_required')
    })

    test('a question mark within the query is data', async () => {
      const { search } = new URL(app.url({ state: undefined }))
      const landing = await signedIn.open(`${gatehouse.issuer}/authorize${search}&login_hint=who?&state=a?b`)
      assert.equal(told(landing)['state'], 'a?b') // RFC 3986 §3.4
    })

    test('parameters of a POST come from its body alone', async () => {
      const { search } = new URL(app.url())
      const { status } = await call(`${gatehouse.issuer}/authorize${search}`, { body: 'state=x' })
      assert.equal(status, 400)
    })

    test('nonce comes back in the ID token, absent when none was sent', async () => {
      assert.equal(claimsOf((await app.tokens(signedIn, { nonce: 'n&1 é' })).id_token).nonce, 'n&1 é')
      assert.equal('nonce' in claimsOf((await app.tokens(signedIn)).id_token), false)
    })

    test('without scope: what is registered', async () => {
      assert.equal((await app.tokens(signedIn, { scope: undefined })).scope, 'openid email')
    })

    test('login_hint is written into the form, and does no harm there', async () => {
      const { html } = await gatehouse.browser().open(app.url({ login_hint: '"><script>alice' }))
      assert.match(html, /name="username" value="&quot;&gt;&lt;script&gt;alice"/)
    })

    for (const [name, body] of Object.entries({
      'invalid UTF-8': `${encode({ client_id: 'app', redirect_uri: callback })}&response_type=%FF`,
      'broken percent encoding': `${encode({ client_id: 'app', redirect_uri: callback })}&response_type=%ZZ%`,
    })) {
      for (const method of ['GET', 'POST'] as const) {
        test(`${method}, ${name} is not ours to fall over`, async () => {
          const answer =
            method === 'GET' ? await call(`${gatehouse.issuer}/authorize?${body}`) : await call(`${gatehouse.issuer}/authorize`, { body })
          assert.equal(new URL(answer.headers.get('location') as string).searchParams.get('error'), 'unsupported_response_type')
        })
      }
    }
  })
}
