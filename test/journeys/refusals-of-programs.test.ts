/** Every refusal that programs can meet: the one thing that is wrong, the status and code, and the sentence that says so. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { OAuthError } from '../../src/protocol/errors.ts'
import { Params } from '../../src/protocol/params.ts'
import { resourceSchema } from '../../src/protocol/resource.ts'
import { openDatabase } from '../../src/store/open.ts'
import { sql } from '../../src/store/sql.ts'
import { type TestApp, testApp } from '../app.ts'
import { aClient, aRefreshToken } from '../stored.ts'
import { type Answer, type Application, alice, application, basic, call, callback, encode, type Fields, verifier } from './application.ts'

const unknownCode = 'code is unknown or expired; codes live for a minute and belong to one issuer'
const failed = 'client authentication failed; check client_id, the secret and the registered method'

suite('refusals that programs meet', () => {
  let gatehouse: TestApp
  let app: Application
  let other: Application
  before(async () => {
    gatehouse = await testApp('sqlite', { FEATURES_PASSWORD_GRANT: 'false' })
    const grant_types = ['authorization_code', 'refresh_token']
    const first = { redirect_uris: [callback], scope: 'openid email offline_access read', grant_types }
    await gatehouse.addClient({ ...first, client_id: 'app', policy: { pkce: 'optional', consent: 'skip' } }, 'secret')
    await gatehouse.addClient({ ...first, client_id: 'other' }, 'secret')
    await gatehouse.addClient({ client_id: 'machine', grant_types: ['client_credentials'], scope: 'read' }, 'secret')
    const bound = { client_id: 'bound', grant_types: ['client_credentials'], scope: 'read', policy: { sender_constraint: 'required' } }
    await gatehouse.addUnservedClient(bound)
    await gatehouse.root.store.resourcesAdmin.add(resourceSchema.parse({ identifier: 'https://api.example', name: 'An API' }), undefined)
    const secret = { id: 'first', hash: gatehouse.root.tokens.hashSecret('secret'), createdAt: gatehouse.now() }
    const strict = {
      identifier: 'https://strict.example',
      resource_id: 'strict',
      name: 'A strict API',
      scopes: { other: 'Do another thing' },
    }
    await gatehouse.root.store.resourcesAdmin.add(resourceSchema.parse(strict), secret)
    await gatehouse.addAccount({ sub: 'app', username: alice.username }, alice.password) // bears the name of a client, and is none
    app = application(gatehouse, { id: 'app', secret: 'secret', scope: 'openid offline_access' })
    other = application(gatehouse, { id: 'other', secret: 'secret' })
  })
  after(() => gatehouse.close())

  function refused({ status, body }: Answer, expected: [status: number, error: string, description: string]) {
    assert.deepEqual([status, body.error, body.error_description], expected)
  }

  const post = (path: string, fields: Fields, headers: Record<string, string> = {}) =>
    call(gatehouse.issuer + path, { body: encode(fields), headers })
  const machine = { authorization: basic('machine', 'secret') }
  const code = (fields: Fields = {}) => app.code(gatehouse.browser(), fields)

  const tokenRequests: [description: string, expected: [status: number, error: string], send: () => Promise<Answer>][] = [
    ['grant_type is missing', [400, 'invalid_request'], () => app.post('/token', {})],
    ['grant_type is repeated; send it once', [400, 'invalid_request'], () => app.post('/token', { grant_type: ['x', 'x'] })],
    ['this grant_type is not offered here', [400, 'unsupported_grant_type'], () => app.post('/token', { grant_type: 'password' })],
    [
      'this client is not registered for this grant_type',
      [400, 'unauthorized_client'],
      () => app.post('/token', { grant_type: 'client_credentials' }),
    ],
    [failed, [401, 'invalid_client'], () => post('/token', { grant_type: 'client_credentials' })],
    [
      'the Authorization header is not Basic base64(client_id:client_secret)',
      [400, 'invalid_request'],
      () => post('/token', { grant_type: 'client_credentials' }, { authorization: 'Basic !' }),
    ],
    [
      'the Basic credentials are not form-encoded; write % as %25',
      [400, 'invalid_request'],
      () => post('/token', { grant_type: 'client_credentials' }, { authorization: `Basic ${btoa('%:secret')}` }),
    ],
    [
      'more than one client authentication method was used; use the registered one alone',
      [400, 'invalid_request'],
      () => post('/token', { grant_type: 'client_credentials', client_id: 'machine', client_secret: 'secret' }, machine),
    ],
    [
      'client_id is not the client that authenticated',
      [400, 'invalid_request'],
      () => post('/token', { grant_type: 'client_credentials', client_id: 'app' }, machine),
    ],
    [
      'this client must prove possession of a key',
      [400, 'invalid_request'],
      () => post('/token', { grant_type: 'client_credentials' }, { authorization: basic('bound', 'secret') }),
    ],
    [
      'scope has a value that this client is not registered for: write',
      [400, 'invalid_scope'],
      () => post('/token', { grant_type: 'client_credentials', scope: 'write' }, machine),
    ],
    [
      'scope has a value that this client is not registered for',
      [400, 'invalid_scope'],
      () => post('/token', { grant_type: 'client_credentials', scope: 'https://evil.example/call-us' }, machine),
    ],
    [
      'resource is not known here',
      [400, 'invalid_target'],
      () => post('/token', { grant_type: 'client_credentials', resource: 'https://unknown.example' }, machine),
    ],
    [
      'resource must be an absolute URI without fragment',
      [400, 'invalid_target'],
      () => post('/token', { grant_type: 'client_credentials', resource: '/api' }, machine),
    ],
    [
      'the resource knows none of the scopes',
      [400, 'invalid_scope'],
      () => post('/token', { grant_type: 'client_credentials', resource: 'https://strict.example' }, machine),
    ],
    [
      'a resource server authenticates by the Authorization header alone',
      [400, 'invalid_request'],
      () => post('/introspect', { token: 'x', client_id: 'machine' }, { authorization: basic('strict', 'secret') }),
    ],
    ['code is missing', [400, 'invalid_request'], () => app.redeem('')],
    [unknownCode, [400, 'invalid_grant'], () => app.redeem('nonsense')],
    ['code was issued to another client', [400, 'invalid_grant'], async () => other.redeem(await code())],
    [
      'redirect_uri is not the one of the authorization request',
      [400, 'invalid_grant'],
      async () => app.redeem(await code(), { redirect_uri: `${callback}/` }),
    ],
    [
      'code_verifier was sent, but the authorization request had no code_challenge',
      [400, 'invalid_grant'],
      async () => app.redeem(await code({ code_challenge: undefined, code_challenge_method: undefined })),
    ],
    ['code_verifier is missing', [400, 'invalid_grant'], async () => app.redeem(await code(), { code_verifier: undefined })],
    [
      'code_verifier must be 43 to 128 unreserved characters',
      [400, 'invalid_grant'],
      async () => app.redeem(await code(), { code_verifier: 'short' }),
    ],
    [
      'code_verifier does not match code_challenge',
      [400, 'invalid_grant'],
      async () => app.redeem(await code(), { code_verifier: `${verifier}0` }),
    ],
    [
      'code was already used; the tokens it gave are revoked',
      [400, 'invalid_grant'],
      async () => {
        const text = await code()
        assert.equal((await app.redeem(text)).status, 200)
        return app.redeem(text)
      },
    ],
    [
      'resource was not part of the authorization request',
      [400, 'invalid_target'],
      async () => app.redeem(await code(), { resource: 'https://api.example' }),
    ],
    ['refresh_token is unknown, expired or revoked', [400, 'invalid_grant'], () => app.refresh('nonsense')],
    [
      'scope exceeds what was granted',
      [400, 'invalid_scope'],
      async () => app.refresh((await app.tokens(gatehouse.browser())).refresh_token, { scope: 'openid email' }),
    ],
    [
      'refresh_token was already used; the tokens of this sign-in are revoked',
      [400, 'invalid_grant'],
      async () => {
        const { refresh_token } = await app.tokens(gatehouse.browser())
        assert.equal((await app.refresh(refresh_token)).status, 200)
        gatehouse.advance(60)
        return app.refresh(refresh_token)
      },
    ],
    [
      'the account is no longer active',
      [400, 'invalid_grant'],
      async () => {
        const person = { username: 'dora', password: 'explorer' }
        const subject = await gatehouse.addAccount({ username: person.username }, person.password)
        const text = await app.code(gatehouse.browser(), {}, person)
        const db = await openDatabase(gatehouse.database) // past the ports, which would end the code too
        await db.write(sql`update accounts set status = 'suspended' where tenant_id = 'root' and subject = ${subject}`)
        await db.close()
        return app.redeem(text)
      },
    ],
    [
      'refresh_token is bound to another key',
      [400, 'invalid_grant'],
      async () => {
        const { ctx, store } = gatehouse.root
        const token = ctx.tokens.make('rt')
        const grant = await store.grants.widen({ clientId: 'app', subject: 'x', scope: [], details: [], newId: ctx.id(), now: ctx.now() })
        const kept = { hash: ctx.tokens.hash('rt', token)!, clientId: 'app', grantId: grant.id, family: ctx.id() }
        const refresh = aRefreshToken({ ...kept, cnf: { jkt: 'of another key' }, issuedAt: ctx.now(), expiresAt: ctx.now() + 60 })
        await store.issue({ spend: undefined, refresh })
        return app.refresh(token)
      },
    ],
    [
      'the token was issued to another client',
      [400, 'invalid_grant'],
      async () => other.post('/revoke', { token: (await app.tokens(gatehouse.browser())).refresh_token }),
    ],
  ]
  for (const [description, expected, send] of tokenRequests) {
    test(description, async () => refused(await send(), [...expected, description]))
  }

  const userinfo = (authorization?: string, query = '') =>
    call(`${gatehouse.issuer}/userinfo${query}`, authorization === undefined ? {} : { headers: { authorization } })
  const unusable = 'the access token is unknown, expired, revoked or not for this server'
  const userinfoRequests: [description: string, expected: [status: number, error: string], send: () => Promise<Answer>][] = [
    ['an access token is needed', [401, 'invalid_token'], () => userinfo()],
    [unusable, [401, 'invalid_token'], () => userinfo('Bearer nonsense')],
    [
      'send the access token in the Authorization header, not in the URL',
      [400, 'invalid_request'],
      () => userinfo(undefined, '?access_token=x'),
    ],
    [
      'the access token was sent in more than one way',
      [400, 'invalid_request'],
      () => post('/userinfo', { access_token: 'x' }, { authorization: 'Bearer x' }),
    ],
    [
      'the request has more than one credential; send one',
      [400, 'invalid_request'],
      () => call(`${gatehouse.issuer}/userinfo`, { headers: { authorization: 'Bearer x', 'x-api-key': 'y' } }),
    ],
    [
      'the access token needs the scope openid',
      [403, 'insufficient_scope'],
      async () => userinfo(`Bearer ${(await app.tokens(gatehouse.browser(), { scope: 'read' })).access_token}`),
    ],
    [
      'the access token is bound to a key; prove possession of it',
      [401, 'invalid_token'],
      async () => {
        const { ctx } = gatehouse.root
        const of = { client_id: 'app', sub: 'app', aud: ctx.issuer, cnf: { 'x5t#S256': 'a certificate' } }
        const token = ctx.tokens.sealAccessToken({ ...of, jti: 'jti', iat: ctx.now(), exp: ctx.now() + 60 })
        return userinfo(`Bearer ${token}`)
      },
    ],
  ]
  for (const [description, expected, send] of userinfoRequests) {
    test(description, async () => refused(await send(), [...expected, description]))
  }

  test('a token in the URL is refused with HEAD too', async () => {
    const { access_token } = await app.tokens(gatehouse.browser())
    const url = `${gatehouse.issuer}/userinfo?access_token=${access_token}`
    assert.equal((await fetch(url, { method: 'HEAD' })).status, 400)
  })

  for (const path of ['/token', '/introspect', '/revoke', '/par', '/device_authorization'])
    test(`a parameter that ${path} does not know, sent twice`, async () => {
      const sent = await app.post(path, { 'not ours': ['x', 'x'] })
      refused(sent, [400, 'invalid_request', 'a parameter is repeated; send each once'])
    })

  test('this grant_type is for clients that authenticate', async () => {
    const { ctx } = gatehouse.root
    const client = { ...aClient({ token_endpoint_auth_method: 'none' }), secretHashes: [], tokensFrom: 0 }
    const grantType = ctx.server.grantTypes.get('client_credentials')!
    const description = 'this grant_type is for clients that authenticate'
    const isRefusal = (error: unknown) => error instanceof OAuthError && error.description === description
    await assert.rejects(
      grantType.redeem(ctx, { params: new Params([]), client, binding: undefined, instance: undefined, address: '' }),
      isRefusal,
    )
  })

  const http: [description: string, expected: [status: number, error: string], send: () => Promise<Answer>][] = [
    ['there is no such tenant here', [404, 'not_found'], () => call(`${gatehouse.issuer}/t/nobody/.well-known/jwks.json`)],
    ['there is nothing at this URL', [404, 'not_found'], () => call(`${gatehouse.issuer}/nothing`)],
    [
      'this URL does not support the method; the Allow header lists those it does',
      [405, 'method_not_allowed'],
      () => call(`${gatehouse.issuer}/token`, { method: 'PUT' }),
    ],
    [
      'send the parameters as application/x-www-form-urlencoded',
      [400, 'invalid_request'],
      () => call(`${gatehouse.issuer}/token`, { body: '{}', headers: { 'content-type': 'application/json' } }),
    ],
    ['the request is larger than this server accepts', [413, 'content_too_large'], () => post('/token', { x: 'x'.repeat(70_000) })],
  ]
  for (const [description, expected, send] of http) {
    test(description, async () => refused(await send(), [...expected, description]))
  }
})
