/** Groups as claims, with `openid-client` — RFC 9068 §2.2.3.1, RFC 7643 §4.1.2. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import * as oidc from 'openid-client'
import { addMembers, changeGroup, createGroup, type Group, removeMembers } from '../../src/identity/groups.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { alice, application, callback, claimsOf } from './application.ts'

const api = 'https://api.example'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`groups, on ${engine}`, () => {
    let gatehouse: TestApp
    let config: oidc.Configuration
    let subject: string
    const scope = 'openid groups offline_access'
    const app = () => application(gatehouse, { id: 'app', secret: 'secret', scope })
    const groupsIn = (token: string) => claimsOf(token).groups
    const join = async (name: string) => {
      const group = (await createGroup(gatehouse.root.accounts, { name })) as Group
      await addMembers(gatehouse.root.accounts, group.id, [subject])
      return group
    }
    before(async () => {
      gatehouse = await testApp(engine)
      const grant_types = ['authorization_code', 'refresh_token']
      await gatehouse.addClient({ client_id: 'app', redirect_uris: [callback], grant_types, scope }, 'secret')
      await gatehouse.addClient(
        { client_id: 'mapped', redirect_uris: [callback], scope: 'openid', access_token_claim_sources: { teams: 'account.groups' } },
        'secret',
      )
      await gatehouse.root.store.resourcesAdmin.add({
        identifier: api,
        name: 'API',
        scopes: {},
        access_token_claim_sources: { groups: 'account.groups', roles: 'account.groups', mail: 'account.email' },
      })
      subject = await gatehouse.addAccount({ username: alice.username, email: 'alice@example.com' }, alice.password)
      const allow = { execute: [oidc.allowInsecureRequests] }
      config = await oidc.discovery(new URL(gatehouse.issuer), 'app', { client_secret: 'secret' }, oidc.ClientSecretBasic('secret'), allow)
    })
    after(() => gatehouse.close())

    test('are advertised, described on the consent page, and returned in ID token and UserInfo with their current names', async () => {
      const { scopes_supported, claims_supported } = config.serverMetadata()
      assert.ok(scopes_supported?.includes('groups') && claims_supported?.includes('groups'))
      const browser = gatehouse.browser()
      await browser.open(app().url())
      assert.match((await browser.submit('sign-in', { ...alice })).html, /See which groups you are in/)

      const first = await app().tokens(browser)
      assert.deepEqual(groupsIn(first.id_token), [], 'in none: an empty list')
      const group = await join('Crew')
      await join('admirals')
      const { id_token, access_token } = await oidc.refreshTokenGrant(config, first.refresh_token)
      assert.deepEqual(groupsIn(id_token!), ['admirals', 'Crew'])
      assert.equal(claimsOf(access_token).groups, undefined, 'an access token has them when a registration says so')
      assert.deepEqual(await oidc.fetchUserInfo(config, access_token, subject), { sub: subject, groups: ['admirals', 'Crew'] })
      await changeGroup(gatehouse.root.accounts, group.id, { name: 'Sailors' })
      await removeMembers(gatehouse.root.accounts, group.id, [subject])
      assert.deepEqual((await oidc.fetchUserInfo(config, access_token, subject))['groups'], ['admirals'])
    })

    test('are not returned without the scope', async () => {
      const { id_token, access_token } = await app().tokens(gatehouse.browser(), { scope: 'openid' })
      assert.equal(groupsIn(id_token), undefined)
      assert.deepEqual(await oidc.fetchUserInfo(config, access_token, subject), { sub: subject })
      const narrow = await gatehouse.addClient({ client_id: 'narrow', redirect_uris: [callback], scope: 'openid' }, 'secret')
      const url = application(gatehouse, { id: narrow.client_id, secret: 'secret' }).url({ scope })
      assert.match((await gatehouse.browser().open(url)).url.href, /invalid_scope/)
    })

    test('are in access tokens by the registration of a client or of a resource', async () => {
      const mapped = application(gatehouse, { id: 'mapped', secret: 'secret' })
      const { access_token } = await mapped.tokens(gatehouse.browser())
      assert.deepEqual(claimsOf(access_token).teams, ['admirals'])
      const forApi = claimsOf((await app().tokens(gatehouse.browser(), { resource: api })).access_token)
      assert.deepEqual([forApi.groups, forApi.roles, forApi.mail], [['admirals'], ['admirals'], 'alice@example.com'])
    })

    test('no incomplete list is returned: tokens have none of more than 100, UserInfo all', async () => {
      for (let n = 1; n < 100; n++) await join(`g${n}`)
      const browser = gatehouse.browser()
      const most = await app().tokens(browser, { resource: api })
      assert.equal(groupsIn(most.id_token).length, 100)
      assert.equal(claimsOf(most.access_token).groups.length, 100)
      await join('one more')
      const more = await app().tokens(browser, { resource: api })
      assert.ok(!('groups' in claimsOf(more.id_token)) && !('groups' in claimsOf(more.access_token)))
      const told = await oidc.fetchUserInfo(config, more.access_token, subject)
      assert.equal((told['groups'] as string[]).length, 101)
    })

    test('point 16: names that are long in bytes are returned only by UserInfo, and the tokens fit into headers', async () => {
      const person = await gatehouse.addAccount({ username: 'long' }, 'a long password')
      for (let n = 0; n < 40; n++) {
        const group = await createGroup(gatehouse.root.accounts, { name: `${'ж'.repeat(90)}${n}` })
        assert.ok(group !== 'taken')
        await addMembers(gatehouse.root.accounts, group.id, [person])
      }
      const who = { username: 'long', password: 'a long password' }
      const { id_token, access_token } = await app().tokens(gatehouse.browser(), { resource: api, nonce: 'x'.repeat(2048) }, who)
      assert.ok(!('groups' in claimsOf(id_token)) && !('groups' in claimsOf(access_token)))
      assert.equal(((await oidc.fetchUserInfo(config, access_token, person))['groups'] as string[]).length, 40)
      const out = await fetch(`${gatehouse.issuer}/logout?${new URLSearchParams({ id_token_hint: id_token })}`)
      assert.equal(out.status, 200)
    })

    test('a claim called groups is them or nothing', async () => {
      const client = { client_id: 'x', grant_types: ['client_credentials'] }
      for (const claims of [
        { access_token_claims: { groups: 'account.groups' } },
        { access_token_claims: { groups: ['admins'] } },
        { access_token_claim_sources: { groups: 'account.email' } },
        { access_token_claims: { roles: ['admins'] } },
        { access_token_claim_sources: { roles: 'account.role' } },
        { access_token_claim_sources: { roles: 'client.client_name' } },
        { access_token_claim_sources: { groups: 'account.attributes.department' } },
      ])
        await assert.rejects(gatehouse.addClient({ ...client, ...claims }), /can only be set by the server/, JSON.stringify(claims))
      await gatehouse.addClient({ ...client, access_token_claim_sources: { groups: 'account.groups' } }, 'secret')
      const { body } = await application(gatehouse, { id: 'x', secret: 'secret' }).post('/token', { grant_type: 'client_credentials' })
      assert.equal(claimsOf(body.access_token).groups, undefined, 'a machine is in none')
    })
  })
}
