/** Who may use which application: people and groups that are assigned to a client, checked at every grant — NIST SP 800-53 AC-3. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import type { Landing, TinyBrowser } from '../tiny-browser.ts'
import { type Application, alice, application, call, callback, type Fields, shows, told } from './application.ts'
import { type Asked, asked, bearer } from './json.ts'

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code'
const exchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange'
const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token'
const scope = 'openid offline_access'
const why = 'this person is not assigned to the client'
const bob = { username: 'bob', password: 'a good and long password' }

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`assignments, on ${engine}`, () => {
    let gatehouse: TestApp
    let shop: Application
    let subject: string
    let adminToken: string
    before(async () => {
      gatehouse = await testApp(engine, { FEATURES_PASSWORD_GRANT: 'true' })
      await gatehouse.app.tenants.set('', { front_channel_tokens: true })
      subject = await gatehouse.addAccount({ username: alice.username }, alice.password)
      await gatehouse.addAccount({ username: bob.username }, bob.password)
      await gatehouse.addAccount({ username: 'chief', role: 'org_admin' }, bob.password)
      const login = { email: 'chief', password: bob.password }
      adminToken = (await asked(`${gatehouse.issuer}/api/v1/auth/login`, 'POST', login)).body.access_token
      await client('shop', { policy: { assignment: 'required' } })
      shop = application(gatehouse, { id: 'shop', secret: 'secret', scope })
    })
    after(() => gatehouse.close())

    async function client(client_id: string, more: object = {}): Promise<Application> {
      const grants = ['authorization_code', 'refresh_token', 'password', 'implicit', deviceGrant, exchangeGrant]
      const types = { response_types: ['code', 'none', 'code id_token token'], grant_types: grants }
      await gatehouse.addClient({ client_id, redirect_uris: [callback], scope, ...types, ...more }, 'secret')
      return application(gatehouse, { id: client_id, secret: 'secret', scope })
    }
    const admin = (method: string, path: string, body?: unknown): Promise<Asked> =>
      asked(`${gatehouse.issuer}/api/v1/admin${path}`, method, body, bearer(adminToken))
    const assign = async (id = 'shop') =>
      assert.equal((await admin('POST', `/clients/${id}/assignments`, { kind: 'user', id: subject })).status, 204)
    const unassign = async (id = 'shop') => assert.equal((await admin('DELETE', `/clients/${id}/assignments/user/${subject}`)).status, 204)
    const userinfo = async (token: string) =>
      (await call(`${gatehouse.issuer}/userinfo`, { headers: { authorization: `Bearer ${token}` } })).status
    const isRefused = (landing: Landing) => landing.html.includes('id="not-assigned"')
    const flowOf = ({ url }: Landing) => url.searchParams.get('flow') as string

    async function signedIn(fields: Fields = {}, browser = gatehouse.browser()): Promise<[Landing, TinyBrowser]> {
      await browser.open(shop.url(fields))
      return [await browser.submit('sign-in', { ...alice }), browser]
    }

    test('everybody may use an application that demands no assignment', async () => {
      const open = await client('open')
      assert.ok((await open.tokens(gatehouse.browser())).access_token)
    })

    test('who is not assigned reads so on a page, and can go back, or on as somebody else', async () => {
      const [page, browser] = await signedIn({ state: 's' })
      assert.deepEqual([isRefused(page), page.status], [true, 200])
      assert.match(page.html, /Your account is not assigned to it/)
      assert.deepEqual(await gatehouse.root.store.grants.find('shop', subject), undefined)
      assert.ok(shows(await browser.open(`${gatehouse.issuer}/authorize/continue?flow=${flowOf(page)}&another=1`), 'sign-in'))
      const back = told(await browser.post('/authorize/cancel', { flow: flowOf(page) }))
      assert.deepEqual([back['error'], back['state']], ['access_denied', 's'])
    })

    test('with prompt=none the application is told, for every response type', async () => {
      const [, browser] = await signedIn()
      for (const response_type of ['code', 'none', 'code id_token token']) {
        const answer = told(await browser.open(shop.url({ prompt: 'none', response_type, nonce: 'n' })))
        assert.deepEqual([answer['error'], answer['code'], answer['access_token']], ['access_denied', undefined, undefined])
      }
    })

    test('a form for consent that is sent all the same allows nothing', async () => {
      const [page, browser] = await signedIn()
      const [session] = await gatehouse.root.store.sessions.of(subject, gatehouse.now())
      const posted = await browser.post('/authorize/consent', { flow: flowOf(page), sid: session!.sid, answer: 'allow' })
      assert.ok(isRefused(posted) || posted.status === 403)
      assert.deepEqual(await gatehouse.root.store.grants.find('shop', subject), undefined)
    })

    test('an assignment is enough, and its end is the end of codes, refresh tokens and access tokens, until there is another', async () => {
      await assign()
      const browser = gatehouse.browser()
      const { access_token, refresh_token } = await shop.tokens(browser)
      const code = await shop.code(browser)
      const inResponse = told(await shop.arrive(browser, { response_type: 'code id_token token', nonce: 'n' }))
      await unassign()
      for (const token of [access_token, inResponse['access_token'] as string]) assert.equal(await userinfo(token), 401)
      assert.equal((await shop.post('/introspect', { token: refresh_token })).body.active, false)
      for (const refused of [await shop.redeem(code), await shop.refresh(refresh_token)])
        assert.deepEqual([refused.status, refused.body.error, refused.body.error_description], [400, 'invalid_grant', why])
      assert.ok(isRefused(await browser.open(shop.url())))
      await assign()
      assert.equal((await shop.redeem(code)).status, 200, 'it was not spent')
      assert.equal((await shop.post('/introspect', { token: refresh_token })).body.active, true)
      assert.equal((await shop.refresh(refresh_token)).status, 200)
      await unassign()
    })

    test('password, device and exchange are no ways around it', async () => {
      const byPassword = await shop.post('/token', { grant_type: 'password', ...alice, scope })
      assert.deepEqual([byPassword.body.error, byPassword.body.error_description], ['invalid_grant', why])

      const { device_code, verification_uri_complete: uri } = (await shop.post('/device_authorization', { scope })).body
      const browser = gatehouse.browser()
      const typed = await browser.open(uri)
      await browser.submit('device', { user_code: /name="user_code" value="([^"]+)"/.exec(typed.html)![1]! })
      assert.ok(isRefused(await browser.submit('sign-in', { ...alice })))
      assert.equal((await shop.post('/token', { grant_type: deviceGrant, device_code })).body.error, 'authorization_pending')

      const exchanging = { resource_server: gatehouse.issuer, policy: { assignment: 'required', token_exchange: 'delegate' } }
      const service = await client('service', exchanging)
      const open = application(gatehouse, { id: 'open', secret: 'secret', scope })
      const { access_token: subject_token } = await open.tokens(gatehouse.browser())
      const fields = { grant_type: exchangeGrant, subject_token, subject_token_type: accessTokenType }
      const exchanged = await service.post('/token', fields)
      assert.deepEqual([exchanged.body.error, exchanged.body.error_description], ['invalid_grant', why])
      await assign('service')
      assert.equal((await service.post('/token', fields)).status, 200)
    })

    test('a group assigns its members, until they leave, or it goes', async () => {
      const { id } = (await admin('POST', '/groups', { name: 'buyers' })).body
      assert.equal((await admin('POST', '/clients/shop/assignments', { kind: 'group', id })).status, 204)
      const join = () => admin('POST', `/groups/${id}/members`, { user_ids: [subject] })
      await join()
      const { access_token, refresh_token } = await shop.tokens(gatehouse.browser())
      await admin('DELETE', `/groups/${id}/members/${subject}`)
      assert.equal((await shop.refresh(refresh_token)).body.error_description, why)
      await join()
      assert.equal(await userinfo(access_token), 200)
      const other = gatehouse.browser()
      await other.open(shop.url())
      assert.ok(isRefused(await other.submit('sign-in', { ...bob })))
      await admin('DELETE', `/groups/${id}`)
      assert.equal((await shop.refresh(refresh_token)).body.error_description, why)
      assert.deepEqual((await admin('GET', '/clients/shop/assignments')).body.items, [])
    })

    test('assignments end with the account, and with the client, and no others do', async () => {
      const { store, accounts } = gatehouse.root
      const gone = await gatehouse.addAccount({ username: 'gone' }, alice.password)
      const items = async () => (await admin('GET', '/clients/shop/assignments')).body.items
      await assign()
      const before = await items()
      await admin('POST', '/clients/shop/assignments', { kind: 'user', id: gone })
      await accounts.store.accounts.remove(gone, gatehouse.now())
      assert.deepEqual([before, await items()], [[{ kind: 'user', id: subject, name: alice.username }], before])
      await client('brief', { policy: { assignment: 'required' } })
      await assign('brief')
      await unassign('brief')
      assert.deepEqual(await items(), before, 'taken from one client, and from no other')
      await assign('brief')
      await store.clientsAdmin.remove('brief', gatehouse.now())
      await client('brief', { policy: { assignment: 'required' } })
      assert.equal(await store.assignments.includes('brief', subject), false)
      assert.deepEqual(await items(), before)
      await unassign()
    })

    test('a group and a person of the same identifier are two', async () => {
      const { store, accounts } = gatehouse.root
      const { id } = (await admin('POST', '/groups', { name: 'twins' })).body
      const addTwin = () => gatehouse.addAccount({ sub: id, username: 'twin' }, alice.password)
      const assignBoth = async (...kinds: string[]) => {
        for (const kind of kinds) assert.equal((await admin('POST', '/clients/twofold/assignments', { kind, id })).status, 204)
      }
      const mayUse = () => Promise.all([subject, id].map((one) => store.assignments.includes('twofold', one)))
      const items = async () => (await admin('GET', '/clients/twofold/assignments')).body.items
      const [theGroup, theTwin] = [
        { kind: 'group', id, name: 'twins' },
        { kind: 'user', id, name: 'twin' },
      ]
      await addTwin()
      await admin('POST', `/groups/${id}/members`, { user_ids: [subject] })
      await client('twofold', { policy: { assignment: 'required' } })
      await assignBoth('user')
      assert.deepEqual(await mayUse(), [false, true])
      await assignBoth('group')
      assert.deepEqual(await items(), [theGroup, theTwin])
      const { id: others } = (await admin('POST', '/groups', { name: 'others' })).body
      const outsider = await gatehouse.addAccount({ username: 'outsider' }, alice.password)
      await admin('POST', `/groups/${others}/members`, { user_ids: [outsider] })
      const elsewhere = [store.assignments.includes('twofold', outsider), store.assignments.includes('shop', subject)]
      assert.deepEqual(await Promise.all(elsewhere), [false, false], 'another group, another client')
      await admin('DELETE', `/clients/twofold/assignments/user/${id}`)
      assert.deepEqual(await mayUse(), [true, false])
      await assignBoth('user')
      await accounts.store.accounts.remove(id, gatehouse.now())
      assert.deepEqual(await items(), [theGroup])
      await addTwin()
      await assignBoth('user')
      await admin('DELETE', `/groups/${id}`)
      assert.deepEqual(await items(), [theTwin])
    })

    test('the administration API lists them page by page, and says what is wrong', async () => {
      await client('listed', { policy: { assignment: 'required' } })
      const groups = await Promise.all(['staff', 'guests'].map(async (name) => (await admin('POST', '/groups', { name })).body))
      const dotted = await gatehouse.addAccount({ sub: 'z.a.b', username: 'dotted' }, alice.password)
      const all = [
        ...groups.map(({ id, name }) => ({ kind: 'group', id, name })),
        { kind: 'user', id: subject, name: alice.username },
        { kind: 'user', id: dotted, name: 'dotted' },
      ].sort((a, b) => (`${a.kind} ${a.id}` < `${b.kind} ${b.id}` ? -1 : 1))
      for (const { kind, id } of all.toReversed()) await admin('POST', '/clients/listed/assignments', { kind, id })
      await assign('listed')
      const pages: { items: unknown[]; next: string | null }[] = []
      for (let after = ''; pages.length <= all.length; after = `&after=${encodeURIComponent(pages.at(-1)?.next ?? '')}`) {
        pages.push((await admin('GET', `/clients/listed/assignments?limit=1${after}`)).body)
        if (pages.at(-1)?.next === null) break
      }
      assert.deepEqual(
        pages.map(({ items }) => items),
        all.map((one) => [one]),
      )

      const bad: [method: string, path: string, body: object | undefined, status: number, told: string][] = [
        ['GET', '/clients/nothing/assignments', undefined, 404, 'client'],
        ['GET', '/clients/listed/assignments?after=x', undefined, 422, 'must be the next of the previous page'],
        ['GET', '/clients/listed/assignments?after=xuser.x', undefined, 422, 'must be the next of the previous page'],
        ['POST', '/clients/nothing/assignments', { kind: 'user', id: subject }, 404, 'client'],
        ['POST', '/clients/listed/assignments', { kind: 'user', id: 'nobody' }, 422, 'names an account or a group that does not exist'],
        ['POST', '/clients/listed/assignments', { kind: 'group', id: subject }, 422, 'names an account or a group that does not exist'],
        ['POST', '/clients/listed/assignments', { kind: 'role', id: subject }, 422, 'kind'],
        ['POST', '/clients/listed/assignments', { kind: 'user', id: '' }, 422, 'id'],
        ['DELETE', '/clients/listed/assignments/user/nobody', undefined, 404, 'is not assigned to the client'],
        ['DELETE', `/clients/listed/assignments/role/${subject}`, undefined, 404, 'is not assigned to the client'],
        ['DELETE', `/clients/nothing/assignments/user/${subject}`, undefined, 404, 'client'],
      ]
      for (const [method, path, body, status, told] of bad) {
        const answer = await admin(method, path, body)
        assert.deepEqual([answer.status, answer.text.includes(told)], [status, true], `${method} ${path}: ${answer.text}`)
      }
      await unassign('listed')
      const log = (await admin('GET', '/audit?limit=200')).body.items as { act: string; target: { id: string }; detail: object }[]
      for (const act of ['client.assign', 'client.unassign'])
        assert.ok(log.some((one) => one.act === act && one.target.id === 'listed' && isDeepStrictEqual(one.detail, { user: subject })))
    })
  })
}
