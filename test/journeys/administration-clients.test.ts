/** The administration API: clients, their secrets, APIs, keys and the audit log. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Role } from '../../src/identity/roles.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { application, callback } from './application.ts'
import { type Asked, asked, bearer } from './json.ts'

const password = 'a long password'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`administration of clients, on ${engine}`, () => {
    let gatehouse: TestApp
    const tokens: Partial<Record<Role, string>> = {}
    before(async () => {
      gatehouse = await testApp(engine, { KEYS_ALGS: 'ES256,RS256' })
      for (const role of ['operator', 'org_admin', 'superadmin'] as const) {
        await gatehouse.addAccount({ sub: `${role}-sub`, username: role, role }, password)
        const { body } = await asked(`${gatehouse.issuer}/api/v1/auth/login`, 'POST', { email: role, password })
        tokens[role] = body.access_token
      }
    })
    after(() => gatehouse.close())

    const admin = (method: string, path: string, body?: unknown, role: Role = 'org_admin'): Promise<Asked> =>
      asked(`${gatehouse.issuer}/api/v1/admin${path}`, method, body, bearer(tokens[role]))
    const tokenFor = async (id: string, secret: string) =>
      (await application(gatehouse, { id, secret }).post('/token', { grant_type: 'client_credentials' })).status

    test('a client is registered, shown, changed and removed', async () => {
      const made = await admin('POST', '/clients', { client_id: 'shop', client_name: 'Shop', redirect_uris: [callback] })
      assert.equal(made.status, 201, made.text)
      const { client_secret, ...registered } = made.body
      assert.match(client_secret, /^gth_cs_/)
      assert.deepEqual((await admin('GET', '/clients/shop')).body, registered)
      assert.deepEqual((await admin('GET', '/clients')).body, { items: [registered], next: null })
      const change = { client_name: null, scope: 'openid email', policy: { code_lifetime: 30 } }
      const changed = (await admin('PATCH', '/clients/shop', change)).body
      const { client_name: _, ...rest } = registered
      assert.deepEqual(changed, { ...rest, scope: 'openid email', policy: { ...registered.policy, code_lifetime: 30 } })
      assert.equal((await admin('PATCH', '/clients/shop', { policy: { code_lifetime: null } })).body.policy.code_lifetime, undefined)
      assert.deepEqual((await admin('GET', '/clients/shop/status')).body, { client_id: 'shop', status: 'active' })
      assert.deepEqual((await admin('PUT', '/clients/shop/status', { status: 'disabled' })).body, { client_id: 'shop', status: 'disabled' })
      assert.equal((await admin('GET', '/clients/shop/status')).body.status, 'disabled')
      assert.equal((await admin('GET', '/clients/shop')).status, 200, 'a disabled one is still to be seen')
      assert.equal((await admin('DELETE', '/clients/shop')).status, 204)
      for (const [method, path] of [
        ['GET', ''],
        ['PATCH', ''],
        ['DELETE', ''],
        ['GET', '/secrets'],
      ] as const) {
        const gone = await admin(method, `/clients/shop${path}`, method === 'PATCH' ? {} : undefined)
        assert.deepEqual([gone.status, gone.body.detail], [404, 'there is no such client here'])
      }
    })

    test('what is wrong with a client is named, and it stays as it was', async () => {
      const before = (await admin('POST', '/clients', { client_id: 'kept', redirect_uris: [callback] })).body
      const wrong: [method: string, path: string, body: unknown, status: number, field?: string][] = [
        ['POST', '/clients', { client_id: 'kept', redirect_uris: [callback] }, 409],
        ['POST', '/clients', { redirect_uris: ['http://x.example'] }, 422, 'redirect_uris.0'],
        ['POST', '/clients', { redirect_uris: [callback], grant_types: ['magic'] }, 422, 'grant_types'],
        ['POST', '/clients', { redirect_uris: [callback], colour: 'red' }, 422, 'colour'],
        ['POST', '/clients', { client_id: 'gatehouse', redirect_uris: [callback] }, 422, 'client_id'],
        ['PATCH', '/clients/kept', { client_id: 'other' }, 422, 'client_id'],
        ['PATCH', '/clients/kept', { redirect_uris: null }, 422, 'redirect_uris'],
        ['PATCH', '/clients/kept', { policy: { pkce: 'perhaps' } }, 422, 'policy.pkce'],
        ['PATCH', '/clients/gatehouse', {}, 404],
      ]
      for (const [method, path, body, status, field] of wrong) {
        const answer = await admin(method, path, body)
        assert.equal(answer.status, status, `${method} ${path} ${JSON.stringify(body)}: ${answer.text}`)
        if (field !== undefined)
          assert.deepEqual(
            answer.body.errors.map((e: { field: string }) => e.field),
            [field],
          )
      }
      const { client_secret: _, ...registered } = before
      assert.deepEqual((await admin('GET', '/clients/kept')).body, registered)
    })

    test('a client does not newly name a connection that does not exist', async () => {
      const unknown = 'connections names a connection that does not exist; set it up first, or correct the name'
      const web = { client_id: 'agent', redirect_uris: [callback] }
      const refused = await admin('POST', '/clients', { ...web, connections: { files: 'read' } })
      assert.deepEqual([refused.status, refused.body.detail], [400, unknown])
      assert.equal((await admin('GET', '/clients/agent')).status, 404)
      const connection = { name: 'files', issuer: 'https://files.example', client_id: 'gatehouse' }
      assert.equal((await admin('POST', '/connections', connection)).status, 201)
      assert.equal((await admin('POST', '/clients', { ...web, connections: { files: 'read' } })).status, 201)
      const other = await admin('PATCH', '/clients/agent', { connections: { other: 'read' } })
      assert.deepEqual([other.status, other.body.detail], [400, unknown])
      assert.equal((await admin('DELETE', '/connections/files')).status, 204)
      const named = await admin('PATCH', '/clients/agent', { client_name: 'Agent', connections: { files: 'read write' } })
      assert.deepEqual([named.status, named.body.connections], [200, { files: 'read write' }], 'it named it before')
      assert.equal((await admin('DELETE', '/clients/agent')).status, 204)
    })

    test('secrets are added, rotated with an overlap, expire and are taken away', async () => {
      const machine = { client_id: 'robot', grant_types: ['client_credentials'], scope: 'x' }
      const { client_secret: first } = (await admin('POST', '/clients', machine)).body
      const added = await admin('POST', '/clients/robot/secrets', { expires_in: 60 })
      assert.equal(added.status, 201)
      assert.equal(Date.parse(added.body.expires_at) - Date.parse(added.body.created_at), 60_000)
      for (const secret of [first, added.body.secret]) assert.equal(await tokenFor('robot', secret), 200)
      gatehouse.advance(60)
      assert.equal(await tokenFor('robot', added.body.secret), 401)
      const rotated = (await admin('POST', '/clients/robot/secrets/rotate', { overlap: 30 })).body
      for (const secret of [first, rotated.secret]) assert.equal(await tokenFor('robot', secret), 200)
      gatehouse.advance(30)
      assert.equal(await tokenFor('robot', first), 401)
      const listed = await admin('GET', '/clients/robot/secrets')
      assert.ok(listed.body.items.some(({ id }: { id: string }) => id === rotated.id))
      assert.doesNotMatch(listed.text, /"secret"|hash/)
      assert.equal((await admin('DELETE', `/clients/robot/secrets/${rotated.id}`)).status, 204)
      assert.equal(await tokenFor('robot', rotated.secret), 401)
      const gone = await admin('DELETE', `/clients/robot/secrets/${rotated.id}`)
      assert.deepEqual([gone.status, gone.body.detail], [404, 'this client has no such secret'])
      const open = { client_id: 'open', redirect_uris: [callback], token_endpoint_auth_method: 'none' }
      assert.equal((await admin('POST', '/clients', open)).body.client_secret, undefined)
      const refused = await admin('POST', '/clients/open/secrets', {})
      assert.deepEqual([refused.status, refused.body.detail], [409, 'this client authenticates without a secret'])
    })

    test('nobody registers, changes or gets the secret of a client that may do more than they', async () => {
      const over = 'the scopes of this client exceed your own permissions'
      const machine = { grant_types: ['client_credentials'], scope: 'admin:users:read admin:keys:write' }
      assert.equal((await admin('POST', '/clients', { ...machine, client_id: 'mighty' })).body.detail, over)
      assert.equal((await admin('POST', '/clients', { ...machine, client_id: 'mighty' }, 'superadmin')).status, 201)
      for (const [method, path, body] of [
        ['PATCH', '', { client_name: 'Mine' }],
        ['DELETE', '', undefined],
        ['PUT', '/status', { status: 'disabled' }],
        ['POST', '/assignments', { kind: 'user', id: 'x' }],
        ['DELETE', '/assignments/user/x', undefined],
        ['POST', '/secrets', {}],
        ['POST', '/secrets/rotate', {}],
        ['DELETE', '/secrets/x', undefined],
      ] as const) {
        const refused = await admin(method, `/clients/mighty${path}`, body)
        assert.deepEqual([refused.status, refused.body.detail], [403, over], `${method} ${path}`)
      }
      await admin('POST', '/clients', { client_id: 'modest', grant_types: ['client_credentials'], scope: 'admin:users:read' })
      assert.equal((await admin('PATCH', '/clients/modest', { scope: machine.scope })).body.detail, over)
      assert.equal((await admin('GET', '/clients/modest')).body.scope, 'admin:users:read')
      const silent = { client_id: 'silent', redirect_uris: [callback], scope: 'admin:users:read', policy: { consent: 'skip' } }
      assert.equal(
        (await admin('POST', '/clients', silent, 'superadmin')).body.detail,
        'a client with administration scopes for people must ask for consent',
      )
      assert.equal(
        (await admin('POST', '/clients', { ...silent, scope: 'openid' })).status,
        201,
        'one that does not administer may skip it',
      )
    })

    test('an API is registered, shown, changed and removed, by its encoded identifier', async () => {
      const identifier = 'https://api.example/orders?v=1'
      const at = `/resources/${encodeURIComponent(identifier)}`
      const scopes = { 'orders:read': 'See your orders', 'orders:write': 'Order' }
      const made = await admin('POST', '/resources', { identifier, name: 'Orders', resource_id: 'orders', scopes, with_secret: true })
      assert.equal(made.status, 201, made.text)
      const { secret, ...registered } = made.body
      assert.match(secret, /^gth_cs_/)
      assert.deepEqual((await admin('GET', at)).body, registered)
      const changed = (await admin('PATCH', at, { scopes: { 'orders:write': null }, access_token_lifetime: 60 })).body
      assert.deepEqual(changed, { ...registered, scopes: { 'orders:read': 'See your orders' }, access_token_lifetime: 60 })
      assert.match((await admin('POST', `${at}/secrets/rotate`, { overlap: 60 })).body.secret, /^gth_cs_/)
      const other = { identifier: 'https://b.example', name: 'B' }
      assert.equal((await admin('POST', '/resources', other)).status, 201)
      const taken = 'another API has this identifier or resource_id'
      assert.equal((await admin('POST', '/resources', other)).body.detail, taken)
      assert.equal((await admin('PATCH', '/resources/https%3A%2F%2Fb.example', { resource_id: 'orders' })).body.detail, taken)
      assert.equal((await admin('POST', '/resources', { identifier: `${gatehouse.issuer}/api/v1/admin`, name: 'Mine' })).body.detail, taken)
      assert.deepEqual((await admin('POST', '/resources', { identifier: 'x', name: 'X' })).body.errors[0].field, 'identifier')
      assert.deepEqual((await admin('PATCH', at, { name: null })).body.errors[0].field, 'name')
      assert.equal((await admin('DELETE', at)).status, 204)
      for (const [method, path] of [
        ['GET', at],
        ['PATCH', at],
        ['DELETE', at],
        ['POST', `${at}/secrets/rotate`],
      ] as const) {
        const gone = await admin(method, path, ['PATCH', 'POST'].includes(method) ? {} : undefined)
        assert.deepEqual([gone.status, gone.body.detail], [404, 'there is no such API here'], method)
      }
    })

    test('a key is rotated and revoked, and what it signed is refused', async () => {
      const rotated = await admin('POST', '/keys/rotate', { alg: 'ES256', immediately: true }, 'superadmin')
      assert.deepEqual([rotated.status, rotated.body.made], [201, true], rotated.text)
      const states = async () => {
        const { items } = (await admin('GET', '/keys')).body as { items: { id: string; state: string }[] }
        return Object.fromEntries(items.map(({ id, state }) => [id, state]))
      }
      assert.equal((await states())[rotated.body.id], 'active')
      const [next, again] = [
        await admin('POST', '/keys/rotate', { alg: 'ES256' }, 'superadmin'),
        await admin('POST', '/keys/rotate', { alg: 'ES256' }, 'superadmin'),
      ]
      assert.deepEqual([next.body.made, again.body.made, again.body.id], [true, false, next.body.id], 'one waits already')
      const { status, body } = await admin('POST', '/keys/rotate', { alg: 'PS256' }, 'superadmin')
      assert.deepEqual([status, body.errors], [422, [{ field: 'alg', rule: 'has no keys that this server creates' }]])
      assert.equal((await admin('DELETE', `/keys/${rotated.body.id}`, undefined, 'superadmin')).status, 204)
      assert.ok(!((await states())[rotated.body.id] === 'active'))
      const gone = await admin('DELETE', '/keys/nothing', undefined, 'superadmin')
      assert.deepEqual([gone.status, gone.body.detail], [404, 'there is no such key here'])
    })

    test('the audit log is searched, and exported page by page as JSON Lines', async () => {
      const { body } = await admin('GET', '/audit?act=client.create&outcome=success&limit=1')
      assert.deepEqual([body.items[0].by.type, body.items[0].target.type], ['user', 'client'])
      const second = (await admin('GET', `/audit?act=client.create&outcome=success&limit=1&after=${encodeURIComponent(body.next)}`)).body
      assert.notEqual(second.items[0].id, body.items[0].id)
      assert.ok(second.items[0].time <= body.items[0].time, 'newest first')
      const found = async (query: string) => (await admin('GET', `/audit?${query}`)).body.items.length
      assert.ok((await found('about=robot')) >= 3)
      assert.equal(await found('since=2999-01-01T00:00:00Z'), 0)
      assert.equal(await found('until=1999-01-01T00:00:00%2B01:00'), 0)
      assert.deepEqual((await admin('GET', '/audit?act=nonsense')).body.errors[0].field, 'act')
      const all: string[] = []
      let url: string | undefined = `${gatehouse.issuer}/api/v1/admin/audit/export?outcome=success&limit=4`
      for (; url !== undefined; ) {
        const answer: Asked = await asked(url, 'GET', undefined, bearer(tokens.operator))
        assert.equal(answer.headers.get('content-type'), 'application/jsonl')
        all.push(...answer.text.split('\n').filter(Boolean))
        url = /^<(.+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1]
      }
      const whole = await asked(`${gatehouse.issuer}/api/v1/admin/audit/export?outcome=success`, 'GET', undefined, bearer(tokens.operator))
      assert.deepEqual(all, whole.text.split('\n').filter(Boolean))
      assert.ok(all.length > 8)
      const times = all.map((line) => JSON.parse(line).time)
      assert.deepEqual(times, times.toSorted(), 'oldest first')
      assert.doesNotMatch(whole.text, /gth_cs_|argon2/)
    })
  })
}
