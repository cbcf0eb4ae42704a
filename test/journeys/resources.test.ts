/** Resource servers: who their tokens are for, what they carry, and how they are looked into — RFC 8707, RFC 7662, RFC 9701. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { compactDecrypt, createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify } from 'jose'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import type { TinyBrowser } from '../tiny-browser.ts'
import {
  type Answer,
  type Application,
  alice,
  application,
  basic,
  call,
  callback,
  claimsOf,
  encode,
  type Fields,
  shows,
  told,
} from './application.ts'

const orders = 'https://orders.example'
const [files, open] = ['https://files.example/api', 'urn:example:open']
const vault = 'https://vault.example'
const jwt = 'application/token-introspection+jwt'
const secret = 'the secret of a resource server'
const unknownScope: [number, string, string] = [400, 'invalid_scope', 'the resource knows none of the scopes']

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`resource servers, on ${engine}`, () => {
    let server: TestApp
    let app: Application
    let machine: Application
    let browser: TinyBrowser
    let ownKey: CryptoKey
    before(async () => {
      server = await testApp(engine)
      const { privateKey, publicKey: ownPublic } = await generateKeyPair('RSA-OAEP-256', { extractable: true })
      ownKey = privateKey
      const publicKey = { ...(await exportJWK(ownPublic)), kid: 'k1', use: 'enc' }
      const { store, ctx, tokens } = server.root
      const row = (text: string, more: { expiresAt?: number } = {}) => ({
        id: ctx.id(),
        hash: tokens.hashSecret(text),
        createdAt: ctx.now(),
        ...more,
      })
      const add = store.resourcesAdmin.add
      await add(
        { identifier: orders, resource_id: 'rs0', name: 'Orders', scopes: { 'orders:read': 'See your orders', shared: 'Share' } },
        row(secret),
      )
      await add(
        { identifier: files, name: 'Files', scopes: { 'files:read': 'See your files' }, access_token_format: 'opaque' },
        row(secret),
      )
      await add({ identifier: open, name: 'Open', scopes: {} })
      const encrypted = { introspection_signed_response_alg: 'ES256', introspection_encrypted_response_alg: 'RSA-OAEP-256' } as const
      await add(
        { identifier: vault, resource_id: 'vault', name: 'Vault', scopes: {}, ...encrypted, jwks: { keys: [publicKey] } },
        row(secret),
      )
      const scope = 'openid email offline_access orders:read files:read shared'
      const grants = ['authorization_code', 'refresh_token', 'client_credentials']
      await server.addClient({ client_id: 'app', redirect_uris: [callback], grant_types: grants, scope }, 'secret')
      await server.addClient(
        { client_id: 'machine', grant_types: ['client_credentials'], scope: 'orders:read files:read shared' },
        'secret',
      )
      const both = 'orders:read files:read'
      await server.addClient({ client_id: 'files-api', grant_types: ['client_credentials'], scope: both, resource_server: files }, 'secret')
      await server.addClient({ client_id: 'rs1', grant_types: ['client_credentials'] }, 'secret')
      await server.addAccount({ sub: 'a-subject', username: alice.username }, alice.password)
      app = application(server, { id: 'app', secret: 'secret', scope: 'openid offline_access orders:read files:read' })
      machine = application(server, { id: 'machine', secret: 'secret' })
      browser = server.browser()
    })
    after(() => server.close())

    const ask = (fields: Fields) => machine.post('/token', { grant_type: 'client_credentials', ...fields })
    const tokenFor = async (resource: string): Promise<string> => (await ask({ resource })).body.access_token
    const introspect = (name: string, fields: Fields, more: { text?: string; path?: string; accept?: string } = {}) =>
      call(server.issuer + (more.path ?? '/introspect'), {
        body: encode(fields),
        headers: { authorization: basic(name, more.text ?? secret), ...(more.accept ? { accept: more.accept } : {}) },
      })
    const isRefusal = ({ status, body }: Answer, expected: [number, string, string]) =>
      assert.deepEqual([status, body.error, body.error_description], expected)

    suite('scopes — RFC 8707 §2.2', () => {
      test('a token carries only what its resource knows, and says so', async () => {
        const { body } = await ask({ resource: orders })
        assert.equal(body.scope, 'orders:read shared')
        assert.deepEqual([claimsOf(body.access_token).scope, claimsOf(body.access_token).aud], ['orders:read shared', orders])
      })
      test('for two resources, what either knows; for one that declares none, all', async () => {
        assert.equal((await ask({ resource: [orders, files] })).body.scope, 'orders:read files:read shared')
        assert.equal((await ask({ resource: open, scope: 'files:read' })).body.scope, 'files:read')
        assert.equal((await ask({})).body.scope, 'orders:read files:read shared')
      })
      test('a scope of another resource is refused', async () => {
        isRefusal(await ask({ resource: orders, scope: 'files:read' }), unknownScope)
      })
      test('one sign-in, a token for each resource; the refresh token keeps all that was granted', async () => {
        const first = await app.tokens(browser, { resource: [orders, files] })
        assert.equal(first.scope, 'openid offline_access orders:read files:read')
        const second = (await app.refresh(first.refresh_token, { resource: orders })).body
        assert.deepEqual([second.scope, claimsOf(second.access_token).aud], ['openid offline_access orders:read', [orders, server.issuer]])
        const third = (await app.refresh(second.refresh_token, { resource: files })).body
        assert.equal(third.scope, 'openid offline_access files:read')
        isRefusal(await app.refresh(third.refresh_token, { resource: orders, scope: 'files:read' }), unknownScope)
      })
      test('the scopes of this server are for UserInfo, and go with openid', async () => {
        const plain = await app.tokens(browser, { resource: orders, scope: 'email orders:read' })
        assert.equal(plain.scope, 'orders:read')
      })
    })

    suite('at the authorization endpoint — RFC 8707 §2.1', () => {
      test('an unknown resource is refused before anybody is asked', async () => {
        for (const resource of ['https://unknown.example', [orders, 'https://unknown.example'], `${orders}/other`]) {
          const answer = told(await server.browser().open(app.url({ resource })))
          const { error, error_description, iss } = answer
          assert.deepEqual([error, error_description, iss], ['invalid_target', 'resource is not known here', server.issuer])
        }
      })
      test('of another tenant is unknown too', async () => {
        await server.app.tenants.create({ slug: 'other', name: 'Other' })
        const tenant = (await server.app.tenant('other'))!
        await server.addClient({ client_id: 'app', redirect_uris: [callback], scope: 'openid' }, 'secret', tenant)
        const there = application(server, { id: 'app', secret: 'secret', issuer: `${server.issuer}/t/other` })
        assert.equal(told(await server.browser().open(there.url({ resource: orders })))['error'], 'invalid_target')
        assert.equal((await introspect('rs0', { token: 'x' }, { path: '/t/other/introspect' })).status, 401)
      })
      test('its scopes are described in its words, and those of this server in ours', async () => {
        const { store } = server.root
        await store.resourcesAdmin.add({ identifier: 'urn:example:liar', name: 'Liar', scopes: { openid: 'Nothing at all' } })
        const fields = { resource: [orders, 'urn:example:liar'], prompt: 'consent', scope: 'openid orders:read files:read' }
        const visitor = server.browser()
        await visitor.open(app.url(fields))
        const landing = await visitor.submit('sign-in', { ...alice })
        assert.ok(shows(landing, 'consent'))
        assert.match(landing.html, /See your orders/)
        assert.doesNotMatch(landing.html, /Nothing at all/)
        assert.doesNotMatch(landing.html, /See your files/) // of a resource that was not asked for
      })
    })

    suite('credentials — RFC 7662 §2.1', () => {
      test('a resource looks into its own tokens, by its short name or by its identifier', async () => {
        const { body } = await introspect('rs0', { token: await tokenFor(orders) })
        assert.deepEqual([body.active, body.client_id, body.scope, body.aud], [true, 'machine', 'orders:read shared', orders])
        assert.equal((await introspect(files, { token: await tokenFor(files) })).body.active, true)
      })
      test('it learns nothing of the tokens of another', async () => {
        for (const token of [await tokenFor(files), (await ask({})).body.access_token])
          assert.deepEqual((await introspect('rs0', { token })).body, { active: false })
        const { refresh_token } = await app.tokens(browser, { resource: orders })
        assert.deepEqual((await introspect('rs0', { token: refresh_token })).body, { active: false })
      })
      test('of an API key it sees its own scopes too, though the key is of no client either', async () => {
        const { store, ctx } = server.root
        const text = ctx.tokens.make('ak')
        const key = {
          id: 'a-key',
          hash: ctx.tokens.hash('ak', text) as string,
          owner: 'person',
          subject: 'a-subject',
          label: 'A key',
        } as const
        const unlimited = { createdAt: ctx.now(), lifetime: undefined, expiresAt: undefined, lastUsedAt: undefined }
        await store.apiKeysAdmin.add({ ...key, ...unlimited, chain: 'a-key', scope: ['orders:read', 'files:read'], resource: [orders] })
        assert.equal((await introspect('rs0', { token: text })).body.scope, 'orders:read')
        assert.deepEqual((await introspect(files, { token: text })).body, { active: false })
      })
      test('in a token for two it sees only its own scopes; the client sees all', async () => {
        const { access_token: token } = (await ask({ resource: [orders, files] })).body
        assert.equal((await introspect('rs0', { token })).body.scope, 'orders:read shared')
        assert.equal((await introspect('files-api', { token }, { text: 'secret' })).body.scope, 'files:read')
        assert.equal((await machine.post('/introspect', { token })).body.scope, 'orders:read files:read shared')
        const it = application(server, { id: 'files-api', secret: 'secret' })
        const own = (await it.post('/token', { grant_type: 'client_credentials', resource: [orders, files] })).body.access_token
        assert.equal((await it.post('/introspect', { token: own })).body.scope, 'orders:read files:read')
      })
      test('the documented address of the Authlete seed is the same endpoint, here and in other tenants', async () => {
        const token = await tokenFor(orders)
        const [ours, theirs] = [await introspect('rs0', { token }), await introspect('rs0', { token }, { path: '/api/introspection' })]
        assert.deepEqual(theirs.body, ours.body)
        assert.equal((await call(`${server.issuer}/api/introspection`, { body: `token=${token}` })).status, 401)
        assert.equal((await call(`${server.issuer}/api/introspection`)).headers.get('allow'), 'POST')
        assert.equal((await call(`${server.issuer}/t/nobody/api/introspection`, { body: 'token=x' })).status, 404)
        const { text } = await call(`${server.issuer}/.well-known/oauth-authorization-server`)
        assert.doesNotMatch(text, /api\/introspection/)
      })

      const wrong: [name: string, send: () => Promise<Answer>][] = [
        ['a wrong secret', () => introspect('rs0', { token: 'x' }, { text: `${secret}.` })],
        ['an empty secret', () => introspect('rs0', { token: 'x' }, { text: '' })],
        ['a client secret', () => introspect('rs0', { token: 'x' }, { text: 'secret' })],
        ['the identifier, where there is a short name', () => introspect(orders, { token: 'x' })],
        ['a resource without a secret', () => introspect(open, { token: 'x' })],
        ['a resource of nobody', () => introspect('rs9', { token: 'x' })],
        ['a client with the secret of a resource', () => introspect('machine', { token: 'x' })],
      ]
      for (const [name, send] of wrong) {
        test(`${name} is refused, in the same words as everything`, async () => {
          const answer = await send()
          assert.deepEqual([answer.status, answer.body.error], [401, 'invalid_client'])
          assert.equal(answer.text, (await introspect('nobody', { token: 'x' })).text)
          assert.match(answer.headers.get('www-authenticate') as string, /^Basic /)
        })
      }
      for (const name of ['client_id', 'client_secret', 'client_assertion']) {
        test(`a second method in the same request is refused: ${name}`, async () => {
          const answer = await introspect('rs0', { token: 'x', [name]: 'rs0' })
          isRefusal(answer, [400, 'invalid_request', 'a resource server authenticates by the Authorization header alone'])
        })
      }
      test('a resource is not a client: it cannot get or revoke tokens', async () => {
        const headers = { authorization: basic('rs0', secret) }
        const token = await tokenFor(orders)
        for (const path of ['/token', '/revoke']) {
          const answer = await call(server.issuer + path, { body: encode({ grant_type: 'client_credentials', token }), headers })
          assert.deepEqual([answer.status, answer.body.error], [401, 'invalid_client'])
        }
        assert.equal((await introspect('rs0', { token })).body.active, true)
      })
      test('a client of the same name does not come before it, unless it has no secret', async () => {
        await server.addClient({ client_id: 'rs0', grant_types: ['client_credentials'], resource_server: files }, 'another secret')
        assert.equal((await introspect('rs0', { token: 'x' }, { text: 'another secret' })).status, 401)
        await server.addClient({ client_id: open, grant_types: ['client_credentials'] }, 'another secret')
        assert.equal((await introspect(open, { token: 'x' }, { text: 'another secret' })).status, 200)
        assert.equal((await introspect('rs0', { token: await tokenFor(orders) })).body.active, true)
      })
      test('two secrets at most, the old one until its time is over', async () => {
        const { store, ctx, tokens } = server.root
        const change = async (text: string, until?: number) => {
          const row = { id: ctx.id(), hash: tokens.hashSecret(text), createdAt: ctx.now() }
          return store.resourcesAdmin.rotateSecret(files, row, until)
        }
        const status = async (text: string) => (await introspect(files, { token: 'x' }, { text })).status
        assert.equal(await change('second', ctx.now() + 60), true)
        assert.deepEqual([await status(secret), await status('second')], [200, 200])
        server.advance(60)
        assert.deepEqual([await status(secret), await status('second')], [401, 200])
        await change('third', ctx.now() + 60)
        server.advance(1)
        await change('fourth', ctx.now() + 60)
        assert.deepEqual([await status('second'), await status('third'), await status('fourth')], [401, 200, 200])
        await change('fifth')
        assert.deepEqual([await status('fourth'), await status('fifth')], [401, 200])
      })
    })

    suite('signed and encrypted — RFC 9701', () => {
      const published = async () => createLocalJWKSet((await call(`${server.issuer}/.well-known/jwks.json`)).body)
      const options = () => ({ typ: 'token-introspection+jwt', issuer: server.issuer, currentDate: new Date(server.now() * 1000) })

      test('signed by RS256, for the resource that asked', async () => {
        const token = await tokenFor(orders)
        const answer = await introspect('rs0', { token }, { accept: jwt })
        assert.deepEqual([answer.status, answer.headers.get('content-type'), answer.headers.get('cache-control')], [200, jwt, 'no-store'])
        const { payload, protectedHeader } = await jwtVerify(answer.text, await published(), { ...options(), audience: orders })
        assert.equal(protectedHeader.alg, 'RS256')
        assert.deepEqual(Object.keys(payload).sort(), ['aud', 'iat', 'iss', 'token_introspection'])
        assert.deepEqual(payload['token_introspection'], (await introspect('rs0', { token })).body)
        assert.equal(payload.iat, server.now())
      })
      test('for a client that speaks for a resource, for that; else for the client', async () => {
        const audienceOf = async (name: string) =>
          claimsOf((await introspect(name, { token: 'x' }, { text: 'secret', accept: jwt })).text).aud
        assert.deepEqual([await audienceOf('files-api'), await audienceOf('rs1')], [files, 'rs1'])
      })
      test('of what is not for it, it learns in this form as little', async () => {
        for (const token of [await tokenFor(files), 'x']) {
          const { token_introspection } = claimsOf((await introspect('rs0', { token }, { accept: jwt })).text)
          assert.deepEqual(token_introspection, { active: false })
        }
      })
      test('encrypted for the key of the resource, around what is signed', async () => {
        const token = await tokenFor(vault)
        const { text } = await introspect('vault', { token }, { accept: jwt })
        const { plaintext, protectedHeader } = await compactDecrypt(text, ownKey)
        assert.deepEqual(protectedHeader, { alg: 'RSA-OAEP-256', enc: 'A128CBC-HS256', cty: 'JWT', kid: 'k1' })
        const { payload } = await jwtVerify(plaintext, await published(), { ...options(), audience: vault, algorithms: ['ES256'] })
        assert.equal((payload['token_introspection'] as { active: boolean }).active, true)
      })
      test('it is not an access token', async () => {
        const { text } = await introspect('rs0', { token: await tokenFor(orders) }, { accept: jwt })
        assert.equal((await call(`${server.issuer}/userinfo`, { headers: { authorization: `Bearer ${text}` } })).status, 401)
        assert.deepEqual((await introspect('rs0', { token: text })).body, { active: false })
      })
      test('refusals stay JSON', async () => {
        isRefusal(await introspect('rs0', {}, { accept: jwt }), [400, 'invalid_request', 'token is missing'])
        assert.equal((await introspect('rs0', { token: 'x' }, { accept: jwt, text: 'wrong' })).body.error, 'invalid_client')
      })
    })
  })
}
