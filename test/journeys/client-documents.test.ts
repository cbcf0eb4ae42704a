/** Clients whose identifier is the URL of their metadata — draft-ietf-oauth-client-id-metadata-document-02. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { openDatabase } from '../../src/store/open.ts'
import type { Db } from '../../src/store/sql.ts'
import { sweep } from '../../src/store/sweep.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { type DocumentHost, documentHost } from '../document-host.ts'
import { engines } from '../postgres.ts'
import { alice, application, call, callback, challenge, encode } from './application.ts'
import { aClientKey, signedWith } from './signed-by-clients.ts'

const day = 86_400
const usual = { client_name: 'Agent', redirect_uris: [callback], grant_types: ['authorization_code', 'refresh_token'] }
const local = { ...usual, redirect_uris: ['http://127.0.0.1/callback'] }

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`client ID metadata documents, on ${engine}`, () => {
    let gatehouse: TestApp
    let host: DocumentHost
    let db: Db
    before(async () => {
      host = await documentHost()
      gatehouse = await testApp(engine, { ...host.settings, REGISTRATION_PER_ADDRESS: '1000' })
      db = await openDatabase(gatehouse.database, () => {})
      await accept(['localhost'])
      await gatehouse.addAccount({ username: alice.username }, alice.password)
    })
    after(async () => {
      await db.close()
      await gatehouse.close()
      await host.close()
    })
    const sweepAll = () => sweep(db, gatehouse.now(), 10_000)

    const accept = (hosts: string[]) => gatehouse.app.tenants.set('', { client_id_hosts: hosts })
    const metadata = async () => (await call(`${gatehouse.issuer}/.well-known/oauth-authorization-server`)).body
    const stored = (id: string) => gatehouse.root.store.clientsAdmin.find(id)
    const landing = (id: string, redirectUri = callback) => gatehouse.browser().open(application(gatehouse, { id, redirectUri }).url())
    /** Signs in, and comes to rest at the page that asks for consent. */
    async function consentOf(id: string, redirectUri = callback) {
      const browser = gatehouse.browser()
      await browser.open(application(gatehouse, { id, redirectUri }).url())
      return (await browser.submit('sign-in', { ...alice })).html
    }

    test('a public client goes from its document to tokens, and refreshes and revokes them', async () => {
      const id = host.publish('/public.json', usual)
      const app = application(gatehouse, { id, scope: 'openid profile offline_access' })
      const tokens = await app.tokens(gatehouse.browser())
      const refreshed = await app.refresh(tokens.refresh_token)
      assert.equal(refreshed.status, 200, refreshed.text)
      assert.equal((await app.post('/revoke', { token: refreshed.body.refresh_token })).status, 200)
      assert.equal((await app.refresh(refreshed.body.refresh_token)).body.error, 'invalid_grant')
      assert.equal(host.asked('/public.json'), 1, 'fetched once')
      const client = (await stored(id))!
      assert.deepEqual(
        [client.token_endpoint_auth_method, client.policy.pkce, client.policy.consent, client.quarantined],
        ['none', 'required', 'ask', false],
      )
    })

    test('a client that lists what it can do uses the strictest, unless it names one itself', async () => {
      const key = await aClientKey('ES256', 'listed')
      const listed = { ...usual, jwks: { keys: [key.jwk] }, token_endpoint_auth_methods_supported: ['none', 'private_key_jwt'] }
      const methodOf = async (path: string, members: object) => {
        const id = host.publish(path, members)
        await landing(id)
        return (await stored(id))?.token_endpoint_auth_method
      }
      assert.equal(await methodOf('/methods.json', listed), 'private_key_jwt')
      assert.equal(await methodOf('/named-method.json', { ...listed, token_endpoint_auth_method: 'none' }), 'none')
      assert.equal(
        await methodOf('/one-method.json', { ...usual, token_endpoint_auth_methods_supported: ['none', 'tls_client_auth'] }),
        'none',
      )
    })

    test('a client with a key authenticates by it, also where it pushes its request', async () => {
      const key = await aClientKey('ES256', 'first')
      const id = host.publish('/keyed.json', { ...usual, token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [key.jwk] } })
      let count = 0
      const proof = async () => ({
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: await signedWith(key, {
          ...{ iss: id, sub: id, aud: gatehouse.issuer, jti: `${++count}` },
          ...{ iat: gatehouse.now(), exp: gatehouse.now() + 60 },
        }),
      })
      const app = application(gatehouse, { id })
      const request = {
        response_type: 'code',
        redirect_uri: callback,
        scope: 'openid',
        code_challenge: challenge,
        code_challenge_method: 'S256',
      }
      assert.equal((await app.post('/par', request)).body.error, 'invalid_client', 'its name alone is no proof')
      const pushed = await app.post('/par', { ...request, ...(await proof()) })
      assert.equal(pushed.status, 201, pushed.text)
      const browser = gatehouse.browser()
      await browser.open(`${gatehouse.issuer}/authorize?${encode({ client_id: id, request_uri: pushed.body.request_uri })}`)
      await browser.submit('sign-in', { ...alice })
      const back = await browser.submit('consent', { answer: 'allow' })
      const code = new URL(back.url).searchParams.get('code') as string
      assert.equal((await app.redeem(code, await proof())).status, 200)
    })

    test('the page that asks for consent names the host, warns of programs on the device, and shows no picture', async () => {
      const id = host.publish('/agent.json', { ...local, client_name: 'Bank', logo_uri: 'https://pictures.example/bank.png' })
      const redirectUri = 'http://127.0.0.1:49152/callback'
      const name = new URL(host.origin).host
      const first = await consentOf(id, redirectUri)
      assert.ok(first.includes(`It is published by <bdi>${name}</bdi>`))
      assert.match(first, /id="loopback"/)
      assert.match(first, /id="unproven"/)
      await application(gatehouse, { id, redirectUri }).tokens(gatehouse.browser())
      const second = await gatehouse.browser()
      await second.open(application(gatehouse, { id, redirectUri }).url({ prompt: 'consent' }))
      const { html } = await second.submit('sign-in', { ...alice })
      assert.match(html, /id="client-host"/)
      assert.doesNotMatch(html, /id="unproven"|pictures\.example/)
      assert.doesNotMatch(await consentOf(host.publish('/web.json', usual)), /id="loopback"/)
    })

    test('the account page lists it with its host, and removes its access', async () => {
      const id = host.publish('/listed.json', { ...usual, client_name: 'Listed' })
      const browser = gatehouse.browser()
      const app = application(gatehouse, { id, scope: 'openid offline_access' })
      const tokens = await app.tokens(browser)
      const page = (await browser.open(`${gatehouse.issuer}/account/applications`)).html
      assert.match(page, /Listed.*Published by <bdi>localhost:\d+<\/bdi>/s)
      const [grant] = await gatehouse.root.store.grantsAdmin.list({ clientId: id, limit: 1 })
      assert.ok(grant)
      await gatehouse.root.store.access.revoke(grant.subject, grant.id, gatehouse.now())
      assert.equal((await app.refresh(tokens.refresh_token)).body.error, 'invalid_grant')
    })

    test('what it asks for beyond what clients may have here is left out', async () => {
      const id = host.publish('/greedy.json', {
        ...usual,
        grant_types: [...usual.grant_types, 'client_credentials', 'urn:example:unknown'],
        response_types: ['code', 'token'],
        scope: 'openid admin:users:write email',
        policy: { consent: 'skip', pkce: 'optional' },
        access_token_claims: { role: 'admin' },
      })
      await landing(id)
      const { grant_types, response_types, scope, policy, access_token_claims } = (await stored(id))!
      assert.deepEqual([grant_types, response_types, scope], [usual.grant_types, ['code'], 'openid email'])
      assert.deepEqual([policy.consent, policy.pkce, access_token_claims], ['ask', 'required', {}])
    })

    test('it is unknown until a tenant accepts its host, and unknown again when it no longer does', async () => {
      const id = host.publish('/policy.json', usual)
      const app = application(gatehouse, { id, scope: 'openid offline_access' })
      const { refresh_token } = await app.tokens(gatehouse.browser())
      assert.equal((await metadata()).client_id_metadata_document_supported, true)
      for (const hosts of [[], ['example.com'], ['*.localhost'], ['ocalhost'], ['localhost.example']]) {
        await accept(hosts)
        assert.match((await landing(id)).html, /client_id is not registered here/, String(hosts))
        assert.equal((await app.refresh(refresh_token)).body.error, 'invalid_client', String(hosts))
      }
      await accept([])
      assert.ok(!('client_id_metadata_document_supported' in (await metadata())))
      for (const hosts of [['*'], ['LOCALHOST'], ['a.example', 'localhost']]) {
        await accept(hosts)
        assert.match((await landing(id)).html, /id="sign-in"/, String(hosts))
      }
      await accept(['localhost'])
    })

    test('a change of the document holds when it is no longer fresh, and is not noticed before', async () => {
      const id = host.publish('/changing.json', usual)
      await landing(id)
      host.publish('/changing.json', { ...usual, redirect_uris: ['https://app.example/other'] })
      gatehouse.advance(299)
      assert.match((await landing(id)).html, /id="sign-in"/)
      gatehouse.advance(1)
      assert.match((await landing(id)).html, /redirect_uri is not registered for this client/)
      assert.equal(host.asked('/changing.json'), 2)
    })

    test('an error is not remembered, but one address is not asked for it in quick succession', async () => {
      const id = `${host.origin}/late.json`
      for (let i = 0; i < 3; i++) assert.match((await landing(id)).html, /client_id does not lead to a JSON document/)
      assert.equal(host.asked('/late.json'), 1)
      host.publish('/late.json', usual)
      gatehouse.advance(10)
      assert.match((await landing(id)).html, /id="sign-in"/)
    })

    test('while its host does not answer it is still served for a while; when the host denies it, it is not', async () => {
      const id = host.publish('/resting.json', usual)
      const app = application(gatehouse, { id, scope: 'openid offline_access' })
      let { refresh_token } = await app.tokens(gatehouse.browser())
      const refresh = async () => {
        const { body } = await app.refresh(refresh_token)
        refresh_token = body.refresh_token ?? refresh_token
        return body.error
      }
      host.published['/resting.json'] = (_, response) => void response.destroy()
      gatehouse.advance(day)
      assert.equal(await refresh(), undefined)
      gatehouse.advance(day + 1)
      assert.equal(await refresh(), 'invalid_client')
      host.publish('/resting.json', usual)
      gatehouse.advance(10)
      assert.equal(await refresh(), undefined)
      delete host.published['/resting.json']
      gatehouse.advance(300)
      assert.equal(await refresh(), 'invalid_client')
    })

    test('an administrator disables it for good, and deletes it until it comes again', async () => {
      const { clientsAdmin } = gatehouse.root.store
      const id = host.publish('/banned.json', usual)
      const app = application(gatehouse, { id, scope: 'openid offline_access' })
      const { refresh_token, access_token } = await app.tokens(gatehouse.browser())
      const isActive = async () =>
        (await call(`${gatehouse.issuer}/userinfo`, { headers: { authorization: `Bearer ${access_token}` } })).status
      assert.equal(await isActive(), 200)
      await clientsAdmin.setStatus(id, 'disabled')
      assert.deepEqual([(await app.refresh(refresh_token)).body.error, await isActive()], ['invalid_client', 401])
      gatehouse.advance(200 * day)
      await sweepAll()
      assert.match((await landing(id)).html, /client_id is not registered here/, 'also when it would long be forgotten')
      await clientsAdmin.remove(id, gatehouse.now())
      assert.match((await landing(id)).html, /id="sign-in"/)
      assert.equal((await app.refresh(refresh_token)).body.error, 'invalid_grant')
    })

    test('one that nobody signs in to is forgotten after a day', async () => {
      const id = host.publish('/passing.json', usual)
      await landing(id)
      gatehouse.advance(day + 1)
      await sweepAll()
      const left = await gatehouse.root.store.clientsAdmin.list({ limit: 200 })
      assert.ok(!left.some(({ client_id }) => client_id === id))
    })

    test('an identifier that an operator has registered is not fetched', async () => {
      const id = `${host.origin}/registered.json`
      await gatehouse.addClient({ client_id: id, redirect_uris: [callback] }, 'secret')
      host.publish('/registered.json', usual)
      assert.ok(await application(gatehouse, { id, secret: 'secret' }).tokens(gatehouse.browser()))
      assert.equal(host.asked('/registered.json'), 0)
    })
  })
}
