/** What the compliance suite of the Authlete reference server asserts, file by file, with the demo data of development mode. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import { addDemoData, demo, publishedSecrets } from '../../src/demo-data.ts'
import { random } from '../../src/platform.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { basic, call, encode, type Fields } from './application.ts'
import { badge, declare } from './credential-setup.ts'
import { fetched, joined } from './federation-setup.ts'
import { asked, bearer } from './json.ts'

const { client, resourceServer } = demo.authlete
const asClient = { authorization: basic(client.client_id, client.secret) }
const asServer = { authorization: basic(resourceServer.resource_id, resourceServer.secret) }

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`the contract of Authlete, on ${engine}`, () => {
    let gatehouse: TestApp
    before(async () => {
      gatehouse = await testApp(engine)
      await addDemoData(gatehouse.root, random)
    })
    after(() => gatehouse.close())

    const request = {
      client_id: client.client_id,
      response_type: 'code',
      redirect_uri: client.redirect_uri,
      scope: 'openid profile email',
      state: 's',
    }
    const begin = (fields: Fields = {}) => `${gatehouse.issuer}/api/authorization?${encode({ ...request, ...fields })}`
    const post = (path: string, fields: Fields, headers: Record<string, string> = asClient) =>
      call(gatehouse.issuer + path, { body: encode(fields), headers })
    const get = (path: string, headers = {}) => call(gatehouse.issuer + path, { headers })

    /** The answer to the form, as it comes to a program. */
    async function decide(fields: Fields = {}, answer: Record<string, string> = {}) {
      const browser = gatehouse.browser()
      const page = await browser.open(begin(fields))
      const [, ticket = ''] = /name="ticket" value="([^"]+)"/.exec(page.html) ?? []
      return browser.post('/api/authorization/decision', { ticket, subject: 'max', password: 'max', authorized: 'true', ...answer })
    }
    async function tokens(fields: Fields = {}) {
      const code = (await decide(fields)).url.searchParams.get('code') as string
      const answer = await post('/api/token', { grant_type: 'authorization_code', code, redirect_uri: client.redirect_uri })
      assert.equal(answer.status, 200, answer.text)
      return answer.body
    }

    test('test_authorization_basics: no parameters are 400', async () => {
      assert.equal((await get('/api/authorization')).status, 400)
      assert.equal((await post('/api/authorization', {}, {})).status, 400)
    })

    test('test_authorization_errors: a missing and an unknown client_id are invalid_client in JSON, before the response type is read', async () => {
      for (const query of ['response_type=code', 'client_id=unknown&response_type=code', 'client_id=unknown&response_type=bad']) {
        const { status, headers, body } = await get(`/api/authorization?${query}`)
        assert.deepEqual([status, headers.get('content-type'), body.error], [400, 'application/json', 'invalid_client'])
      }
    })

    test('test_authorization_interaction: a valid request is an HTML form, by GET and by POST', async () => {
      for (const answer of [await call(begin()), await post('/api/authorization', request, {})]) {
        assert.equal(answer.status, 200)
        assert.match(answer.headers.get('content-type') as string, /^text\/html/)
        assert.match(answer.text, /<form [^>]*method="post" action="[^"]*\/api\/authorization\/decision"/)
      }
    })

    test('test_authorization_decision: a wrong password redirects with an error and without a code', async () => {
      const { status, url } = await decide({}, { password: 'wrong' })
      assert.deepEqual([status, url.origin + url.pathname], [302, client.redirect_uri])
      assert.deepEqual([url.searchParams.has('error'), url.searchParams.has('code')], [true, false])
    })

    test('test_authorization_decision: form_post is a page with the handler that submits it, and nothing else may run', async () => {
      const { status, html, headers } = await decide({ response_mode: 'form_post', state: '"><script>alert(1)</script>' })
      assert.deepEqual([status, headers.get('content-type')], [200, 'text/html;charset=UTF-8'])
      assert.ok(html.includes('<body onload="javascript:document.forms[0].submit()">'), html)
      assert.match(html, new RegExp(`<form method="post" action="${client.redirect_uri}">`))
      assert.match(html, /name="code" value="[^"]+"/)
      assert.ok(!html.includes('<script'))
      const hash = createHash('sha256').update('javascript:document.forms[0].submit()').digest('base64')
      assert.match(
        headers.get('content-security-policy') as string,
        /^default-src 'none'; script-src 'unsafe-hashes' 'sha256-[^']+'; base-uri/,
      )
      assert.ok(headers.get('content-security-policy')?.includes(`'sha256-${hash}'`))
      const denied = await decide({ response_mode: 'form_post' }, { authorized: 'false' })
      assert.match(denied.html, /onload="javascript:document\.forms\[0\]\.submit\(\)".*name="error" value="access_denied"/s)
    })

    test('test_authorization_decision: so is form_post of id_token code, where the tenant lets tokens through the browser', async () => {
      await gatehouse.app.tenants.set('', { front_channel_tokens: true })
      const { status, html } = await decide({ response_type: 'id_token code', response_mode: 'form_post', nonce: 'n' })
      assert.equal(status, 200)
      assert.ok(html.includes('onload="javascript:document.forms[0].submit()"'))
      for (const name of ['code', 'id_token']) assert.match(html, new RegExp(`name="${name}" value="[^"]+"`))
    })

    test('each answer that leads back to the client, or on, is a 302', async () => {
      const at = (fields: Fields) => gatehouse.browser().open(begin(fields))
      const answers = [decide(), decide({}, { authorized: 'false' }), at({ prompt: 'none' }), at({ response_type: 'bad' })]
      for (const { status, url } of await Promise.all(answers)) {
        assert.deepEqual([status, url.origin + url.pathname], [302, client.redirect_uri])
      }
    })

    test('test_token_exchange: a code gives an access token and an ID token', async () => {
      const { access_token, id_token } = await tokens()
      assert.ok(access_token && id_token)
    })

    test('test_metadata: discovery has the required members, the key set is not empty', async () => {
      const { status, body } = await get('/.well-known/openid-configuration')
      assert.equal(status, 200)
      for (const member of ['issuer', 'authorization_endpoint', 'token_endpoint', 'jwks_uri', 'response_types_supported'])
        assert.ok(body[member], member)
      for (const member of ['subject_types_supported', 'id_token_signing_alg_values_supported']) assert.ok(body[member], member)
      const { keys } = (await get('/api/jwks')).body
      assert.ok(keys.length > 0)
      for (const { kty, use, kid } of keys) assert.ok(kty && use && kid)
    })

    test('test_introspection: rs0 sees an active token and its client', async () => {
      const { access_token } = await tokens()
      const { status, body } = await post('/api/introspection', { token: access_token }, asServer)
      assert.deepEqual([status, body.active, body.client_id], [200, true, client.client_id])
      assert.equal((await post('/api/introspection', { token: access_token }, { authorization: basic('rs0', 'wrong') })).status, 401)
      assert.equal((await post('/api/introspection', { token: access_token }, {})).status, 401)
    })

    test('test_userinfo: Max is 1003, with name and email', async () => {
      const { access_token } = await tokens()
      for (const method of ['GET', 'POST']) {
        const { status, body } = await call(`${gatehouse.issuer}/api/userinfo`, { method, headers: bearer(access_token) })
        assert.deepEqual([status, body.sub, body.name, body.email], [200, '1003', 'Max Meier', 'max@example.com'])
      }
      assert.equal((await get('/api/userinfo')).status, 401)
    })

    test('test_revocation: a revoked token is inactive', async () => {
      const { access_token } = await tokens()
      assert.equal((await post('/api/revocation', { token: access_token })).status, 200)
      assert.deepEqual((await post('/api/introspection', { token: access_token }, asServer)).body, { active: false })
    })

    test('test_par: 201, a request_uri and its lifetime', async () => {
      const { status, body } = await post('/api/par', { ...request, client_id: undefined })
      assert.equal(status, 201)
      assert.match(body.request_uri, /^urn:ietf:params:oauth:request_uri:/)
      assert.equal(typeof body.expires_in, 'number')
      assert.equal((await post('/api/par', request, { authorization: basic(client.client_id, 'wrong') })).status, 401)
    })

    test('test_register: 201, an identifier and a secret, what was sent', async () => {
      const sent = { client_name: 'Agent', redirect_uris: ['https://agent.example/callback'] }
      const { status, body } = await asked(`${gatehouse.issuer}/api/register`, 'POST', sent)
      assert.equal(status, 201)
      assert.ok(body.client_id && body.client_secret)
      assert.deepEqual({ client_name: body.client_name, redirect_uris: body.redirect_uris }, sent)
    })

    test('test_grant_management: a grant is read, revoked, and gone for its own token', async () => {
      const scope = 'openid grant_management_query grant_management_revoke'
      const { grant_id, access_token } = await tokens({ scope, grant_management_action: 'create' })
      const grant = (method: string) => call(`${gatehouse.issuer}/api/gm/${grant_id}`, { method, headers: bearer(access_token) })
      assert.deepEqual([(await grant('GET')).status, (await grant('DELETE')).status], [200, 204])
      assert.ok([401, 403, 404].includes((await grant('GET')).status))
    })

    test('test_federation_configuration and test_federation_registration: a JWT, and no dummy statement', async () => {
      await joined(gatehouse)
      const { status, type, text } = await fetched(`${gatehouse.issuer}/.well-known/openid-federation`)
      assert.deepEqual([status, type, text.split('.').length], [200, 'application/entity-statement+jwt', 3])
      const dummy = [...['{"alg":"none"}', '{"sub":"test-agent"}'].map((part) => Buffer.from(part).toString('base64url')), ''].join('.')
      const headers = { 'content-type': 'application/entity-statement+jwt' }
      const answer = await call(`${gatehouse.issuer}/api/federation/register`, { body: dummy, headers })
      assert.equal(answer.status, 400)
      assert.ok(answer.body.error, answer.text)
    })

    test('test_credential_issuer_metadata, test_jwt_issuer_metadata and test_credential_endpoint', async () => {
      await declare(gatehouse.root, badge)
      const issuer = (await get('/.well-known/openid-credential-issuer')).body
      assert.deepEqual([issuer.credential_issuer, Object.keys(issuer.credential_configurations_supported)], [gatehouse.issuer, [badge.id]])
      const jwt = (await get('/.well-known/jwt-issuer')).body
      assert.ok(jwt.issuer === gatehouse.issuer && (jwt.jwks_uri || jwt.jwks))
      const refused = await asked(`${gatehouse.issuer}/api/credential`, 'POST', { format: 'vc+sd-jwt' }, bearer('bad'))
      assert.deepEqual([refused.status, /error="invalid_token"/.test(refused.headers.get('www-authenticate') ?? '')], [401, true])
    })

    test('John and Jane can sign in too', async () => {
      for (const name of ['john', 'jane'])
        assert.ok((await decide({}, { subject: name, password: name })).url.searchParams.get('code'), name)
    })

    test('what our page of consent would warn of or list is never allowed by this form', async () => {
      const { ctx, store } = gatehouse.root
      const registered = (await asked(`${gatehouse.issuer}/api/register`, 'POST', { redirect_uris: [client.redirect_uri] })).body
      const page = await gatehouse
        .browser()
        .open(begin({ client_id: registered.client_id, code_challenge: 'x'.repeat(43), code_challenge_method: 'S256' }))
      assert.ok(page.html.includes('id="sign-in"') && !page.html.includes('id="decision"'))
      const details = { pay: { description: 'Pay', schema: { type: 'object' } } }
      await store.resourcesAdmin.add({ identifier: 'https://bank.example', name: 'Bank', scopes: {}, authorization_details_types: details })
      await gatehouse.app.tenants.set('', { name: 'Gatehouse' }) // opened anew, with the new type
      await gatehouse.addClient(
        { client_id: 'payer', redirect_uris: [client.redirect_uri], authorization_details_types: ['pay'] },
        'secret',
      )
      const asking = {
        client_id: 'payer',
        authorization_details: '[{"type":"pay"}]',
        code_challenge: 'x'.repeat(43),
        code_challenge_method: 'S256',
      }
      const listed = await gatehouse.browser().open(begin(asking))
      assert.ok(!listed.html.includes('id="decision"'), ctx.issuer)
    })

    test('production refuses each of these secrets, until it is gone', async () => {
      const problems = await publishedSecrets(gatehouse.root)
      const named = [/account john /, /account jane /, /account max /, /the API rs0 is published/, /demo client 3345476919 /]
      for (const pattern of named)
        assert.ok(
          problems.some((problem) => pattern.test(problem)),
          String(pattern),
        )
      const { store, accounts } = gatehouse.root
      for (const { sub } of demo.authlete.people) await accounts.store.accounts.remove(sub, gatehouse.now())
      await store.resourcesAdmin.remove(gatehouse.issuer)
      await store.clientsAdmin.remove(client.client_id, gatehouse.now())
      const left = await publishedSecrets(gatehouse.root)
      assert.ok(!left.some((problem) => named.some((pattern) => pattern.test(problem))), left.join())
    })
  })
}
