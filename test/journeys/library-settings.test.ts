/** What software of others needs of a client's registration: claims in ID tokens, ways to send a secret, `typ`, a default API and the like. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { decodeProtectedHeader } from 'jose'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import type { TinyBrowser } from '../tiny-browser.ts'
import { type Application, alice, application, basic, call, callback, claimsOf, encode, told } from './application.ts'

const orders = 'https://api.example/orders'
const grant = { grant_type: 'client_credentials' }

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`settings for libraries, on ${engine}`, () => {
    let gatehouse: TestApp
    let browser: TinyBrowser
    before(async () => {
      gatehouse = await testApp(engine)
      await gatehouse.addAccount({ username: alice.username, email: 'alice@example.com', claims: { name: 'Alice' } }, alice.password)
      await gatehouse.root.store.resourcesAdmin.add({ identifier: orders, name: 'Orders', scopes: {} })
      browser = gatehouse.browser()
      await app('first').then((first) => first.arrive(browser))
    })
    after(() => gatehouse.close())

    /** A separate client for each case, for which no consent is asked. */
    async function app(id: string, metadata: Record<string, unknown> = {}, scope = 'openid profile email'): Promise<Application> {
      const { policy = {}, ...rest } = metadata as { policy?: object }
      await gatehouse.addClient(
        { client_id: id, redirect_uris: [callback], scope, ...rest, policy: { consent: 'skip', ...policy } },
        'secret',
      )
      return application(gatehouse, { id, secret: 'secret', scope })
    }
    const machine = (id: string, metadata: Record<string, unknown> = {}, secret = 'secret') =>
      gatehouse.addClient({ client_id: id, grant_types: ['client_credentials'], scope: 'read', ...metadata }, secret)
    const token = (headers: Record<string, string>, fields: Record<string, string | string[]> = grant) =>
      call(`${gatehouse.issuer}/token`, { body: encode(fields), headers })

    test('an ID token holds the claims of the granted scopes only where the client asks for them', async () => {
      const plain = claimsOf((await (await app('plain')).tokens(browser)).id_token)
      assert.deepEqual([plain.email, plain.name], [undefined, undefined])
      const rich = await app('rich', { id_token_scope_claims: true })
      const told = claimsOf((await rich.tokens(browser)).id_token)
      assert.deepEqual([told.email, told.email_verified, told.name, told.aud], ['alice@example.com', false, 'Alice', 'rich'])
      const less = claimsOf((await rich.tokens(browser, { scope: 'openid email' })).id_token)
      assert.deepEqual([less.email, less.name], ['alice@example.com', undefined])
    })

    test('a secret comes by basic or by post, unless the policy is strict', async () => {
      await machine('either')
      await machine('strict', { policy: { client_secret_method: 'registered' } })
      for (const id of ['either', 'strict']) assert.equal((await token({ authorization: basic(id, 'secret') })).status, 200)
      assert.equal((await token({}, { ...grant, client_id: 'either', client_secret: 'secret' })).status, 200)
      assert.equal((await token({}, { ...grant, client_id: 'either', client_secret: 'wrong' })).status, 401)
      const refused = await token({}, { ...grant, client_id: 'strict', client_secret: 'secret' })
      assert.deepEqual([refused.status, refused.body.error], [401, 'invalid_client'])
    })

    test('a secret that a client sends in Basic without encoding it is understood', async () => {
      const secret = 'a+b/c==%zz%41'
      await machine('raw', {}, secret)
      const header = (sent: string) => ({ authorization: `Basic ${btoa(`raw:${sent}`)}` })
      assert.equal((await token(header(secret))).status, 200)
      assert.equal((await token({ authorization: basic('raw', secret) })).status, 200)
      for (const wrong of ['a b/c==%zzA', `${secret}x`, '']) {
        const { status, body } = await token(header(wrong))
        assert.deepEqual([status, body.error], [401, 'invalid_client'])
      }
    })

    test('an API’s own secret is understood without encoding, too', async () => {
      const secret = 'x+y%z'
      const row = { id: 'one', hash: gatehouse.root.tokens.hashSecret(secret), createdAt: gatehouse.now() }
      await gatehouse.root.store.resourcesAdmin.add({ identifier: 'https://rs.example', resource_id: 'rs', name: 'RS', scopes: {} }, row)
      const headers = { authorization: `Basic ${btoa(`rs:${secret}`)}` }
      assert.equal((await call(`${gatehouse.issuer}/introspect`, { body: 'token=x', headers })).status, 200)
    })

    test('access tokens are of type JWT where client or API say so, and are still accepted here', async () => {
      const jwt = await app('jwt', { access_token_typ: 'JWT' })
      const { access_token: access, id_token: id } = await jwt.tokens(browser)
      assert.equal(decodeProtectedHeader(access).typ, 'JWT')
      const userinfo = (text: string) => call(`${gatehouse.issuer}/userinfo`, { headers: { authorization: `Bearer ${text}` } })
      assert.equal((await userinfo(access)).status, 200)
      assert.equal((await userinfo(id)).status, 401) // an ID token of the same type
      for (const [wrong, expected] of [
        [access, 'invalid_request'],
        [id, undefined],
      ] as const)
        assert.equal(told(await browser.open(jwt.url({ prompt: 'none', id_token_hint: wrong })))['error'], expected)
      assert.equal((await call(`${gatehouse.issuer}/logout?${encode({ id_token_hint: access })}`)).status, 400)

      await gatehouse.root.store.resourcesAdmin.add({ identifier: 'https://old.example', name: 'Old', scopes: {}, access_token_typ: 'JWT' })
      await machine('typist')
      const typ = async (fields: Record<string, string>) =>
        decodeProtectedHeader((await token({ authorization: basic('typist', 'secret') }, { ...grant, ...fields })).body.access_token).typ
      assert.deepEqual([await typ({}), await typ({ resource: 'https://old.example' })], ['at+jwt', 'JWT'])
      await machine('shared', { access_token_typ: 'JWT', access_token_signed_response_alg: 'HS256' })
      const shared = (await token({ authorization: basic('shared', 'secret') })).body.access_token
      assert.equal(decodeProtectedHeader(shared).typ, 'JWT')
      const shown = await call(`${gatehouse.issuer}/introspect`, {
        body: encode({ token: shared }),
        headers: { authorization: basic('shared', 'secret') },
      })
      assert.equal(shown.body.active, true)
    })

    test('a client that names no API gets its default one', async () => {
      const audience = async (answer: Promise<{ body: { access_token: string } }>) => claimsOf((await answer).body.access_token).aud
      await machine('robot', { default_resource: 'HTTPS://api.example:443/orders' })
      const auth = { authorization: basic('robot', 'secret') }
      assert.equal(await audience(token(auth)), orders)
      assert.equal(await audience(token(auth, { ...grant, resource: 'https://rs.example' })), 'https://rs.example')
      const web = await app(
        'web',
        { default_resource: orders, grant_types: ['authorization_code', 'refresh_token'] },
        'openid offline_access',
      )
      const { access_token: first, refresh_token: refresh } = await web.tokens(browser)
      assert.deepEqual(claimsOf(first).aud, [orders, gatehouse.issuer])
      assert.deepEqual(claimsOf((await web.refresh(refresh)).body.access_token).aud, [orders, gatehouse.issuer])
      assert.equal((await web.refresh(refresh, { resource: 'https://rs.example' })).body.error, 'invalid_target')
      await machine('lost', { default_resource: 'https://nowhere.example' })
      assert.equal((await token({ authorization: basic('lost', 'secret') })).body.error, 'invalid_target')
    })

    test('`audience` means an API where the policy says so', async () => {
      await machine('deaf')
      await machine('hears', { policy: { audience_parameter: 'resource' } })
      const ask = async (id: string, audience: string | string[]) =>
        (await token({ authorization: basic(id, 'secret') }, { ...grant, audience })).body
      assert.equal(claimsOf((await ask('deaf', orders)).access_token).aud, gatehouse.issuer)
      assert.equal(claimsOf((await ask('hears', orders)).access_token).aud, orders)
      assert.deepEqual(claimsOf((await ask('hears', [orders, 'https://rs.example'])).access_token).aud, [orders, 'https://rs.example'])
      for (const wrong of ['orders', 'https://nowhere.example', 'x'.repeat(2049)])
        assert.match((await ask('hears', wrong)).error, /^invalid_/)
      const web = await app('auth0-like', { policy: { audience_parameter: 'resource' } }, 'openid')
      const { access_token: access } = await web.tokens(browser, { audience: orders })
      assert.deepEqual(claimsOf(access).aud, [orders, gatehouse.issuer])
    })

    test('an API is found under every spelling of its identifier, and its tokens bear the registered one', async () => {
      await machine('spelling')
      for (const resource of ['HTTPS://API.example/orders', 'https://api.example:443/orders', 'https://api.example/x/../%6Frders']) {
        const { body } = await token({ authorization: basic('spelling', 'secret') }, { ...grant, resource })
        assert.equal(claimsOf(body.access_token).aud, orders, resource)
      }
      const twice = { ...grant, resource: [orders, 'https://api.example:443/orders'] }
      assert.equal(claimsOf((await token({ authorization: basic('spelling', 'secret') }, twice)).body.access_token).aud, orders)
      const { resourcesAdmin } = gatehouse.root.store
      assert.equal(await resourcesAdmin.add({ identifier: 'https://API.example/orders', name: 'Again', scopes: {} }), false)
    })

    test('the scopes of an API are found under every spelling, too', async () => {
      await gatehouse.root.store.resourcesAdmin.add({ identifier: 'https://scoped.example', name: 'S', scopes: { go: 'Go' } })
      await gatehouse.root.store.resourcesAdmin.add({ identifier: 'https://twin.example', name: 'T', scopes: { go: 'Go' } })
      await machine('scoped', { scope: 'go', resource_scope: { 'https://SCOPED.example/': 'go' } })
      const ask = (resource: string) => token({ authorization: basic('scoped', 'secret') }, { ...grant, resource })
      assert.equal((await ask('https://scoped.example')).body.scope, 'go')
      assert.equal((await ask('https://twin.example')).body.error, 'invalid_scope')
    })

    test('`iss` is left out of answers and refusals for a client that misreads it', async () => {
      const usual = await app('usual')
      const without = await app('without', { policy: { iss_parameter: 'omit' } })
      for (const [one, iss] of [
        [usual, gatehouse.issuer],
        [without, undefined],
      ] as const) {
        assert.equal(told(await browser.open(one.url()))['iss'], iss)
        const refusal = told(await browser.open(one.url({ prompt: 'none', max_age: 'x' })))
        assert.deepEqual([refusal['error'], refusal['iss']], ['invalid_request', iss])
      }
    })

    test('prompt=none with login_hint answers for the session it names, or says login_required', async () => {
      const bob = { username: 'robert', password: 'a password of his own' }
      await gatehouse.addAccount({ username: bob.username, email: 'bob@example.com' }, bob.password)
      const hinted = await app('hinted', { id_token_scope_claims: true }, 'openid email')
      const both = gatehouse.browser()
      await hinted.arrive(both, {}, bob)
      await hinted.arrive(both, { prompt: 'login' }, alice)
      const email = async (hint: string) => {
        const { code, error } = told(await both.open(hinted.url({ prompt: 'none', login_hint: hint })))
        return error ?? claimsOf((await hinted.redeem(code as string)).body.id_token).email
      }
      assert.equal(await email('bob@example.com'), 'bob@example.com')
      assert.equal(await email('Alice1'), 'alice@example.com')
      assert.equal(await email('carol@example.com'), 'login_required')
      assert.equal(told(await gatehouse.browser().open(hinted.url({ prompt: 'none', login_hint: 'robert' })))['error'], 'login_required')
    })

    test('a new client asks for profile and email, and a machine gets no token for them', async () => {
      const { scope } = await gatehouse.addClient({ client_id: 'fresh', redirect_uris: [callback] }, 'secret')
      assert.equal(scope, 'openid profile email')
      await gatehouse.addClient({ client_id: 'worker', grant_types: ['client_credentials'] }, 'secret')
      assert.equal((await token({ authorization: basic('worker', 'secret') })).body.scope, undefined)
    })

    test('the JWKS lists RSA keys first, RS256 before all, and kinds that older libraries do not know last', async () => {
      const { body } = await call(`${gatehouse.issuer}/.well-known/jwks.json`)
      const signing = body.keys.filter(({ use }: { use: string }) => use === 'sig')
      const kinds = signing.map(({ kty }: { kty: string }) => kty)
      assert.equal(body.keys[0].alg, 'RS256')
      assert.deepEqual(
        kinds,
        kinds.toSorted((a: string, b: string) => ['RSA', 'EC', 'OKP', 'AKP'].indexOf(a) - ['RSA', 'EC', 'OKP', 'AKP'].indexOf(b)),
      )
      assert.ok(kinds.includes('OKP'))
    })
  })
}
