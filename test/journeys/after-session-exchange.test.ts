/** What is made of the tokens of a client that keeps none after the session: it ends with it, too, and no sooner — RFC 8693, Back-Channel Logout 1.0 §2.7. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { metadataOf } from '../../src/protocol/change-client.ts'
import type { Client } from '../../src/protocol/client.ts'
import { resourceSchema } from '../../src/protocol/resource.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import type { TinyBrowser } from '../tiny-browser.ts'
import { type Application, alice, application, callback, encode } from './application.ts'

const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange'
const accessToken = 'urn:ietf:params:oauth:token-type:access_token'
const idTokenType = 'urn:ietf:params:oauth:token-type:id_token'
const stock = 'https://stock.example'
const elsewhere = 'https://chat.example'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`exchanged tokens after the session, on ${engine}`, () => {
    let gatehouse: TestApp
    const apps = new Map<string, Application>()
    const app = (id: string) => apps.get(id) as Application
    before(async () => {
      gatehouse = await testApp(engine, { FEATURES_IDENTITY_ASSERTION_DRAFT04: 'true' })
      const resource = { identifier: stock, name: 'Stock', scopes: { 'stock:read': 'See stock' } }
      await gatehouse.root.store.resourcesAdmin.add(resourceSchema.parse(resource))
      const add = async (client_id: string, policy: object, more: object = {}) => {
        const usual = { redirect_uris: [callback], grant_types: ['authorization_code', exchange], scope: 'openid stock:read' }
        await gatehouse.addClient({ ...usual, client_id, policy: { consent: 'skip', ...policy }, ...more }, 'secret')
        apps.set(client_id, application(gatehouse, { id: client_id, secret: 'secret', scope: 'openid stock:read' }))
      }
      const identity_assertion_audiences = { [elsewhere]: { client_id: 'app-there', scope: '', resource: [] } }
      await add('end', { after_session: 'end' }, { identity_assertion_audiences })
      await add('keep', {}, { identity_assertion_audiences })
      await add('service', { token_exchange: 'delegate' }, { resource_server: stock })
      await add('silent', { token_exchange: 'impersonate' }, { resource_server: stock })
      await add('strict', { token_exchange: 'delegate', after_session: 'end' }, { resource_server: stock })
      await gatehouse.addAccount({ username: alice.username }, alice.password)
    })
    after(() => gatehouse.close())

    const signIn = async (id: string, browser: TinyBrowser, scope = 'openid stock:read') =>
      (await app(id).tokens(browser, { scope, resource: stock })) as { access_token: string; id_token: string }
    const exchanged = (by: string, subject_token: string) =>
      app(by).post('/token', { grant_type: exchange, subject_token, subject_token_type: accessToken })
    const active = async (by: string, token: string) => (await app(by).post('/introspect', { token })).body.active
    const signOut = (browser: TinyBrowser, id_token_hint: string) => browser.open(`/logout?${encode({ id_token_hint })}`)

    for (const [first, by] of [
      ['end', 'service'],
      ['end', 'silent'],
      ['keep', 'strict'],
    ] as const)
      test(`${first}, then ${by}: a session goes on under another id, and its end is that of every token made of one that ends`, async () => {
        const browser = gatehouse.browser()
        const { access_token, id_token } = await signIn(first, browser)
        const token = (await exchanged(by, access_token)).body.access_token
        const behind = (await exchanged('service', token)).body.access_token
        const all = async () => [await active(by, token), await active('service', behind)]
        assert.deepEqual(await all(), [true, true])
        const again = await signIn('service', browser)
        await app('service').arrive(browser, { prompt: 'login' })
        assert.deepEqual(await all(), [true, true], 'the person signed in again')
        const renewed = await exchanged(by, access_token)
        assert.equal(renewed.status, 200, JSON.stringify(renewed.body))
        await signOut(browser, first === 'keep' ? again.id_token : id_token)
        assert.deepEqual(await all(), [false, false])
        assert.equal((await exchanged(by, access_token)).body.error, first === 'keep' ? 'invalid_grant' : 'invalid_request')
      })

    test('a service that may not exchange tokens any more keeps none that it was given for a session that ended', async () => {
      const browser = gatehouse.browser()
      const { access_token, id_token } = await signIn('end', browser)
      const token = (await exchanged('silent', access_token)).body.access_token
      const { store } = gatehouse.root
      const registered = metadataOf((await store.clients.find('silent')) as Client)
      await store.clientsAdmin.replace({ ...registered, policy: { ...registered.policy, token_exchange: 'none' } })
      assert.equal(await active('silent', token), true)
      await signOut(browser, id_token)
      assert.equal(await active('silent', token), false)
      await store.clientsAdmin.replace(registered)
    })

    test('an ID token is exchanged for an identity assertion while the session lasts, where the client keeps nothing after it', async () => {
      const assertion = (id: string, subject_token: string) =>
        app(id).post('/token', {
          ...{ grant_type: exchange, subject_token, subject_token_type: idTokenType, audience: elsewhere },
          requested_token_type: 'urn:ietf:params:oauth:token-type:id-jag',
        })
      const browser = gatehouse.browser()
      const [lost, kept] = [await signIn('end', browser), await signIn('keep', browser)]
      assert.equal((await assertion('end', lost.id_token)).status, 200)
      await signOut(browser, lost.id_token)
      const { status, body } = await assertion('end', lost.id_token)
      assert.deepEqual(
        [status, body.error, body.error_description],
        [400, 'invalid_grant', 'the session in which the person signed in has ended'],
      )
      assert.equal((await assertion('keep', kept.id_token)).status, 200)
    })

    test('a client without openid keeps its tokens when the person signs in again, and loses them with the session', async () => {
      const browser = gatehouse.browser()
      const { access_token } = await signIn('end', browser, 'stock:read')
      const { id_token } = await signIn('keep', browser)
      await app('keep').arrive(browser, { prompt: 'login' })
      assert.equal(await active('end', access_token), true)
      await signOut(browser, id_token)
      assert.equal(await active('end', access_token), false)
    })
  })
}
