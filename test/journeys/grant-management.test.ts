/** Grants that clients manage by their ids — Grant Management for OAuth 2.0. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { resourceSchema } from '../../src/protocol/resource.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { type Application, alice, application, call, callback, type Fields, told } from './application.ts'
import { bearer } from './json.ts'

const api = 'https://orders.example'
const both = 'grant_management_query grant_management_revoke'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`grant management, on ${engine}`, () => {
    let gatehouse: TestApp
    let app: Application
    let other: Application
    before(async () => {
      gatehouse = await testApp(engine)
      const scope = `openid profile email offline_access orders:read ${both}`
      const client = { redirect_uris: [callback], grant_types: ['authorization_code', 'refresh_token', 'client_credentials'], scope }
      await gatehouse.addClient({ ...client, client_id: 'app' }, 'secret')
      await gatehouse.addClient({ ...client, client_id: 'other' }, 'secret')
      await gatehouse.root.store.resourcesAdmin.add(
        resourceSchema.parse({ identifier: api, name: 'Orders', scopes: { 'orders:read': 'See your orders' } }),
      )
      await gatehouse.addAccount({ username: alice.username }, alice.password)
      await gatehouse.addAccount({ username: 'bob' }, 'builder')
      ;[app, other] = ['app', 'other'].map((id) => application(gatehouse, { id, secret: 'secret' })) as [Application, Application]
    })
    after(() => gatehouse.close())

    const create = (fields: Fields = {}, browser = gatehouse.browser()) =>
      app.tokens(browser, { grant_management_action: 'create', ...fields })
    const at = (id: string, token: string, method = 'GET', path = '/grants/') =>
      call(`${gatehouse.issuer}${path}${id}`, { method, headers: bearer(token) })
    const ownToken = async (client = app, scope = both) =>
      (await client.post('/token', { grant_type: 'client_credentials', scope })).body.access_token as string
    const refusal = async (fields: Fields) => told(await gatehouse.browser().open(app.url(fields)))

    test('a grant is created, shown, and revoked with every token at once', async () => {
      const tokens = await create({ scope: `openid orders:read offline_access ${both}`, resource: api })
      assert.ok(tokens.grant_id)
      const shown = await at(tokens.grant_id, await ownToken())
      assert.deepEqual([shown.status, shown.headers.get('cache-control')], [200, 'no-store'])
      assert.deepEqual(shown.body.scopes, [{ scope: `openid offline_access ${both}` }, { scope: 'orders:read', resources: [api] }])
      const again = await app.refresh(tokens.refresh_token)
      assert.equal(again.body.grant_id, tokens.grant_id)
      assert.equal((await at(tokens.grant_id, await ownToken(), 'DELETE')).status, 204)
      assert.equal((await at(tokens.grant_id, await ownToken())).status, 404)
      assert.equal((await app.refresh(again.body.refresh_token)).body.error, 'invalid_grant')
      for (const token of [tokens.access_token, again.body.access_token])
        assert.equal((await app.post('/introspect', { token })).body.active, false)
    })

    test('a person has several grants for one client, and a plain request touches none of them', async () => {
      const browser = gatehouse.browser()
      const [first, second] = [await create({ scope: 'openid profile' }, browser), await create({ scope: 'openid email' }, browser)]
      assert.notEqual(first.grant_id, second.grant_id)
      const plain = await app.tokens(browser, { scope: 'openid' })
      assert.equal(plain.grant_id, undefined)
      const scopes = async (id: string) => (await at(id, await ownToken())).body.scopes[0].scope
      assert.deepEqual([await scopes(first.grant_id), await scopes(second.grant_id)], ['openid profile', 'openid email'])
      const subject = (await gatehouse.root.store.accounts.byLogin(alice.username))!.subject
      const listed = await gatehouse.root.signIn.store.access.of(subject)
      assert.ok(
        [first.grant_id, second.grant_id].every((id) => listed.some((one) => one.id === id)),
        'the account page shows them',
      )
    })

    test('merging adds, replacing takes away and ends the tokens and codes that had more', async () => {
      const browser = gatehouse.browser()
      const { grant_id, refresh_token } = await create({ scope: 'openid profile offline_access' }, browser)
      const merged = await app.tokens(browser, { scope: 'openid email', grant_management_action: 'merge', grant_id })
      assert.equal(merged.grant_id, grant_id)
      const scope = async () => (await at(grant_id, await ownToken())).body.scopes[0].scope
      assert.equal(await scope(), 'openid profile offline_access email')
      const kept = await app.refresh(refresh_token)
      assert.equal(kept.status, 200)
      const code = await app.code(browser, { scope: 'openid profile', grant_management_action: 'merge', grant_id })
      const active = async (token: string) => (await app.post('/introspect', { token })).body.active
      assert.deepEqual([await active(kept.body.access_token), await active(merged.access_token)], [true, true])
      gatehouse.advance(1)
      const replaced = await app.tokens(browser, { scope: 'openid email', grant_management_action: 'replace', grant_id })
      assert.equal(await scope(), 'openid email')
      assert.equal((await app.refresh(kept.body.refresh_token)).body.error, 'invalid_grant')
      assert.equal((await app.redeem(code)).body.error, 'invalid_grant')
      assert.deepEqual([await active(kept.body.access_token), await active(merged.access_token)], [false, false])
      assert.equal(await active(replaced.access_token), true)
    })

    test('the person is asked each time', async () => {
      const browser = gatehouse.browser()
      const { grant_id } = await create({ scope: 'openid' }, browser)
      const silent = told(await browser.open(app.url({ grant_management_action: 'merge', grant_id, prompt: 'none' })))
      assert.equal(silent['error'], 'consent_required')
    })

    test('the grant of one person is nothing to another', async () => {
      const { grant_id } = await create()
      const browser = gatehouse.browser()
      const landing = await app.arrive(browser, { grant_management_action: 'merge', grant_id }, { username: 'bob', password: 'builder' })
      assert.ok(landing.html.includes('the grant of this request was revoked, or is of another person'))
    })

    const refusals: [name: string, fields: () => Promise<Fields>, error: string, description: RegExp][] = [
      [
        'an action that is none',
        async () => ({ grant_management_action: 'erase' }),
        'invalid_request',
        /^grant_management_action must be create, merge or replace$/,
      ],
      [
        'a grant without an action',
        async () => ({ grant_id: 'x' }),
        'invalid_request',
        /^grant_id was sent without grant_management_action$/,
      ],
      [
        'creating a named grant',
        async () => ({ grant_management_action: 'create', grant_id: 'x' }),
        'invalid_request',
        /^grant_id cannot be sent to create a grant$/,
      ],
      [
        'merging nothing',
        async () => ({ grant_management_action: 'merge' }),
        'invalid_request',
        /^grant_id is needed to merge or replace a grant$/,
      ],
      [
        'an unknown grant',
        async () => ({ grant_management_action: 'replace', grant_id: 'x' }),
        'invalid_grant_id',
        /^grant_id is unknown, revoked, or of another client$/,
      ],
      [
        'the grant of another client',
        async () => ({
          grant_management_action: 'merge',
          grant_id: (await other.tokens(gatehouse.browser(), { grant_management_action: 'create' })).grant_id,
        }),
        'invalid_grant_id',
        /^grant_id is unknown/,
      ],
    ]
    for (const [name, fields, error, description] of refusals) {
      test(`refused: ${name}`, async () => {
        const { error: code, error_description: text } = await refusal(await fields())
        assert.equal(code, error)
        assert.match(text ?? '', description)
      })
    }

    test('the API needs the scope of each action, and a token of the client', async () => {
      const { grant_id } = await create()
      const query = await ownToken(app, 'grant_management_query')
      assert.equal((await at(grant_id, query)).status, 200)
      const refused = await at(grant_id, query, 'DELETE')
      assert.deepEqual(
        [refused.status, refused.body.error, refused.body.error_description],
        [403, 'insufficient_scope', 'the access token lacks the scope of this grant management action'],
      )
      const foreign = await at(grant_id, await ownToken(other))
      assert.deepEqual([foreign.status, foreign.body.error_description], [404, 'this client has no such grant'])
      assert.equal((await at(grant_id, 'nonsense')).status, 401)
    })
  })
}
