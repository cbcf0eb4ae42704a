/** The surface of Auto Authn: its README, with cookies as its test client keeps them, in TypeScript and by curl; and what is closed in production. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { promisify } from 'node:util'
import { createAccount } from '../../src/identity/accounts.ts'
import type { Tenant } from '../../src/tenant.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { call, claimsOf, encode, type Fields } from './application.ts'
import { type Asked, asked } from './json.ts'

const password = 'SecretPwd123'
const run = promisify(execFile)

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`the surface of Auto Authn, on ${engine}`, () => {
    let gatehouse: TestApp
    before(async () => {
      gatehouse = await testApp(engine, { KEYS_ALGS: 'ES256' })
      await gatehouse.addAccount({ username: 'rootling', email: 'r@example.com' }, password)
    })
    after(() => gatehouse.close())

    const json = (path: string, body: unknown, cookie?: string): Promise<Asked> =>
      asked(gatehouse.issuer + path, 'POST', body, cookie === undefined ? {} : { cookie })
    const form = (path: string, fields: Fields, cookie?: string) =>
      call(gatehouse.issuer + path, { body: encode(fields), headers: cookie === undefined ? {} : { cookie } })
    const cookieOf = ({ headers }: Asked) => (headers.get('set-cookie') ?? '').split(';')[0] as string
    const signUp = async (slug: string, name = 'alice') => {
      assert.equal((await json('/tenant', { slug, name: slug, email: 'ops@example.com' })).status, 201)
      return json('/register', { tenant_slug: slug, username: name, email: `${name}@example.com`, password })
    }

    test('the README: health, tenant, sign-up, password grant, refresh, logout, revocation', async () => {
      assert.deepEqual((await asked(`${gatehouse.issuer}/healthz`, 'GET')).body, { status: 'alive' })
      const { service, version } = (await asked(`${gatehouse.issuer}/methodz`, 'GET')).body
      assert.deepEqual([service, typeof version], ['gatehouse', 'string'])
      const registered = await signUp('readme')
      assert.equal(registered.status, 201)
      assert.deepEqual(registered.body.token_type, 'bearer')
      const cookie = cookieOf(registered)
      const issuer = `${gatehouse.issuer}/t/readme`
      const tokens = (await form('/token', { grant_type: 'password', username: 'alice', password }, cookie)).body
      assert.deepEqual([claimsOf(tokens.access_token).iss, claimsOf(tokens.id_token).iss], [issuer, issuer])
      const refreshed = (await json('/token/refresh', { refresh_token: tokens.refresh_token }, cookie)).body
      assert.notEqual(refreshed.refresh_token, tokens.refresh_token)
      assert.equal(claimsOf(refreshed.id_token).sub, claimsOf(tokens.id_token).sub)
      const out = await json('/logout', { id_token_hint: tokens.id_token }, cookie)
      assert.equal(out.status, 204)
      assert.match(out.headers.get('set-cookie') ?? '', /^gatehouse-session-readme=; .*Max-Age=0/)
      const tenant = (await gatehouse.app.tenant('readme')) as Tenant
      assert.deepEqual(await tenant.ctx.people.sessions(tenant.cookies.read(cookie).sessions, gatehouse.now(), '192.0.2.9'), [])
      assert.equal((await form('/revoke', { token: 'deadbeef' })).status, 200)
      assert.equal((await form('/revoke', { token: refreshed.refresh_token }, cookie)).status, 200)
      assert.equal((await json('/token/refresh', { refresh_token: refreshed.refresh_token }, cookie)).status, 401)
    })

    test('the same by curl, with the tenant named instead of a cookie', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'gatehouse-curl-'))
      const curl = async (path: string, ...flags: string[]) => (await run('curl', ['-s', '-S', ...flags, gatehouse.issuer + path])).stdout
      const post = (path: string, body: object) => curl(path, '-H', 'Content-Type: application/json', '-d', JSON.stringify(body))
      try {
        await post('/tenant', { slug: 'curl', name: 'Example', email: 'ops@example.com' })
        await post('/register', { tenant_slug: 'curl', username: 'alice', email: 'alice@example.com', password })
        const fields = ['grant_type=password', 'username=alice', `password=${password}`, 'tenant_slug=curl']
        const tokens = JSON.parse(await curl('/token', ...fields.flatMap((field) => ['-d', field])))
        const refreshed = await post('/token/refresh', { refresh_token: tokens.refresh_token, tenant_slug: 'curl' })
        assert.equal(claimsOf(JSON.parse(refreshed).access_token).iss, `${gatehouse.issuer}/t/curl`)
        const jar = join(folder, 'jar')
        const login = JSON.stringify({ identifier: 'alice@example.com', password, tenant_slug: 'curl' })
        await curl('/login', '-c', jar, '-H', 'Content-Type: application/json', '-d', login)
        const byCookie = JSON.parse(await curl('/token', '-b', jar, ...fields.slice(0, 3).flatMap((field) => ['-d', field])))
        assert.equal(claimsOf(byCookie.access_token).iss, `${gatehouse.issuer}/t/curl`)
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    })

    test('the session of a sign-in is that of the browser, and of the ID token', async () => {
      await signUp('session')
      const { headers, body, status } = await json('/login', { tenant_slug: 'session', identifier: 'ALICE', password })
      assert.equal(status, 200)
      assert.match(headers.get('set-cookie') ?? '', /^gatehouse-session-session=\S+; Path=\/; HttpOnly; SameSite=Lax/)
      const tenant = (await gatehouse.app.tenant('session')) as Tenant
      const [session] = await tenant.ctx.people.sessions(
        tenant.cookies.read(headers.get('set-cookie') ?? '').sessions,
        gatehouse.now(),
        '192.0.2.9',
      )
      assert.equal(claimsOf(body.id_token)['sid'], session?.sid)
      const own = await asked(`${gatehouse.issuer}/t/session/login`, 'POST', { identifier: 'alice', password })
      assert.equal(claimsOf(own.body.access_token).iss, `${gatehouse.issuer}/t/session`)
      assert.equal(
        (await asked(`${gatehouse.issuer}/t/session/login`, 'POST', { tenant_slug: 'readme', identifier: 'a', password })).status,
        422,
      )
    })

    test('logout ends the session of the person in the ID token, and nobody else’s at this browser', async () => {
      const alice = await signUp('both')
      const bob = { tenant_slug: 'both', username: 'bobby', email: 'bobby@example.com', password }
      const both = cookieOf(await json('/register', bob, cookieOf(alice)))
      const tenant = (await gatehouse.app.tenant('both')) as Tenant
      const names = async (cookie: string) =>
        (await tenant.ctx.people.sessions(tenant.cookies.read(cookie).sessions, gatehouse.now(), '192.0.2.9')).map(({ name }) => name)
      assert.deepEqual(await names(both), ['bobby', 'alice'])
      const out = await json('/logout', { id_token_hint: alice.body.id_token }, both)
      assert.deepEqual([await names(both), await names(cookieOf(out))], [['bobby'], ['bobby']])
    })

    test('what happens is in the audit log of the tenant it happens in', async () => {
      const first = await signUp('noted')
      const wrong = { tenant_slug: 'noted', identifier: 'alice', password: 'not this one' }
      await json('/login', wrong)
      const { body } = await json('/login', { ...wrong, password })
      await form('/token', { grant_type: 'password', username: 'alice', password: 'nor this', tenant_slug: 'noted' })
      await form('/token', { grant_type: 'password', username: 'alice', password, tenant_slug: 'noted' })
      await json('/logout', { id_token_hint: body.id_token }, cookieOf(first))
      await json('/logout', { id_token_hint: body.id_token }, cookieOf(first)) // nobody is signed in any more
      const noted = (await gatehouse.app.tenant('noted')) as Tenant
      const { sub } = claimsOf(body.id_token)
      const entries = await noted.store.audit.search({ limit: 50, newestFirst: false })
      assert.deepEqual(
        entries.map(({ act, outcome }) => `${act} ${outcome}`),
        [
          'user.sign-up success',
          'user.sign-in failure',
          'user.sign-in success',
          'user.sign-in failure',
          'user.sign-in success',
          'user.sign-out success',
        ],
      )
      const { by, target, requestId, address } = entries.at(-1) ?? assert.fail()
      assert.deepEqual([by, target, typeof requestId, typeof address], [{ type: 'user', id: sub }, sub, 'string', 'string'])
      const root = await gatehouse.root.store.audit.search({ target: String(sub), limit: 50, newestFirst: false })
      assert.deepEqual(root, [])
    })

    test('what is refused', async () => {
      const cookies = `${cookieOf(await signUp('one'))}; ${cookieOf(await signUp('two'))}`
      const alice = { username: 'alice', email: 'alice@example.com', password }
      const several = await form('/token', { grant_type: 'password', username: 'alice', password }, cookies)
      assert.equal(several.body.error, 'invalid_request')
      assert.equal(several.body.error_description, 'this browser has sessions of several tenants; send tenant_slug')
      const table: [number, Asked][] = [
        [409, await json('/tenant', { slug: 'one', name: 'Again', email: 'ops@example.com' })],
        [422, await json('/tenant', { slug: 'root', name: 'Root', email: 'ops@example.com' })],
        [422, await json('/tenant', { slug: 'Upper', name: 'Upper', email: 'ops@example.com' })],
        [404, await asked(`${gatehouse.issuer}/t/one/tenant`, 'POST', { slug: 'three', name: 'Three', email: 'ops@example.com' })],
        [404, await json('/register', { ...alice, tenant_slug: 'nowhere' })],
        [409, await json('/register', { ...alice, tenant_slug: 'one' })],
        [422, await json('/register', { ...alice, tenant_slug: 'one', password: 'short' })],
        [422, await json('/register', { ...alice, username: 'a b', tenant_slug: 'one' })],
        [422, await json('/register', { username: 'alice', tenant_slug: 'one' })],
        [422, await json('/register', { password, tenant_slug: 'one' })],
        [401, await json('/login', { identifier: 'alice', password: 'not this one', tenant_slug: 'one' })],
        [401, await json('/login', { identifier: 'alice', password })],
        [404, await asked(`${gatehouse.issuer}/t/one/login`, 'POST', { identifier: 'alice', password, tenant_slug: 'two' })],
        [422, await json('/logout', { hint: 'x' })],
        [400, await json('/logout', { id_token_hint: 'nonsense' })],
      ]
      for (const [i, [status, { status: got, text, headers }]] of table.entries()) {
        assert.equal(got, status, `${i}: ${text}`)
        assert.equal(headers.get('content-type'), 'application/problem+json')
      }
      assert.equal((await form('/token', { grant_type: 'refresh_token', refresh_token: 'x' })).body.error, 'invalid_client')
    })

    test('the password grant: own scopes only, right password only, no temporary one, and only clients that are registered for it', async () => {
      await createAccount(gatehouse.root.accounts, { username: 'temporary' }, { text: password, temporary: true })
      const ask = (fields: Fields) => form('/token', { grant_type: 'password', username: 'rootling', password, ...fields })
      const wrong = 'username or password is not right, or this account cannot sign in this way'
      for (const fields of [{ password: 'not this one' }, { username: 'nobody' }, { username: 'temporary' }]) {
        const { status, body } = await ask(fields)
        assert.deepEqual([status, body.error, body.error_description], [400, 'invalid_grant', wrong])
      }
      assert.equal((await ask({ scope: 'openid admin' })).body.error, 'invalid_scope')
      const narrow = (await ask({ scope: 'profile' })).body
      assert.deepEqual([narrow.scope, narrow.id_token, typeof narrow.refresh_token], ['profile', undefined, 'string'])
      await gatehouse.addClient(
        { client_id: 'other', grant_types: ['client_credentials'], scope: 'read', policy: { client_secret_method: 'registered' } },
        'secret',
      )
      const other = { grant_type: 'password', username: 'rootling', password, client_id: 'other', client_secret: 'secret' }
      assert.equal((await form('/token', other)).body.error, 'invalid_client', 'registered for basic')
      await gatehouse.addClient(
        { client_id: 'legacy', grant_types: ['password'], token_endpoint_auth_method: 'client_secret_post', scope: 'profile' },
        'secret',
      )
      assert.equal((await form('/token', { ...other, client_id: 'legacy' })).status, 200)
      await gatehouse.addClient(
        { client_id: 'modern', grant_types: ['refresh_token'], token_endpoint_auth_method: 'client_secret_post', scope: 'profile' },
        'secret',
      )
      assert.equal((await form('/token', { ...other, client_id: 'modern' })).body.error, 'unauthorized_client')
      const nameless = encode({ grant_type: 'password', username: 'rootling', password })
      for (const headers of [{ authorization: 'Basic eDp5' }, { 'oauth-client-attestation': 'x' }, { authorization: 'Bearer x' }])
        assert.notEqual((await call(`${gatehouse.issuer}/token`, { body: nameless, headers })).status, 200, JSON.stringify(headers))
      for (const named of [{ client_id: 'x' }, { client_secret: 'x' }, { client_assertion: 'x' }])
        assert.notEqual((await ask(named)).status, 200, JSON.stringify(named))
    })

    test('closed: as production has it, and per tenant', async () => {
      const closed = await testApp(engine, {
        API_SIGN_UP: 'false',
        API_OPEN_TENANTS: 'false',
        API_WITHOUT_CLIENT: 'false',
        FEATURES_PASSWORD_GRANT: 'false',
        KEYS_ALGS: 'ES256',
      })
      const grants = async (at: string) => (await call(`${at}/.well-known/openid-configuration`)).body.grant_types_supported
      const body = encode({ grant_type: 'password', username: 'a', password })
      try {
        assert.equal((await asked(`${closed.issuer}/tenant`, 'POST', { slug: 'x', name: 'X', email: 'o@example.com' })).status, 401)
        const alice = { username: 'alice', email: 'alice@example.com', password }
        await closed.app.tenants.create({ slug: 'there', name: 'There' })
        assert.equal((await asked(`${closed.issuer}/register`, 'POST', { ...alice, tenant_slug: 'there' })).status, 403)
        assert.equal((await call(`${closed.issuer}/revoke`, { body: 'token=deadbeef' })).body.error, 'invalid_client')
        assert.equal((await call(`${closed.issuer}/token`, { body })).body.error, 'unsupported_grant_type')
        assert.ok(!(await grants(closed.issuer)).includes('password'))
      } finally {
        await closed.close()
      }
      await gatehouse.app.tenants.create({ slug: 'strict', name: 'Strict' })
      await gatehouse.app.tenants.set('strict', { sign_up: false, password_grant: false })
      const strict = `${gatehouse.issuer}/t/strict`
      assert.equal((await call(`${strict}/token`, { body })).body.error, 'unsupported_grant_type')
      assert.ok(!(await grants(strict)).includes('password'))
      assert.ok((await grants(gatehouse.issuer)).includes('password'))
      const refused = await asked(`${strict}/api/v1/auth/register`, 'POST', { email: 'a@example.com', password })
      assert.equal(refused.status, 403)
    })
  })
}
