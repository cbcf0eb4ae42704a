/** Request objects by reference — RFC 9101 §5.2, OpenID Connect Core §6.2. */
import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, suite, test } from 'node:test'
import { sha256 } from '../../src/protocol/codec/digest.ts'
import type { Tenant } from '../../src/tenant.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { type Application, alice, application, call, callback, challenge, told } from './application.ts'
import { aClientKey, type ClientKey, signedWith } from './signed-by-clients.ts'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`request_uri, on ${engine}`, () => {
    let gatehouse: TestApp
    let issuer: string
    let origin: string
    let key: ClientKey
    let app: Application
    let asked: string[] = []
    const served: Record<string, string | RequestListener> = {}
    const server = createServer((request, response) => {
      asked.push(request.url as string)
      const it = served[request.url as string] ?? ''
      if (typeof it === 'function') it(request, response)
      else response.setHeader('content-type', 'application/oauth-authz-req+jwt').end(it)
    })
    before(async () => {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      gatehouse = await testApp(engine)
      await gatehouse.app.tenants.create({ slug: 'open', name: 'Open' })
      await gatehouse.app.tenants.set('open', { request_uri: true })
      const tenant = (await gatehouse.app.tenant('open')) as Tenant
      issuer = `${gatehouse.issuer}/t/open`
      key = await aClientKey('ES256', 'k')
      const request_uris = ['/object', '/other', '/slow', '/moved', '/broken', `/pinned#${sha256('pinned')}`].map((path) => origin + path)
      const client = { client_id: 'app', redirect_uris: [callback], jwks: { keys: [key.jwk] }, request_uris }
      await gatehouse.addClient(client, 'secret', tenant)
      await gatehouse.addClient(client, 'secret')
      await gatehouse.addAccount({ username: alice.username }, alice.password, tenant)
      app = application(gatehouse, { id: 'app', secret: 'secret', issuer })
    })
    after(async () => {
      server.closeAllConnections()
      server.close()
      await gatehouse.close()
    })

    const object = (claims: object = {}) =>
      signedWith(key, {
        ...{ client_id: 'app', aud: issuer, response_type: 'code', redirect_uri: callback, scope: 'openid', state: 'inside' },
        ...{ code_challenge: challenge, code_challenge_method: 'S256', ...claims },
      })
    const open = async (request_uri: string) => told(await gatehouse.browser().open(app.url({ request_uri, state: 'outside' })))

    test('one address can have only so many fetched', async () => {
      const limited = await testApp(engine, { LIMITS_FLOWS_PER_ADDRESS: '2' })
      await limited.app.tenants.set('', { request_uri: true })
      const request_uri = `${origin}/broken`
      await limited.addClient(
        { client_id: 'app', redirect_uris: [callback], jwks: { keys: [key.jwk] }, request_uris: [request_uri] },
        'secret',
      )
      const own = application(limited, { id: 'app', secret: 'secret' })
      const before = asked.length
      const open = () => limited.browser().open(own.url({ request_uri }))
      for (const landing of [await open(), await open()]) assert.equal(told(landing)['error'], 'invalid_request_object')
      assert.equal((await open()).status, 429)
      assert.equal(asked.length - before, 2)
      await limited.close()
    })

    test('the object is fetched, and only what it holds counts', async () => {
      served['/object'] = await object()
      const answer = told(await app.arrive(gatehouse.browser(), { request_uri: `${origin}/object`, state: 'outside' }))
      assert.equal(answer['state'], 'inside')
      assert.equal((await app.redeem(answer['code'] as string)).status, 200)
    })

    test('a hash as fragment is that of the content', async () => {
      const text = await object()
      served['/object'] = text
      const answer = told(await app.arrive(gatehouse.browser(), { request_uri: `${origin}/object#${sha256(text)}` }))
      assert.ok(answer['code'])
      const other = await open(`${origin}/object#${sha256('other')}`)
      assert.deepEqual(
        [other['error'], other['error_description']],
        ['invalid_request_uri', 'request_uri cannot be fetched, or its content is not what its fragment says'],
      )
    })

    test('only a registered address is asked, and with a registered hash only that content', async () => {
      asked = []
      for (const uri of ['/unknown', '/object?x', '/object/', '/pinned', `/pinned#${sha256('x')}`]) {
        const answer = await open(origin + uri)
        assert.deepEqual(
          [answer['error'], answer['error_description'], answer['state']],
          ['invalid_request_uri', 'request_uri is not registered for this client', 'outside'],
        )
      }
      assert.deepEqual(asked, [])
      served['/pinned'] = await object()
      assert.equal((await open(`${origin}/pinned#${sha256('pinned')}`))['error'], 'invalid_request_uri')
    })

    const bad: Record<string, RequestListener> = {
      '/moved': (_, response) => response.writeHead(302, { location: `${origin}/object` }).end(),
      '/broken': (request) => request.socket.destroy(),
      '/other': (_, response) => response.end('x'.repeat(24_577)),
      '/slow': (_, response) => response.writeHead(500).end(),
    }
    for (const [path, answer] of Object.entries(bad))
      test(`refused: an answer that is unusable, at ${path}`, async () => {
        served[path] = answer
        assert.equal((await open(origin + path))['error'], 'invalid_request_uri')
      })

    test('what is fetched is judged like any request object', async () => {
      served['/object'] = 'a.b.c'
      assert.equal((await open(`${origin}/object`))['error'], 'invalid_request_object')
      served['/object'] = await object({ request_uri: `${origin}/other` })
      assert.equal((await open(`${origin}/object`))['error'], 'invalid_request_object')
    })

    test('where the tenant does not switch it on, nothing is fetched, and the metadata says so', async () => {
      asked = []
      const closed = application(gatehouse, { id: 'app', secret: 'secret' })
      const answer = told(await gatehouse.browser().open(closed.url({ request_uri: `${origin}/object` })))
      assert.deepEqual([answer['error'], asked], ['request_uri_not_supported', []])
      const metadata = async (base: string) => (await call(`${base}/.well-known/openid-configuration`, {})).body
      const [off, on] = [await metadata(gatehouse.issuer), await metadata(issuer)]
      assert.deepEqual([off.request_uri_parameter_supported, off.require_request_uri_registration], [false, undefined])
      assert.deepEqual([on.request_uri_parameter_supported, on.require_request_uri_registration], [true, true])
      const pushed = await app.post('/par', { request_uri: `${origin}/object` })
      assert.equal(pushed.body.error, 'invalid_request')
    })
  })
}
