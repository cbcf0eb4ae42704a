/** The audit log: what people, programs and administrators did, and what they were refused. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import { setStatus } from '../../src/identity/accounts.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { type Application, alice, application, callback } from './application.ts'
import { asked, bearer } from './json.ts'
import { jsonRoutes } from './json-routes.ts'

test('every route that changes something names its act; a refresh or a check is none', () => {
  const nameless = jsonRoutes.filter(({ method, act }) => method !== 'GET' && act === undefined)
  const byThemselves = ['/register', '/login'] // these write into the log of the tenant that the request names
  assert.deepEqual(
    nameless.map(({ path }) => path),
    [
      '/api/v1/auth/refresh',
      ...byThemselves,
      '/token/refresh',
      '/api/v1/admin/connections/:id/check',
      '/api/v1/admin/webhooks/:id/test',
      '/api/v1/admin/event-streams/:id/verify',
    ],
  )
})

const app = { type: 'client', id: 'app' }

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`the audit log, on ${engine}`, () => {
    let gatehouse: TestApp
    let shop: Application
    let subject: string
    const ids: Record<string, string> = {}
    before(async () => {
      gatehouse = await testApp(engine, { FEATURES_PASSWORD_GRANT: 'true' })
      await gatehouse.addClient(
        {
          client_id: 'app',
          redirect_uris: [callback],
          grant_types: ['authorization_code', 'refresh_token', 'password'],
          scope: 'openid offline_access',
        },
        'secret',
      )
      shop = application(gatehouse, { id: 'app', secret: 'secret', scope: 'openid offline_access' })
      subject = await gatehouse.addAccount({ username: alice.username, email: 'alice@example.com' }, alice.password)
      for (const role of ['viewer', 'org_admin'] as const)
        ids[role] = await gatehouse.addAccount({ username: role, email: `${role}@example.com`, role }, 'a long password')
    })
    after(() => gatehouse.close())
    beforeEach(() => gatehouse.advance(1))

    /** The events since the clock last moved, oldest first, without what differs from run to run. */
    const noted = async (tenant = gatehouse.root) => {
      const entries = await tenant.store.audit.search({ since: gatehouse.now(), limit: 99, newestFirst: false })
      for (const { requestId, address } of entries) assert.ok(requestId && address, 'an entry says where it came from')
      return entries.map(({ act, outcome, by, target, detail }) => ({ act, outcome, by, target, detail }))
    }
    const done = (act: string, by: object, target: string, detail: object = {}) => ({ act, outcome: 'success', by, target, detail })
    const failed = (act: string, by: object | undefined, target: string | undefined, detail: object = {}) => ({
      act,
      outcome: 'failure',
      by,
      target,
      detail,
    })
    const user = (id: string | undefined) => ({ type: 'user', id })
    const api = (path: string, body: unknown, token?: string, slug = '') =>
      asked(`${gatehouse.issuer}${slug}${path}`, path.includes('/users/') ? 'PUT' : 'POST', body, bearer(token))
    const login = async (name: string) => (await api('/api/v1/auth/login', { email: name, password: 'a long password' })).body.access_token

    test('a person at a browser: a wrong password, the right one, consent, and the way out', async () => {
      const browser = gatehouse.browser()
      await browser.open(shop.url())
      await browser.submit('sign-in', { username: alice.username, password: 'not this one' })
      await browser.submit('sign-in', { ...alice })
      await browser.submit('consent', { answer: 'allow' })
      await browser.open('/logout')
      await browser.submit('sign-out', { answer: 'yes' })
      const entries = await noted()
      const grant = (await gatehouse.root.store.grants.find('app', subject))?.id as string
      assert.deepEqual(entries, [
        failed('user.sign-in', undefined, subject, { login: alice.username, reason: 'wrong_password', place: 'page' }),
        done('user.sign-in', user(subject), subject, { acr: 'aal1' }),
        done('grant.give', user(subject), grant, { client: 'app', scope: 'openid offline_access' }),
        done('user.sign-out', user(subject), subject),
      ])
    })

    test('nothing is recorded of an unknown account, not even what was typed', async () => {
      const browser = gatehouse.browser()
      await browser.open(shop.url())
      await browser.submit('sign-in', { username: 'my password, by mistake', password: 'x' })
      assert.deepEqual(await noted(), [failed('user.sign-in', undefined, undefined, { reason: 'unknown_account', place: 'page' })])
    })

    test('an address that has no account is recorded, bounded and without control characters', async () => {
      const browser = gatehouse.browser()
      await browser.open(shop.url())
      await browser.submit('sign-in', { username: 'nobody@example.com', password: 'x' })
      await browser.submit('sign-in', { username: `${'x'.repeat(200)}@example.com`, password: 'x' })
      const [first, second] = (await noted()).map(({ detail }) => detail)
      assert.deepEqual(first, { login: 'nobody@example.com', reason: 'unknown_account', place: 'page' })
      assert.equal(String(second?.['login']).length, 100)
    })

    test('a suspended account, and one without a password, leave their reasons', async () => {
      const suspended = await gatehouse.addAccount({ username: 'leaver' }, 'a long password')
      await setStatus(gatehouse.root.accounts, suspended, 'suspended')
      await gatehouse.addAccount({ username: 'invited' })
      const browser = gatehouse.browser()
      await browser.open(shop.url())
      gatehouse.advance(1)
      for (const username of ['leaver', 'invited']) await browser.submit('sign-in', { username, password: 'a long password' })
      assert.deepEqual(
        (await noted()).map(({ detail }) => detail?.['reason']),
        ['suspended', 'no_password'],
      )
    })

    test('a program: tokens given back, and a refresh token used twice', async () => {
      const { refresh_token: first } = await shop.tokens(gatehouse.browser())
      gatehouse.advance(1)
      await shop.refresh(first)
      gatehouse.advance(60)
      assert.equal((await shop.refresh(first)).status, 400)
      const [reuse, ...none] = await noted()
      assert.deepEqual([reuse?.act, reuse?.outcome, reuse?.by, reuse?.detail, none], ['token.reuse', 'failure', app, { user: subject }, []])
      const { access_token } = await shop.tokens(gatehouse.browser())
      gatehouse.advance(1)
      await shop.post('/revoke', { token: access_token })
      await shop.post('/revoke', { token: 'unknown' })
      assert.deepEqual(
        (await noted()).map(({ act, by }) => [act, by]),
        [['token.revoke', app]],
      )
    })

    test('the password grant', async () => {
      await shop.post('/token', { grant_type: 'password', ...alice, password: 'not this one' })
      await shop.post('/token', { grant_type: 'password', ...alice })
      assert.deepEqual(await noted(), [
        failed('user.sign-in', app, subject, { login: alice.username, reason: 'wrong_password', place: 'password_grant' }),
        done('user.sign-in', app, subject, { acr: 'aal1' }),
      ])
    })

    test('an administrator, and somebody who would like to be one', async () => {
      const [viewer, admin] = [await login('viewer'), await login('org_admin')]
      gatehouse.advance(1)
      await api(`/api/v1/auth/users/${subject}/role`, 'operator', viewer)
      await api(`/api/v1/auth/users/${subject}/role`, 'superadmin', admin)
      await api(`/api/v1/auth/users/${subject}/role`, 'operator', admin)
      await api(`/api/v1/auth/users/${subject}/role`, 'operator')
      await api('/api/v1/auth/me/password', { old_password: 'wrong', new_password: 'another password' }, admin)
      assert.deepEqual(await noted(), [
        failed('user.role', user(ids['viewer']), subject, { error: 'access_denied' }),
        failed('user.role', user(ids['org_admin']), subject, { error: 'access_denied' }),
        done('user.role', user(ids['org_admin']), subject, { role: 'operator' }),
        failed('user.password', user(ids['org_admin']), undefined, { error: 'invalid_request' }),
      ])
    })

    test('what happens in another tenant is in its own log, whatever address was asked', async () => {
      await gatehouse.app.tenants.create({ slug: 'acme', name: 'Acme' })
      const acme = (await gatehouse.app.tenant('acme'))!
      const bob = await gatehouse.addAccount({ username: 'bob' }, 'a long password', acme)
      gatehouse.advance(1)
      const ask = { identifier: 'bob', tenant_slug: 'acme' }
      assert.equal((await api('/login', { ...ask, password: 'not this one' })).status, 401)
      assert.equal((await api('/login', { ...ask, password: 'a long password' })).status, 200)
      assert.deepEqual(await noted(), [])
      assert.deepEqual(await noted(acme), [
        failed('user.sign-in', undefined, bob, { login: 'bob', reason: 'wrong_password', place: 'api' }),
        done('user.sign-in', user(bob), bob, { acr: 'aal1' }),
      ])
    })
  })
}
