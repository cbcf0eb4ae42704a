/** The administration API: people, sessions and grants; what is refused; and that what is done counts. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Role } from '../../src/identity/roles.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { alice, application, callback, shows } from './application.ts'
import { type Asked, asked, bearer } from './json.ts'

const password = 'a long password'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`administration, on ${engine}`, () => {
    let gatehouse: TestApp
    const tokens: Partial<Record<Role, string>> = {}
    before(async () => {
      gatehouse = await testApp(engine, { KEYS_ALGS: 'ES256,RS256' })
      for (const role of ['operator', 'org_admin', 'superadmin'] as const) {
        await gatehouse.addAccount({ sub: `${role}-sub`, username: role, role, email: `${role}@example.com` }, password)
        const { body } = await asked(`${gatehouse.issuer}/api/v1/auth/login`, 'POST', { email: role, password })
        tokens[role] = body.access_token
      }
    })
    after(() => gatehouse.close())

    const admin = (method: string, path: string, body?: unknown, role: Role = 'org_admin'): Promise<Asked> =>
      asked(`${gatehouse.issuer}/api/v1/admin${path}`, method, body, bearer(tokens[role]))

    test('an account is made with every field, shown, found, changed and removed', async () => {
      const made = await admin('POST', '/users', {
        id: 'ada-sub',
        username: 'ada',
        email: 'ada@example.com',
        role: 'operator',
        claims: { name: 'Ada Lovelace', address: { country: 'UK', locality: 'London' } },
      })
      assert.equal(made.status, 201, made.text)
      const { created_at, updated_at, ...rest } = made.body
      assert.deepEqual(rest, {
        id: 'ada-sub',
        username: 'ada',
        email: 'ada@example.com',
        role: 'operator',
        status: 'active',
        has_password: false,
        password_is_temporary: false,
        claims: { name: 'Ada Lovelace', address: { country: 'UK', locality: 'London' } },
        attributes: {},
      })
      assert.deepEqual((await admin('GET', '/users/ada-sub')).body, made.body)
      assert.deepEqual((await admin('GET', '/users?search=lovelace')).body, { items: [], next: null, total: 0 })
      assert.deepEqual((await admin('GET', '/users?search=ADA')).body.items, [made.body])
      const claims = { nickname: 'Countess', address: { locality: null } }
      const changed = await admin('PATCH', '/users/ada-sub', { username: 'countess', claims })
      assert.deepEqual(changed.body.claims, { name: 'Ada Lovelace', nickname: 'Countess', address: { country: 'UK' } })
      assert.equal(changed.body.username, 'countess')
      assert.equal((await admin('PATCH', '/users/ada-sub', { email: null, claims: null })).body.email, null)
      assert.deepEqual((await admin('GET', '/users/ada-sub')).body.claims, {})
      assert.equal((await admin('DELETE', '/users/ada-sub')).status, 204)
      assert.equal((await admin('GET', '/users/ada-sub')).status, 404)
      assert.equal((await admin('DELETE', '/users/ada-sub')).status, 404)
    })

    test('a new email address is proven only if the change says so', async () => {
      await gatehouse.addAccount({ sub: 'moved', username: 'moved', email: 'old@example.com', claims: { email_verified: true } })
      assert.equal((await admin('PATCH', '/users/moved', { claims: { name: 'Same' } })).body.claims.email_verified, true)
      assert.equal((await admin('PATCH', '/users/moved', { email: 'new@example.com' })).body.claims.email_verified, undefined)
      const proven = { email: 'newer@example.com', claims: { email_verified: true } }
      assert.equal((await admin('PATCH', '/users/moved', proven)).body.claims.email_verified, true)
    })

    test('what is wrong is named, and nothing is done by half', async () => {
      const wrong: [method: string, path: string, body: unknown, status: number, field?: string][] = [
        ['POST', '/users', { username: 'a  b' }, 422, 'username'],
        ['POST', '/users', { username: 'x', colour: 'red' }, 422, 'colour'],
        ['POST', '/users', { username: 'x', claims: { website: 'no' } }, 422, 'claims.website'],
        ['POST', '/users', { username: 'OPERATOR' }, 409],
        ['POST', '/users', { username: 'x', access: 'invitation' }, 422, 'email'],
        ['PATCH', '/users/operator-sub', { username: null }, 422, 'username'],
        ['PATCH', '/users/operator-sub', { username: 'org_admin' }, 409],
        ['PATCH', '/users/operator-sub', { claims: { birthdate: 'soon' } }, 422, 'claims.birthdate'],
        ['PATCH', '/users/operator-sub', { role: 'viewer' }, 422, 'role'],
        ['PATCH', '/users/nobody', { username: 'x' }, 404],
        ['GET', '/users?limit=0', undefined, 422, 'limit'],
        ['GET', '/users?after=x', undefined, 422, 'after'],
        ['GET', '/sessions?after=x', undefined, 422, 'after'],
        ['DELETE', '/sessions/nothing', undefined, 404],
        ['DELETE', '/grants/nothing', undefined, 404],
        ['DELETE', '/initial-access-tokens/nothing', undefined, 404],
        ['POST', '/users/operator-sub/links', { kind: 'nonsense' }, 422, 'kind'],
      ]
      const before = await admin('GET', '/users')
      for (const [method, path, body, status, field] of wrong) {
        const answer = await admin(method, path, body)
        assert.equal(answer.status, status, `${method} ${path} ${JSON.stringify(body)}: ${answer.text}`)
        assert.match(String(answer.headers.get('content-type')), /^application\/problem\+json/)
        if (field === undefined) assert.equal('errors' in answer.body, false)
        else
          assert.deepEqual(
            answer.body.errors.map((e: { field: string }) => e.field),
            [field],
          )
      }
      assert.deepEqual((await admin('GET', '/users')).body, before.body)
      assert.equal((await asked(`${gatehouse.issuer}/api/v1/admin/users`, 'POST', '{', bearer(tokens.org_admin), '{')).status, 400)
    })

    test('nobody reaches above themselves, upon themselves, or gives what they do not have', async () => {
      const refused: [role: Role, method: string, path: string, body?: unknown][] = [
        ['org_admin', 'POST', '/users', { username: 'x', role: 'superadmin' }],
        ['org_admin', 'PATCH', '/users/superadmin-sub', { email: 'mine@example.com' }],
        ['org_admin', 'PATCH', '/users/org_admin-sub', { email: 'mine@example.com' }],
        ['org_admin', 'DELETE', '/users/superadmin-sub'],
        ['org_admin', 'DELETE', '/users/org_admin-sub'],
        ['org_admin', 'PUT', '/users/superadmin-sub/status', { status: 'suspended' }],
        ['org_admin', 'PUT', '/users/operator-sub/role', { role: 'superadmin' }],
        ['org_admin', 'POST', '/users/superadmin-sub/temporary-password'],
        ['org_admin', 'DELETE', '/users/superadmin-sub/sessions'],
        ['operator', 'DELETE', '/users/org_admin-sub/sessions'],
        ['operator', 'PUT', '/users/org_admin-sub/status', { status: 'suspended' }],
        ['operator', 'POST', '/users/org_admin-sub/links', { kind: 'reset' }],
      ]
      for (const [role, method, path, body] of refused) {
        const { status, body: answer } = await admin(method, path, body, role)
        assert.equal(status, 403, `${role}: ${method} ${path}`)
        assert.equal(answer.detail, 'you cannot change your own account or those with a higher role, or give a higher role than yours')
      }
      assert.equal(
        (await admin('DELETE', '/users/operator-sub/sessions', undefined, 'operator')).status,
        204,
        'one’s own sessions one may end',
      )
    })

    test('a temporary password is shown once, ends all sessions and tokens, and is valid for one sign-in', async () => {
      const made = (await admin('POST', '/users', { username: 'temp', access: 'temporary_password' })).body
      assert.deepEqual([made.has_password, made.password_is_temporary], [true, true])
      assert.match(made.temporary_password, /^[a-z2-9]{4}(-[a-z2-9]{4}){4}$/)
      const login = () => asked(`${gatehouse.issuer}/api/v1/auth/login`, 'POST', { email: 'temp', password: made.temporary_password })
      assert.equal((await login()).body.detail, 'this password is temporary; sign in with a browser and choose your own')
      const other = await admin('POST', `/users/${made.id}/temporary-password`)
      assert.notEqual(other.body.password, made.temporary_password)
      assert.equal((await login()).status, 401)
      assert.doesNotMatch((await admin('GET', `/users/${made.id}`)).text, /argon2|temporary_password"/)
    })

    test('sessions and grants are listed, and end at once', async () => {
      await gatehouse.addClient({ client_id: 'app', redirect_uris: [callback], scope: 'openid' }, 'secret')
      const id = await gatehouse.addAccount({ sub: 'alice-sub', username: alice.username }, alice.password)
      const app = application(gatehouse, { id: 'app', secret: 'secret' })
      const { access_token } = await app.tokens(gatehouse.browser())
      const userinfo = () => asked(`${gatehouse.issuer}/userinfo`, 'GET', undefined, bearer(access_token))
      assert.equal((await userinfo()).status, 200)
      const [session] = (await admin('GET', `/sessions?user=${id}`)).body.items
      assert.deepEqual([session.user_id, session.username, session.amr], [id, alice.username, ['pwd']])
      const grants = (await admin('GET', `/grants?user=${id}&client=app`)).body.items
      assert.deepEqual([grants.length, grants[0].scope], [1, 'openid'])
      assert.equal((await admin('DELETE', `/sessions/${session.id}`, undefined, 'operator')).status, 204)
      assert.deepEqual((await admin('GET', `/sessions?user=${id}`)).body.items, [])
      assert.equal((await admin('DELETE', `/grants/${grants[0].id}`, undefined, 'operator')).status, 204)
      assert.deepEqual((await admin('GET', `/grants?user=${id}`)).body.items, [])
      assert.equal((await userinfo()).status, 401)
      assert.equal((await admin('DELETE', `/grants/${grants[0].id}`, undefined, 'operator')).status, 404)
    })

    test('a machine administers with the scopes it was registered for, and a token for this API', async () => {
      const scope = 'admin:users:read admin:users:write'
      await gatehouse.addClient({ client_id: 'robot', grant_types: ['client_credentials'], scope }, 'secret')
      const { post } = application(gatehouse, { id: 'robot', secret: 'secret' })
      const resource = `${gatehouse.issuer}/api/v1/admin`
      const token = async (fields: object) => (await post('/token', { grant_type: 'client_credentials', ...fields })).body
      const list = (text: string) => asked(`${resource}/users`, 'GET', undefined, bearer(text))
      const right = await token({ resource })
      assert.equal(right.scope, scope)
      assert.equal((await list(right.access_token)).status, 200)
      assert.equal((await list((await token({})).access_token)).status, 401, 'for the issuer')
      const other = (await token({ resource, scope: 'admin:users:write' })).access_token
      const refused = await list(other)
      assert.deepEqual([refused.status, refused.body.detail], [403, 'the access token lacks the scope for this'])
      assert.equal((await token({ resource, scope: 'admin:keys:write' })).error, 'invalid_scope')
      const give = (role: string) => asked(`${resource}/users`, 'POST', { username: `made-${role}`, role }, bearer(right.access_token))
      assert.equal((await give('viewer')).status, 201)
      assert.equal((await give('org_admin')).status, 403, 'it may make accounts, but not give roles')
      const reset = `${resource}/users/superadmin-sub/temporary-password`
      assert.equal((await asked(reset, 'POST', undefined, bearer(right.access_token))).status, 403, 'nobody is above a superadmin')
    })

    test('a person administers through an application after consent in plain words', async () => {
      await gatehouse.addClient({ client_id: 'console', redirect_uris: [callback], scope: 'openid admin:users:read' }, 'secret')
      const resource = `${gatehouse.issuer}/api/v1/admin`
      const app = application(gatehouse, { id: 'console', secret: 'secret', scope: 'admin:users:read' })
      const browser = gatehouse.browser()
      const who = { username: 'operator', password }
      await browser.open(app.url({ resource }))
      const consent = await browser.submit('sign-in', who)
      assert.ok(shows(consent, 'consent'))
      assert.match(consent.html, /See the accounts of this organisation, with their roles/)
      await browser.submit('consent', { answer: 'allow' })
      const { access_token } = await app.tokens(browser, { resource })
      const ask = (path: string, method = 'GET') => asked(resource + path, method, undefined, bearer(access_token))
      assert.equal((await ask('/users')).status, 200)
      assert.equal((await ask('/sessions')).body.detail, 'the access token lacks the scope for this')
      await admin('PUT', '/users/operator-sub/role', { role: 'viewer' }, 'superadmin')
      assert.equal((await ask('/users')).status, 401, 'the token says the old role')
      await admin('PUT', '/users/operator-sub/role', { role: 'operator' }, 'superadmin')
    })

    test('the audit log has who did it, through which application, and who was refused', async () => {
      await admin('PUT', '/users/superadmin-sub/role', { role: 'viewer' })
      const [entry] = await gatehouse.root.store.audit.search({ act: 'user.role', target: 'superadmin-sub', limit: 1, newestFirst: true })
      assert.deepEqual(
        [entry?.outcome, entry?.by, entry?.detail],
        ['failure', { type: 'user', id: 'org_admin-sub' }, { error: 'access_denied' }],
      )
      const [made] = await gatehouse.root.store.audit.search({ act: 'user.create', by: 'robot', limit: 1, newestFirst: false })
      assert.deepEqual([made?.outcome, made?.by], ['success', { type: 'client', id: 'robot' }])
    })

    test('a group is made, filled, shown, changed and removed', async () => {
      await gatehouse.addAccount({ sub: 'member', username: 'member' })
      const made = await admin('POST', '/groups', { name: 'Engineering', description: 'All who build' })
      assert.deepEqual([made.status, made.body.name, made.body.description, made.body.members], [201, 'Engineering', 'All who build', 0])
      const at = `/groups/${made.body.id}`
      assert.equal((await admin('POST', '/groups', { name: 'engineering' })).body.detail, 'another group has this name')
      assert.deepEqual((await admin('POST', `${at}/members`, { user_ids: ['member', 'operator-sub'] })).body, { added: 2 })
      assert.deepEqual((await admin('POST', `${at}/members`, { user_ids: ['member'] })).body, { added: 0 })
      const unknown = await admin('POST', `${at}/members`, { user_ids: ['nobody'] })
      assert.deepEqual([unknown.status, unknown.body.detail], [422, 'nobody was added to the group'])
      const names = async () => (await admin('GET', `${at}/members`)).body.items.map((one: { username: string }) => one.username)
      assert.deepEqual(await names(), ['member', 'operator'])
      assert.equal((await admin('DELETE', `${at}/members/member`)).status, 204)
      assert.equal((await admin('DELETE', `${at}/members/member`)).body.detail, 'this person is not in the group')
      assert.deepEqual(await names(), ['operator'])
      assert.equal((await admin('PATCH', at, { description: null })).body.description, null)
      assert.deepEqual(
        (await admin('GET', '/groups?search=ENG')).body.items.map((one: { id: string }) => one.id),
        [made.body.id],
      )
      assert.equal((await admin('DELETE', at)).status, 204)
      for (const [method, path, body] of [
        ['GET', at, undefined],
        ['PATCH', at, {}],
        ['DELETE', at, undefined],
        ['GET', `${at}/members`, undefined],
        ['POST', `${at}/members`, { user_ids: ['member'] }],
        ['DELETE', `${at}/members/member`, undefined],
      ] as const) {
        const gone = await admin(method, path, body)
        assert.deepEqual([gone.status, gone.body.detail], [404, 'there is no such group here'], `${method} ${path}`)
      }
    })

    test('second factors are shown, and taken away from who has lost them', async () => {
      const id = await gatehouse.addAccount({ username: 'careful' }, password)
      assert.deepEqual((await admin('GET', `/users/${id}/factors`)).body, { totp: null, passkeys: [], recovery_codes: 0 })
      const none = await admin('DELETE', `/users/${id}/factors`)
      assert.deepEqual([none.status, none.body.detail], [404, 'this account has no second factor'])
      assert.equal((await admin('DELETE', '/users/superadmin-sub/factors')).status, 403)
    })

    test('lists lead from page to page, each item once', async () => {
      for (let n = 0; n < 3; n++) {
        await gatehouse.addAccount({ username: `paged${n}` }, password)
        await application(gatehouse, { id: 'app', secret: 'secret' }).tokens(gatehouse.browser(), {}, { username: `paged${n}`, password })
      }
      for (const [path, limit] of [
        ['/users?sort=username', 2],
        ['/grants?', 1],
        ['/sessions?', 1],
      ] as const) {
        const all = (await admin('GET', `${path}&limit=200`)).body
        assert.equal(all.next, null)
        const found: unknown[] = []
        for (let after: string | null = ''; after !== null; ) {
          const { body }: Asked = await admin('GET', `${path}&limit=${limit}${after === '' ? '' : `&after=${encodeURIComponent(after)}`}`)
          assert.ok(body.items.length <= limit)
          found.push(...body.items)
          after = body.next
        }
        assert.deepEqual(found, all.items)
        assert.ok(found.length > 2)
      }
    })
  })
}
