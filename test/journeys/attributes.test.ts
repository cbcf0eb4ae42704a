/** Attributes as claims, with `openid-client`, and at sign-up — OpenID Connect Core §5.1.2, §5.4. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import * as oidc from 'openid-client'
import { defineAttribute, type NewAttribute } from '../../src/identity/attributes.ts'
import { metadata } from '../../src/protocol/assemble.ts'
import type { Tenant } from '../../src/tenant.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { alice, application, callback, claimsOf } from './application.ts'
import { asked } from './json.ts'

const definitions: NewAttribute[] = [
  { name: 'department', title: 'Department', type: 'enum', values: ['research', 'sales'], scope: 'employment' },
  { name: 'desk', type: 'number', scope: 'employment', claim: 'https://example.com/desk' },
  { name: 'pronouns', type: 'string', scope: 'profile', writable_by: 'person' },
  { name: 'salary', type: 'number' },
]

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`attributes, on ${engine}`, () => {
    let gatehouse: TestApp
    let config: oidc.Configuration
    let subject: string
    const scope = 'openid profile employment'
    const app = () => application(gatehouse, { id: 'app', secret: 'secret', scope })
    const userinfo = async (fields = {}) => {
      const { access_token } = await app().tokens(gatehouse.browser(), fields)
      const { sub, preferred_username, updated_at, ...others } = await oidc.fetchUserInfo(config, access_token, subject)
      return others
    }
    const define = (input: NewAttribute, tenant: Tenant = gatehouse.root) => defineAttribute(tenant.attributes, input)
    before(async () => {
      gatehouse = await testApp(engine)
      for (const definition of definitions) await define(definition)
      gatehouse.advance(6) // until every node has seen it
      await gatehouse.addClient({ client_id: 'app', redirect_uris: [callback], scope }, 'secret')
      const sources = { cost: 'account.attributes.salary', gone: 'account.attributes.pronoun' }
      await gatehouse.addClient({ client_id: 'mapped', redirect_uris: [callback], access_token_claim_sources: sources }, 'secret')
      const attributes = { department: 'research', desk: 7, pronouns: 'she', salary: 1 }
      subject = await gatehouse.addAccount({ username: alice.username, attributes }, alice.password)
      const allow = { execute: [oidc.allowInsecureRequests] }
      config = await oidc.discovery(new URL(gatehouse.issuer), 'app', { client_secret: 'secret' }, oidc.ClientSecretBasic('secret'), allow)
    })
    after(() => gatehouse.close())

    test('are advertised with their scopes and claims, those of this tenant alone', async () => {
      const { scopes_supported, claims_supported } = config.serverMetadata()
      assert.ok(scopes_supported?.includes('employment'))
      for (const claim of ['department', 'https://example.com/desk', 'pronouns']) assert.ok(claims_supported?.includes(claim), claim)
      for (const claim of ['desk', 'salary']) assert.ok(!claims_supported?.includes(claim), claim)
      await gatehouse.app.tenants.create({ slug: 'other', name: 'Other' })
      const other = metadata(((await gatehouse.app.tenant('other')) as Tenant).ctx)
      assert.ok(!(other['scopes_supported'] as string[]).includes('employment'))
      assert.ok(!(other['claims_supported'] as string[]).includes('department'))
    })

    test('are described on the consent page, and returned by UserInfo by scope', async () => {
      const browser = gatehouse.browser()
      await browser.open(app().url())
      assert.match((await browser.submit('sign-in', { ...alice })).html, /See about you: Department, desk/)
      assert.deepEqual(await userinfo(), { department: 'research', 'https://example.com/desk': 7, pronouns: 'she' })
      assert.deepEqual(await userinfo({ scope: 'openid profile' }), { pronouns: 'she' })
      assert.deepEqual(await userinfo({ scope: 'openid' }), {})
    })

    test('are in the ID token of a client that wants the claims of its scopes there', async () => {
      const rich = { client_id: 'rich', redirect_uris: [callback], scope, id_token_scope_claims: true }
      await gatehouse.addClient(rich, 'secret')
      for (const [id, department] of [['app'], ['rich', 'research']] as const) {
        const { id_token } = await application(gatehouse, { id, secret: 'secret', scope }).tokens(gatehouse.browser())
        assert.equal(claimsOf(id_token).department, department)
        assert.equal(claimsOf(id_token).salary, undefined)
      }
    })

    test('hide nothing of what an API makes of the same scope', async () => {
      const identifier = 'https://staff.example'
      await gatehouse.root.store.resourcesAdmin.add({ identifier, name: 'Staff', scopes: { employment: 'Hire and fire people' } })
      const browser = gatehouse.browser()
      await browser.open(app().url({ resource: identifier, prompt: 'consent' }))
      assert.match((await browser.submit('sign-in', { ...alice })).html, /Hire and fire people; See about you: Department, desk/)
    })

    test('are in access tokens when a registration says so, one by one', async () => {
      const { access_token } = await application(gatehouse, { id: 'mapped', secret: 'secret' }).tokens(gatehouse.browser())
      assert.deepEqual([claimsOf(access_token).cost, 'gone' in claimsOf(access_token)], [1, false])
      for (const source of [
        'account.attributes',
        'account.attributes.a.b',
        'account.attributes.',
        'account.emial',
        'account.sub',
        'client.jwks',
        'token.aud',
      ])
        await assert.rejects(
          gatehouse.addClient({ client_id: 'x', redirect_uris: [callback], access_token_claim_sources: { x: source } }),
          /must be client/,
        )
    })

    test('change within seconds when the schema changes', async () => {
      await define({ ...definitions[0]!, scope: 'profile' })
      gatehouse.advance(6)
      assert.deepEqual(await userinfo({ scope: 'openid profile' }), { department: 'research', pronouns: 'she' })
      await gatehouse.root.store.attributes.remove('pronouns')
      gatehouse.advance(6)
      assert.deepEqual(await userinfo({ scope: 'openid profile' }), { department: 'research' })
      await define(definitions[2]!)
      await define(definitions[0]!)
      gatehouse.advance(6)
    })

    test('a person who signs up gives what is asked for, and no more', async () => {
      await define({ name: 'newsletter', type: 'boolean', writable_by: 'person' })
      const person = { email: 'new@example.com', password: 'a long enough password', display_name: 'New' }
      const signUp = (attributes?: object) => asked(`${gatehouse.issuer}/api/v1/auth/register`, 'POST', { ...person, attributes })
      const faults: [attributes: object, field: string, rule: string][] = [
        [{ newsletter: 'yes' }, 'attributes.newsletter', 'must be true or false'],
        [{ department: 'sales' }, 'attributes.department', 'is for administrators to write'],
        [{ shoe: 5 }, 'attributes.shoe', 'is not known here'],
      ]
      for (const [attributes, field, rule] of faults) {
        gatehouse.advance(3600) // tries at one address are counted
        const { status, body } = await signUp(attributes)
        assert.deepEqual([status, body.errors], [422, [{ field, rule }]])
      }
      assert.equal(await gatehouse.root.store.accounts.byLogin(person.email), undefined, 'nothing is made')
      assert.equal((await signUp({ newsletter: true })).status, 201)
      assert.deepEqual((await gatehouse.root.store.accounts.byLogin(person.email))?.attributes, { newsletter: true })
    })

    test('every way to register asks for what every account must have', async () => {
      const { id } = { id: 'strict' }
      await gatehouse.app.tenants.create({ slug: id, name: 'Strict' })
      const tenant = (await gatehouse.app.tenant(id)) as Tenant
      assert.equal(
        await define({ name: 'plan', type: 'enum', values: ['free', 'paid'], required: true, writable_by: 'person' }, tenant),
        'defined',
      )
      const person = { tenant_slug: id, username: 'newcomer', email: 'n@example.com', password: 'a long enough password' }
      const { status, body } = await asked(`${gatehouse.issuer}/register`, 'POST', person)
      assert.deepEqual([status, body.errors], [422, [{ field: 'attributes.plan', rule: 'is missing' }]])
      await assert.rejects(gatehouse.addAccount({ username: 'x' }, undefined, tenant), /is missing/)
      assert.equal((await asked(`${gatehouse.issuer}/register`, 'POST', { ...person, attributes: { plan: 'free' } })).status, 201)
    })
  })
}
