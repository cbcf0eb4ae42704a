/** Roles: who may change whom, and that it counts at once. What each role may do, permissions.test.ts shows. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type Role, roles } from '../../src/identity/roles.ts'
import { openDatabase } from '../../src/store/open.ts'
import { sql } from '../../src/store/sql.ts'
import type { Tenant } from '../../src/tenant.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { asked, bearer } from './json.ts'

const password = 'a long password'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`roles, on ${engine}`, () => {
    let gatehouse: TestApp
    const tenants: Record<string, Tenant> = {}
    const tokens: Record<string, string> = {}
    before(async () => {
      gatehouse = await testApp(engine, { API_OPEN_TENANTS: 'false' })
      for (const slug of ['acme', 'umbra']) await gatehouse.app.tenants.create({ slug, name: slug })
      for (const slug of ['', 'acme', 'umbra']) {
        tenants[slug] = (await gatehouse.app.tenant(slug)) as Tenant
        await add(slug, 'victim', 'viewer')
        for (const role of roles) {
          await add(slug, role, role)
          tokens[`${slug}/${role}`] = await login(slug, role)
        }
      }
    })
    after(() => gatehouse.close())

    const at = (slug: string, path: string) => `${gatehouse.issuer}${slug === '' ? '' : `/t/${slug}`}${path}`
    const add = (slug: string, name: string, role: Role) =>
      gatehouse.addAccount({ sub: `${name}-sub`, username: name, email: `${name}@example.com`, role }, password, tenants[slug])
    const login = async (slug: string, name: string): Promise<string> =>
      (await asked(at(slug, '/api/v1/auth/login'), 'POST', { email: name, password })).body.access_token
    test('nobody changes who is above them, gives more than they have, or changes themselves', async () => {
      const { accounts } = tenants['umbra']!.store
      for (const actor of ['org_admin', 'superadmin'] as const) {
        for (const was of roles) {
          for (const to of roles) {
            const manageable = roles.indexOf(was) <= roles.indexOf(actor) && roles.indexOf(to) <= roles.indexOf(actor)
            await accounts.change('victim-sub', { role: was })
            const url = at('umbra', '/api/v1/auth/users/victim-sub/role')
            const { status } = await asked(url, 'PUT', { role: to }, bearer(tokens[`umbra/${actor}`]))
            assert.equal(status, manageable ? 200 : 403, `${actor}: ${was} to ${to}`)
            assert.equal((await accounts.bySubject('victim-sub'))?.role, manageable ? to : was)
            const suspension = at('umbra', '/api/v1/auth/users/victim-sub/status')
            await accounts.change('victim-sub', { role: was })
            const changed = await asked(suspension, 'PUT', 'active', bearer(tokens[`umbra/${actor}`]))
            assert.equal(changed.status, roles.indexOf(was) <= roles.indexOf(actor) ? 200 : 403)
          }
        }
        const self = at('umbra', `/api/v1/auth/users/${actor}-sub`)
        assert.equal((await asked(`${self}/role`, 'PUT', 'viewer', bearer(tokens[`umbra/${actor}`]))).status, 403)
        assert.equal((await asked(`${self}/status`, 'PUT', 'suspended', bearer(tokens[`umbra/${actor}`]))).status, 403)
      }
      for (const was of roles) {
        await accounts.change('victim-sub', { role: was })
        const url = at('umbra', '/api/v1/auth/users/victim-sub/status')
        const { status } = await asked(url, 'PUT', 'active', bearer(tokens['umbra/operator']))
        assert.equal(status, was === 'viewer' ? 200 : 403, `an operator suspends viewers alone, no ${was}`)
      }
      const nobody = await asked(at('umbra', '/api/v1/auth/users/nobody/role'), 'PUT', 'viewer', bearer(tokens['umbra/org_admin']))
      assert.equal(nobody.status, 404)
      const nonsense = await asked(at('umbra', '/api/v1/auth/users/victim-sub/role'), 'PUT', 'owner', bearer(tokens['umbra/org_admin']))
      assert.equal(nonsense.status, 422)
    })

    test('a change of role and a suspension count at once', async () => {
      const boss = bearer(tokens['umbra/superadmin'])
      await add('umbra', 'deputy', 'org_admin')
      const user = at('umbra', '/api/v1/auth/users/deputy-sub')
      const list = (token: string) => asked(at('umbra', '/api/v1/auth/users'), 'GET', undefined, bearer(token))
      const first = (await asked(at('umbra', '/api/v1/auth/login'), 'POST', { email: 'deputy', password })).body
      assert.equal((await list(first.access_token)).status, 200)
      assert.equal((await asked(`${user}/role`, 'PUT', 'viewer', boss)).status, 200)
      assert.equal((await list(first.access_token)).status, 401, 'it says the old role')
      assert.equal((await asked(at('umbra', '/api/v1/auth/refresh'), 'POST', first.refresh_token)).status, 401)
      const second = await login('umbra', 'deputy')
      await tenants['umbra']!.store.accounts.change('deputy-sub', { role: 'org_admin' })
      assert.equal((await list(second)).status, 200, 'what counts is the role of this moment')
      await tenants['umbra']!.store.accounts.change('deputy-sub', { role: 'viewer' })
      assert.equal((await list(second)).status, 403)
      assert.equal((await asked(`${user}/status`, 'PUT', { status: 'suspended' }, boss)).body.status, 'suspended')
      assert.equal((await asked(at('umbra', '/api/v1/auth/me'), 'GET', undefined, bearer(second))).status, 401)
      assert.equal(await login('umbra', 'deputy'), undefined)
      assert.equal((await asked(`${user}/status`, 'PUT', { status: 'active' }, boss)).status, 200)
      const third = await login('umbra', 'deputy')
      const db = await openDatabase(gatehouse.database) // past the ports, which would revoke the token too
      await db.write(sql`update accounts set status = 'suspended' where tenant_id = ${tenants['umbra']!.org} and subject = 'deputy-sub'`)
      await db.close()
      const refused = await asked(at('umbra', '/api/v1/auth/me'), 'GET', undefined, bearer(third))
      assert.deepEqual([refused.status, refused.body.detail], [401, 'the account of the access token is not active'])
    })

    test('accounts are paged, searched and sorted', async () => {
      const list = (query: string) => asked(at('acme', `/api/v1/auth/users?${query}`), 'GET', undefined, bearer(tokens['acme/org_admin']))
      const emails = async (query: string) => (await list(query)).body.users.map((u: { email: string }) => u.email.split('@')[0])
      assert.deepEqual(await emails('sort=email'), ['operator', 'org_admin', 'superadmin', 'victim', 'viewer'])
      assert.deepEqual(await emails('sort=-email&limit=2&offset=1'), ['victim', 'superadmin'])
      assert.deepEqual(await emails('search=V&sort=email'), ['victim', 'viewer'])
      assert.deepEqual(await emails('search=r_ad'), [], 'what is searched for stands for itself')
      assert.deepEqual(await emails('search=g_ad'), ['org_admin'])
      assert.equal((await list('search=v&limit=1')).body.total, 2)
      for (const wrong of ['limit=0', 'limit=201', 'sort=password', 'x=1', 'offset=-1'])
        assert.equal((await list(wrong)).status, 422, wrong)
      assert.equal((await list('limit=1&limit=2')).status, 400)
    })
  })
}
