/** Attributes of people in the administration API: defined, written, validated, removed. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { attributeSchema } from '../../src/identity/attributes.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { asked, bearer } from './json.ts'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`attributes by the API, on ${engine}`, () => {
    let gatehouse: TestApp
    let token: string
    let ada: string
    before(async () => {
      gatehouse = await testApp(engine)
      await gatehouse.addAccount({ username: 'boss', role: 'org_admin' }, 'a long password')
      ada = await gatehouse.addAccount({ username: 'ada' })
      const login = { email: 'boss', password: 'a long password' }
      token = (await asked(`${gatehouse.issuer}/api/v1/auth/login`, 'POST', login)).body.access_token
    })
    after(() => gatehouse.close())
    const admin = (method: string, path: string, body?: unknown) =>
      asked(`${gatehouse.issuer}/api/v1/admin${path}`, method, body, bearer(token))

    test('one is defined, written, changed and taken away with its values', async () => {
      const defined = await admin('PUT', '/attributes/department', { type: 'enum', values: ['research', 'sales'], scope: 'employment' })
      assert.equal(defined.status, 200, defined.text)
      assert.equal(defined.body.name, 'department')
      const wrong = await admin('PATCH', `/users/${ada}`, { attributes: { department: 'kitchen' } })
      assert.equal(wrong.status, 422)
      assert.deepEqual(wrong.body.errors, [{ field: 'attributes.department', rule: 'must be one of research, sales' }])
      const unknown = await admin('POST', '/users', { username: 'bob', attributes: { shoe_size: 44 } })
      assert.deepEqual([unknown.status, unknown.body.errors], [422, [{ field: 'attributes.shoe_size', rule: 'is not known here' }]])
      for (const department of [null, [], {}, [['sales']], { sales: { sales: 'sales' } }]) {
        const { status, body } = await admin('POST', '/users', { username: 'bob', attributes: { department } })
        assert.deepEqual([status, body.errors[0].field], [422, 'attributes.department'], JSON.stringify(department))
      }
      const right = await admin('PATCH', `/users/${ada}`, { attributes: { department: 'sales' } })
      assert.deepEqual([right.status, right.body.attributes], [200, { department: 'sales' }])

      const narrower = await admin('PUT', '/attributes/department', { type: 'enum', values: ['research'] })
      assert.equal(narrower.status, 409)
      assert.match(narrower.body.errors[0].rule, /1 accounts have no such value, for example ada/)
      const { body } = await admin('GET', '/attributes')
      assert.deepEqual(body.items[0].values, ['research', 'sales'], 'nothing was changed')

      assert.equal((await admin('DELETE', '/attributes/department')).status, 204)
      assert.equal((await admin('DELETE', '/attributes/department')).status, 404)
      assert.deepEqual((await admin('GET', `/users/${ada}`)).body.attributes, {})
    })

    test('nobody is made, by whatever access, without what everybody must have', async () => {
      const { attributes, accounts } = gatehouse.root.store
      await gatehouse.app.tenants.create({ slug: 'strict', name: 'Strict' })
      const strict = (await gatehouse.app.tenant('strict'))!
      await strict.store.attributes.define(attributeSchema.parse({ name: 'rank', type: 'number', required: true }))
      await gatehouse.addAccount({ username: 'boss', role: 'superadmin', attributes: { rank: 1 } }, 'a long password', strict)
      const issuer = `${gatehouse.issuer}/t/strict`
      const login = { email: 'boss', password: 'a long password' }
      const { access_token } = (await asked(`${issuer}/api/v1/auth/login`, 'POST', login)).body
      for (const access of ['temporary_password', 'invitation', 'none']) {
        const person = { username: 'eve', email: 'eve@example.com', access }
        const made = await asked(`${issuer}/api/v1/admin/users`, 'POST', person, bearer(access_token))
        assert.deepEqual([made.status, made.body.errors], [422, [{ field: 'attributes.rank', rule: 'is missing' }]], access)
      }
      assert.equal(await strict.store.accounts.count(), 1)
      assert.deepEqual([await attributes.list(), await accounts.count()], [[], 2], 'tenants have their own')
    })

    test('what cannot be defined is refused by member', async () => {
      const refused = async (name: string, body: object) => (await admin('PUT', `/attributes/${name}`, body)).body.errors
      assert.deepEqual(await refused('email', { type: 'string' }), [{ field: 'name', rule: 'has a meaning already' }])
      assert.deepEqual(await refused('size', { type: 'enum' }), [{ field: 'values', rule: 'is missing' }])
      assert.deepEqual(await refused('size', { type: 'string', colour: 'red' }), [{ field: 'colour', rule: 'is not known here' }])
    })
  })
}
