/** The sign-in API at /api/v1/auth, as a program written for pico-auth uses it; errors after RFC 9457. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { createAccount } from '../../src/identity/accounts.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { alice, application, callback, claimsOf } from './application.ts'
import { type Asked, asked, bearer } from './json.ts'

const ada = { email: 'ada@example.com', password: 'secret123' }

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`the sign-in API, on ${engine}`, () => {
    let gatehouse: TestApp
    let id: string
    before(async () => {
      gatehouse = await testApp(engine, { API_AUDIENCE: 'pico-bot', KEYS_ALGS: 'RS256,ES256' })
      id = (await api('POST', '/register', { ...ada, display_name: 'Ada' })).body.id
    })
    after(() => gatehouse.close())

    const api = (method: string, path: string, body?: unknown, token?: string): Promise<Asked> =>
      asked(`${gatehouse.issuer}/api/v1/auth${path}`, method, body, bearer(token))
    const login = async (who: object = ada) => (await api('POST', '/login', who)).body
    const me = (token: string) => api('GET', '/me', undefined, token)

    test('sign up, sign in, see oneself: the README', async () => {
      const registered = await api('POST', '/register', { email: 'alice@example.com', password: 'secret123', display_name: 'Alice' })
      assert.equal(registered.status, 201)
      const { id, ...rest } = registered.body
      assert.deepEqual(rest, { email: 'alice@example.com', role: 'viewer', status: 'active' })
      const tokens = await login({ email: 'alice@example.com', password: 'secret123' })
      assert.deepEqual(Object.keys(tokens).toSorted(), ['access_token', 'expires_in', 'refresh_token', 'token_type'])
      assert.deepEqual([tokens.token_type, tokens.expires_in], ['Bearer', 900])
      const { iat, exp, jti, ...claims } = claimsOf(tokens.access_token)
      assert.equal((exp as number) - (iat as number), 900)
      assert.equal(typeof jti, 'string')
      const { sub, email, role, org_id, iss, aud } = claims as Record<string, unknown>
      const expected = { sub: id, email: 'alice@example.com', role: 'viewer', org_id: 'root', iss: gatehouse.issuer }
      assert.deepEqual({ sub, email, role, org_id, iss }, expected)
      assert.deepEqual(aud, ['pico-bot', gatehouse.issuer])
      const now = new Date(gatehouse.now() * 1000).toISOString()
      const profile = { id, email: 'alice@example.com', display_name: 'Alice', role: 'viewer', org_id: 'root', status: 'active' }
      assert.deepEqual((await me(tokens.access_token)).body, { ...profile, created_at: now, last_login_at: now })
      assert.deepEqual((await api('GET', '/jwks')).body, (await asked(`${gatehouse.issuer}/.well-known/jwks.json`, 'GET')).body)
    })

    test('a refresh token rotates, as an object and as a bare string; a used one takes its family back', async () => {
      const first = await login()
      const second = (await api('POST', '/refresh', { refresh_token: first.refresh_token })).body
      const third = (await api('POST', '/refresh', second.refresh_token)).body
      assert.equal(claimsOf(third.access_token).sub, id)
      assert.deepEqual(claimsOf(third.access_token)['aud'], ['pico-bot', gatehouse.issuer])
      assert.equal((await api('POST', '/refresh', first.refresh_token)).status, 401)
      assert.equal((await api('POST', '/refresh', third.refresh_token)).status, 401)
      assert.equal((await me(third.access_token)).status, 401)
      assert.equal((await api('POST', '/refresh', 'nonsense')).status, 401)
    })

    test('a new password ends all other sessions and refresh tokens, and only with the old one', async () => {
      const who = { email: 'eve@example.com', password: 'secret123' }
      await api('POST', '/register', who)
      const [mine, other] = [await login(who), await login(who)]
      const change = (old_password: string, new_password: string) =>
        api('POST', '/me/password', { old_password, new_password }, mine.access_token)
      assert.deepEqual((await change('wrong', 'another secret')).body.errors, [{ field: 'old_password', rule: 'is not right' }])
      const weak = await change(who.password, 'short')
      assert.deepEqual([weak.status, weak.body.errors[0].field], [422, 'new_password'])
      const odd = await change(who.password, 'a\0control character')
      assert.deepEqual([odd.status, odd.body.errors[0].field], [400, 'new_password'])
      assert.deepEqual((await change(who.password, 'another secret')).body, { message: 'Password changed' })
      assert.equal((await api('POST', '/refresh', other.refresh_token)).status, 401)
      assert.equal((await me(other.access_token)).status, 401)
      assert.equal((await me(mine.access_token)).status, 200)
      assert.equal((await api('POST', '/refresh', mine.refresh_token)).status, 200)
      assert.equal((await api('POST', '/login', who)).status, 401)
      assert.equal((await api('POST', '/login', { ...who, password: 'another secret' })).status, 200)
    })

    test('common passwords are refused unless they are allowed, at sign-up and at change', async () => {
      const strict = await testApp(engine, { API_POPULAR_PASSWORDS: 'false' })
      const ask = (path: string, body: object, token?: string) =>
        asked(`${strict.issuer}/api/v1/auth${path}`, 'POST', body, token === undefined ? {} : bearer(token))
      const refused = await ask('/register', { email: 'eve@example.com', password: 'secret123' })
      assert.deepEqual([refused.status, refused.body.errors[0].field], [422, 'password'])
      assert.match(refused.body.errors[0].rule, /Many people use this password/)
      const eve = { email: 'eve@example.com', password: 'own secret' }
      assert.equal((await ask('/register', eve)).status, 201, '8 characters will do')
      const { access_token } = (await ask('/login', eve)).body
      const change = { old_password: eve.password, new_password: 'password1' }
      assert.deepEqual((await ask('/me/password', change, access_token)).body.errors[0].field, 'new_password')
      await strict.close()
    })

    test('what is wrong is a problem document that names field and rule', async () => {
      const refused = await api('POST', '/register', { email: 'nobody', password: 'secret123', role: 'superadmin' })
      assert.equal(refused.headers.get('content-type'), 'application/problem+json')
      assert.deepEqual([refused.status, refused.body.status, refused.body.title], [422, 422, 'Unprocessable Content'])
      assert.deepEqual(refused.body.errors.map((e: { field: string }) => e.field).toSorted(), ['email', 'role'])
      const table: [number, Asked][] = [
        [409, await api('POST', '/register', { ...ada, email: 'ADA@example.com' })],
        [422, await api('POST', '/register', { email: 'x@example.com', password: 'short' })],
        [400, await api('POST', '/register', { email: 'x@example.com', password: 'a\0control character' })],
        [422, await api('POST', '/register')],
        [401, await api('POST', '/login', { ...ada, password: 'wrong' })],
        [401, await api('POST', '/login', { ...ada, email: 'nobody@example.com' })],
        [401, await api('GET', '/me')],
        [401, await api('GET', '/me', undefined, 'nonsense')],
        [400, await asked(`${gatehouse.issuer}/api/v1/auth/login`, 'POST', undefined, { 'content-type': 'application/json' }, '{')],
        [415, await asked(`${gatehouse.issuer}/api/v1/auth/login`, 'POST', undefined, { 'content-type': 'text/plain' }, 'x')],
        [415, await asked(`${gatehouse.issuer}/api/v1/auth/login`, 'POST', undefined, formType, 'email=a')],
      ]
      for (const [status, { status: got, body, headers, text }] of table) {
        assert.deepEqual([got, body.status], [status, status], text)
        assert.equal(headers.get('content-type'), 'application/problem+json')
        assert.equal(headers.has('www-authenticate'), status === 401)
        assert.ok(!text.includes('secret123'))
      }
      const { status, headers } = await asked(`${gatehouse.issuer}/api/v1/auth/login`, 'DELETE')
      assert.deepEqual([status, headers.get('allow')], [405, 'POST'])
      assert.equal(
        (await asked(`${gatehouse.issuer}/token`, 'POST', { grant_type: 'password' })).body.error,
        'invalid_request',
        'forms stay forms',
      )
    })
    const formType = { 'content-type': 'application/x-www-form-urlencoded' }

    test('a token that is sent in two ways: the answer names the scheme', async () => {
      const { access_token } = await login()
      const { status, headers } = await asked(`${gatehouse.issuer}/api/v1/auth/me?access_token=x`, 'GET', undefined, bearer(access_token))
      assert.deepEqual([status, /^Bearer .*error="invalid_request"/.test(headers.get('www-authenticate') ?? '')], [400, true])
    })

    test('a token of another client, an API of another tenant and a temporary password open nothing', async () => {
      await gatehouse.addAccount({ username: alice.username, role: 'superadmin' }, alice.password)
      await gatehouse.addClient({ client_id: 'app', redirect_uris: [callback], policy: { consent: 'skip' } }, 'secret')
      const { access_token } = await application(gatehouse, { id: 'app', secret: 'secret' }).tokens(gatehouse.browser())
      const refused = await me(access_token)
      assert.deepEqual([refused.status, refused.body.detail], [403, 'this token was not issued by the sign-in API'])
      await gatehouse.app.tenants.create({ slug: 'acme', name: 'Acme' })
      const mine = (await login()).access_token
      assert.equal((await asked(`${gatehouse.issuer}/t/acme/api/v1/auth/me`, 'GET', undefined, bearer(mine))).status, 401)
      const account = { username: 'new', email: 'new@example.com' }
      await createAccount(gatehouse.root.accounts, account, { text: 'told by somebody', temporary: true })
      assert.equal((await api('POST', '/login', { email: 'new', password: 'told by somebody' })).status, 403)
    })

    test('no client takes the name of the API', async () => {
      await assert.rejects(
        gatehouse.addClient({ client_id: 'gatehouse', redirect_uris: [callback] }),
        /is reserved for an application of this server/,
      )
    })

    test('sign-up can be closed', async () => {
      const closed = await testApp(engine, { API_SIGN_UP: 'false' })
      try {
        assert.equal((await asked(`${closed.issuer}/api/v1/auth/register`, 'POST', ada)).status, 403)
        assert.equal(await closed.root.store.accounts.count(), 0)
      } finally {
        await closed.close()
      }
    })
  })
}
