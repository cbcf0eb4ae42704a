/** The contract of the Authlete reference server: its paths and form fields, as its own compliance suite asks for them. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { resourceSchema } from '../../src/protocol/resource.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import type { Landing, TinyBrowser } from '../tiny-browser.ts'
import { alice, basic, call, callback, challenge, encode, type Fields, shows, verifier } from './application.ts'
import { asked, bearer } from './json.ts'

const client = { authorization: basic('app', 'secret') }
const server = { authorization: basic('rs0', 'rs0-secret') }

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`the surface of Authlete, on ${engine}`, () => {
    let gatehouse: TestApp
    before(async () => {
      gatehouse = await testApp(engine)
      const scope = 'openid profile email grant_management_query grant_management_revoke'
      await gatehouse.addClient({ client_id: 'app', redirect_uris: [callback], scope }, 'secret')
      const account = { username: alice.username, email: 'alice@example.com', claims: { name: 'Alice' } }
      await gatehouse.addAccount(account, alice.password)
      const secret = { id: 'first', hash: gatehouse.root.tokens.hashSecret('rs0-secret'), createdAt: gatehouse.now() }
      const resource = resourceSchema.parse({ identifier: gatehouse.issuer, resource_id: 'rs0', name: 'Resource server' })
      await gatehouse.root.store.resourcesAdmin.add(resource, secret)
    })
    after(() => gatehouse.close())

    const usual = {
      client_id: 'app',
      response_type: 'code',
      redirect_uri: callback,
      code_challenge: challenge,
      code_challenge_method: 'S256',
    }
    const start = (browser: TinyBrowser, fields: Fields = {}) =>
      browser.open(`${gatehouse.issuer}/api/authorization?${encode({ ...usual, scope: 'openid profile email', state: 's', ...fields })}`)
    const decide = (browser: TinyBrowser, fields: Record<string, string>) => browser.submit('decision', fields)
    const login = { subject: alice.username, password: alice.password, authorized: 'true' }
    const post = (path: string, fields: Fields, headers: Record<string, string> = client) =>
      call(gatehouse.issuer + path, { body: encode(fields), headers })

    async function tokens(fields: Fields = {}) {
      const browser = gatehouse.browser()
      await start(browser, fields)
      const landing = await decide(browser, login)
      return redeemed(landing)
    }
    const redeemed = async ({ url }: Landing) =>
      (
        await post('/api/token', {
          grant_type: 'authorization_code',
          code: url.searchParams.get('code') ?? '',
          redirect_uri: callback,
          code_verifier: verifier,
        })
      ).body

    test('authorization without parameters, or with an unknown client, is 400 invalid_client, whatever else is wrong', async () => {
      for (const query of ['', '?response_type=code', '?client_id=nobody&response_type=nonsense']) {
        const { status, body, headers } = await call(`${gatehouse.issuer}/api/authorization${query}`)
        assert.deepEqual([status, body.error, headers.get('cache-control')], [400, 'invalid_client', 'no-store'])
        assert.equal(body.error_description, 'client_id is missing, or not registered here')
      }
    })

    test('a valid request shows a form that signs in and consents at once', async () => {
      const browser = gatehouse.browser()
      const page = await start(browser)
      assert.deepEqual([page.status, shows(page, 'decision')], [200, true])
      for (const name of ['ticket', 'subject', 'password', 'authorized']) assert.ok(page.html.includes(`name="${name}"`), name)
      const landing = await decide(browser, login)
      assert.equal(landing.url.searchParams.get('state'), 's')
      assert.ok((await redeemed(landing)).id_token)
    })

    test('a request may come as a form', async () => {
      const page = await gatehouse.browser().post('/api/authorization', { ...usual, scope: 'openid', state: 's' })
      assert.deepEqual([page.status, shows(page, 'decision')], [200, true])
    })

    test('who is signed in already is only asked to allow', async () => {
      const browser = gatehouse.browser()
      await start(browser)
      await decide(browser, login)
      const page = await start(browser, { prompt: 'consent' })
      assert.ok(shows(page, 'decision') && !page.html.includes('name="password"'))
      assert.ok((await decide(browser, { authorized: 'true' })).url.searchParams.get('code'))
    })

    test('a wrong password, and a refusal, lead back with an error and no code', async () => {
      for (const fields of [
        { ...login, password: 'wrong' },
        { ...login, authorized: 'false' },
      ]) {
        const browser = gatehouse.browser()
        await start(browser)
        const { url } = await decide(browser, fields)
        assert.deepEqual([url.searchParams.get('error'), url.searchParams.has('code')], ['access_denied', false])
      }
    })

    test('the flow token is invalid in another browser, and from another site', async () => {
      const page = await start(gatehouse.browser())
      const ticket = /name="ticket" value="([^"]+)"/.exec(page.html)![1]!
      assert.equal((await gatehouse.browser().post('/api/authorization/decision', { ...login, ticket })).status, 400)
      const foreign = await gatehouse
        .browser()
        .post('/api/authorization/decision', { ...login, ticket }, { 'sec-fetch-site': 'cross-site' })
      assert.equal(foreign.status, 400)
    })

    test('keys, introspection, userinfo, revocation', async () => {
      const { body: keys } = await call(`${gatehouse.issuer}/api/jwks`)
      for (const key of keys.keys) assert.ok(key.kty && key.use && key.kid)
      const { access_token } = await tokens()
      const seen = await post('/api/introspection', { token: access_token }, server)
      assert.deepEqual([seen.body.active, seen.body.client_id], [true, 'app'])
      const info = await call(`${gatehouse.issuer}/api/userinfo`, { headers: bearer(access_token) })
      assert.deepEqual([info.status, info.body.name, info.body.email], [200, 'Alice', 'alice@example.com'])
      assert.equal((await post('/api/revocation', { token: access_token })).status, 200)
      assert.equal((await post('/api/introspection', { token: access_token }, server)).body.active, false)
    })

    test('pushed requests', async () => {
      const { status, body } = await post('/api/par', { ...usual, scope: 'openid' })
      assert.equal(status, 201)
      assert.match(body.request_uri, /^urn:ietf:params:oauth:request_uri:/)
      assert.ok(body.expires_in > 0)
      const page = await gatehouse.browser().open(`${gatehouse.issuer}/api/authorization?client_id=app&request_uri=${body.request_uri}`)
      assert.ok(shows(page, 'decision'))
    })

    test('registration', async () => {
      const sent = { client_name: 'Agent', redirect_uris: ['https://agent.example/callback'] }
      const { status, body } = await asked(`${gatehouse.issuer}/api/register`, 'POST', sent)
      assert.deepEqual([status, body.client_name, body.redirect_uris], [201, sent.client_name, sent.redirect_uris])
      assert.ok(body.client_id && body.client_secret)
    })

    test('grant management', async () => {
      const scope = 'openid grant_management_query grant_management_revoke'
      const { grant_id, access_token } = await tokens({ grant_management_action: 'create', scope })
      const at = (method: string) => call(`${gatehouse.issuer}/api/gm/${grant_id}`, { method, headers: bearer(access_token) })
      assert.equal((await at('GET')).status, 200)
      assert.equal((await at('DELETE')).status, 204)
      assert.equal((await at('GET')).status, 401)
      assert.equal((await call(`${gatehouse.issuer}/api/gm/${grant_id}`)).status, 401)
    })

    test('the password grant is not offered where it is switched off', async () => {
      const closed = await testApp('sqlite', { FEATURES_PASSWORD_GRANT: 'false' })
      try {
        const { status, body } = await call(`${closed.issuer}/api/token`, { body: 'grant_type=password' })
        assert.deepEqual([status, body.error], [400, 'unsupported_grant_type'])
      } finally {
        await closed.close()
      }
    })
  })
}
