/** The administration API: tenants, at the root tenant alone. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { type Asked, asked, bearer } from './json.ts'

const password = 'a long password'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`administration of tenants, on ${engine}`, () => {
    let gatehouse: TestApp
    let token: string
    before(async () => {
      gatehouse = await testApp(engine, { KEYS_ALGS: 'ES256,RS256' })
      await gatehouse.addAccount({ username: 'boss', role: 'superadmin' }, password)
      token = (await asked(`${gatehouse.issuer}/api/v1/auth/login`, 'POST', { email: 'boss', password })).body.access_token
    })
    after(() => gatehouse.close())

    const admin = (method: string, path: string, body?: unknown): Promise<Asked> =>
      asked(`${gatehouse.issuer}/api/v1/admin${path}`, method, body, bearer(token))

    test('a tenant is made with its first administrator, shown and listed', async () => {
      const ask = { id: 'acme', name: 'Acme Ltd', administrator: { username: 'ada' } }
      const made = await admin('POST', '/tenants', ask)
      assert.equal(made.status, 201, made.text)
      const { administrator, ...tenant } = made.body
      assert.deepEqual([tenant.id, tenant.name, tenant.issuer], ['acme', 'Acme Ltd', `${gatehouse.issuer}/t/acme`])
      assert.deepEqual((await admin('GET', '/tenants/acme')).body, tenant)
      const acme = await gatehouse.app.tenant('acme')
      assert.equal((await acme?.store.accounts.bySubject(administrator.id))?.role, 'superadmin')
      const [noted] = (await acme?.store.audit.search({ act: 'user.create', limit: 1, newestFirst: false })) ?? []
      assert.deepEqual([noted?.target, noted?.detail], [administrator.id, { role: 'superadmin', access: 'temporary_password' }])
      const login = { email: 'ada', password: administrator.temporary_password }
      const there = await asked(`${gatehouse.issuer}/t/acme/api/v1/auth/login`, 'POST', login)
      assert.equal(there.body.detail, 'this password is temporary; sign in with a browser and choose your own')
      const { items } = (await admin('GET', '/tenants')).body
      assert.deepEqual(
        items.map(({ id }: { id: string }) => id),
        ['root', 'acme'],
      )
      const first = (await admin('GET', '/tenants?limit=1')).body
      assert.deepEqual([first.items[0].id, first.next], ['root', 'root'])
      assert.deepEqual((await admin('GET', '/tenants?limit=1&after=root')).body, { items: [tenant], next: null })
      const { detail, status } = (await admin('POST', '/tenants', ask)).body
      assert.deepEqual([status, detail], [409, 'a tenant with this slug exists already'])
    })

    test('an invited administrator without an address is refused before anything is made', async () => {
      const refused = await admin('POST', '/tenants', {
        id: 'halved',
        name: 'Halved',
        administrator: { username: 'x', access: 'invitation' },
      })
      assert.equal(refused.status, 422)
      assert.equal((await admin('GET', '/tenants/halved')).status, 404)
      const invited = { username: 'x', email: 'x@example.com', access: 'invitation' }
      const made = await admin('POST', '/tenants', { id: 'invited', name: 'Invited', administrator: invited })
      assert.equal(made.body.administrator.invitation_sent, true)
    })

    test('a tenant is renamed, given settings and lifetimes, suspended and resumed', async () => {
      await admin('POST', '/tenants', { id: 'umbra', name: 'Umbra' })
      const set = { name: 'Umbra Ltd', sign_up: false, lifetimes: { access_token: 60 } }
      const changed = (await admin('PATCH', '/tenants/umbra', set)).body
      assert.deepEqual(
        [changed.name, changed.sign_up, changed.password_grant, changed.lifetimes],
        ['Umbra Ltd', false, true, { access_token: 60 }],
      )
      const more = (await admin('PATCH', '/tenants/umbra', { lifetimes: { code: 30 } })).body
      assert.deepEqual([more.name, more.lifetimes], ['Umbra Ltd', { access_token: 60, code: 30 }])
      assert.deepEqual((await admin('PATCH', '/tenants/umbra', { lifetimes: null })).body.lifetimes, {})
      const keys = async () => (await fetch(`${gatehouse.issuer}/t/umbra/.well-known/jwks.json`)).status
      assert.equal((await admin('PUT', '/tenants/umbra/status', { status: 'suspended' })).body.status, 'suspended')
      assert.equal(await keys(), 404)
      assert.equal((await admin('GET', '/tenants/umbra')).body.status, 'suspended')
      await admin('PUT', '/tenants/umbra/status', { status: 'active' })
      assert.equal(await keys(), 200)
    })

    test('what is wrong is named', async () => {
      const wrong: [method: string, path: string, body: unknown, status: number, field?: string][] = [
        ['POST', '/tenants', { id: 'Root', name: 'X' }, 422, 'id'],
        ['POST', '/tenants', { id: 'root', name: 'X' }, 422, 'id'],
        ['PATCH', '/tenants/root', { lifetimes: { code: 0 } }, 422, 'lifetimes.code'],
        ['PATCH', '/tenants/nowhere', { name: 'X' }, 404],
        ['GET', '/tenants/nowhere', undefined, 404],
        ['PUT', '/tenants/nowhere/status', { status: 'active' }, 404],
      ]
      for (const [method, path, body, status, field] of wrong) {
        const answer = await admin(method, path, body)
        assert.equal(answer.status, status, `${method} ${path}: ${answer.text}`)
        if (field) assert.equal(answer.body.errors[0].field, field)
        else assert.equal(answer.body.detail, 'there is no such tenant here')
      }
      const root = (await admin('PUT', '/tenants/root/status', { status: 'suspended' })).body
      assert.deepEqual([root.status, root.detail], [409, 'the root tenant cannot be suspended'])
    })

    test('a superadmin of another tenant does not get there', async () => {
      const tenant = await gatehouse.app.tenant('acme')
      await gatehouse.addAccount({ username: 'there', role: 'superadmin' }, password, tenant)
      const { body } = await asked(`${gatehouse.issuer}/t/acme/api/v1/auth/login`, 'POST', { email: 'there', password })
      const refused = await asked(`${gatehouse.issuer}/t/acme/api/v1/admin/tenants`, 'GET', undefined, bearer(body.access_token))
      assert.deepEqual([refused.status, refused.body.detail], [404, 'tenants are administered at the root tenant'])
    })
  })
}
