/** Applications of one vendor that share a sign-in on a device — OpenID Connect Native SSO for Mobile Apps 1.0, draft 07. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import * as oauth from 'oauth4webapi'
import { metadata } from '../../src/protocol/assemble.ts'
import { metadataOf } from '../../src/protocol/change-client.ts'
import { sha256 } from '../../src/protocol/codec/digest.ts'
import type { Engine, TestApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { receiver } from '../receiver.ts'
import { type TwoNodes, twoNodes } from '../two-nodes.ts'
import { type Application, alice, application, call, claimsOf } from './application.ts'
import {
  access,
  acme,
  actor_token_type,
  draft,
  exchangedAt,
  grant_type,
  type NativeStage,
  native,
  nativeStage,
  said,
  scope,
  stock,
  subject_token_type,
  unknown,
} from './native-sso-stage.ts'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`native single sign-on, on ${engine}`, () => {
    let stage: NativeStage
    let gatehouse: TestApp
    let mail: Application
    let calendar: Application
    let subject: string
    let signedIn: NativeStage['signedIn']
    let exchange: NativeStage['exchange']
    before(async () => {
      stage = await nativeStage(engine)
      ;({ gatehouse, mail, calendar, subject, signedIn, exchange } = stage)
    })
    after(() => gatehouse.close())

    test('the second application gets tokens of its own for the same sign-in, and the person is not asked', async () => {
      const tokens = await signedIn()
      assert.match(tokens.device_secret, /^gth_ds_\w{49}$/)
      const first = claimsOf(tokens.id_token)
      assert.equal(first['ds_hash'], sha256(tokens.device_secret))
      const { status, body } = await exchange(tokens)
      assert.deepEqual(
        [status, body.issued_token_type, body.token_type, body.scope, body.device_secret],
        [200, access, 'Bearer', scope, tokens.device_secret],
      )
      const { sub, aud, sid, auth_time, acr, ds_hash } = claimsOf(body.id_token)
      assert.deepEqual(
        [sub, aud, sid, auth_time, acr, ds_hash],
        [subject, 'calendar', first['sid'], first['auth_time'], first['acr'], first['ds_hash']],
      )
      assert.deepEqual([claimsOf(body.access_token)['client_id'], claimsOf(body.access_token)['act']], ['calendar', undefined])
      assert.equal((await calendar.refresh(body.refresh_token)).status, 200)
      const userinfo = await call(`${gatehouse.issuer}/userinfo`, { headers: { authorization: `Bearer ${body.access_token}` } })
      assert.equal(userinfo.body.sub, subject)
      const onward = await exchange({ ...body, device_secret: tokens.device_secret }, { scope: 'openid' }, mail)
      assert.deepEqual([onward.status, onward.body.refresh_token], [200, undefined])
    })

    test('oauth4webapi exchanges it', async () => {
      const tokens = await signedIn()
      const as = { issuer: gatehouse.issuer, token_endpoint: `${gatehouse.issuer}/token` }
      const client = { client_id: 'calendar' }
      const parameters = {
        ...{ subject_token: tokens.id_token, subject_token_type, actor_token: tokens.device_secret, actor_token_type },
        audience: gatehouse.issuer,
      }
      const response = await oauth.genericTokenEndpointRequest(as, client, oauth.None(), grant_type, parameters, {
        [oauth.allowInsecureRequests]: true,
      })
      const result = await oauth.processGenericTokenEndpointResponse(as, client, response)
      assert.equal(oauth.getValidatedIdTokenClaims(result)?.sub, subject)
    })

    test('an ID token that has expired still names the sign-in', async () => {
      const { keys } = gatehouse.root.ctx
      const tokens = await signedIn()
      const claims = { ...claimsOf(tokens.id_token), exp: gatehouse.now() - 60 }
      assert.equal((await exchange({ ...tokens, id_token: await keys.sign('RS256', 'JWT', claims) })).status, 200)
    })

    test('a client that has a secret keeps it in the same session and when it refreshes; another session gives another', async () => {
      const browser = gatehouse.browser()
      const first = await mail.tokens(browser)
      const code = await mail.code(browser, { prompt: 'none' })
      const again = (await mail.redeem(code, { device_secret: first.device_secret })).body
      assert.equal(again.device_secret, first.device_secret)
      assert.equal(claimsOf(again.id_token)['ds_hash'], sha256(first.device_secret))
      const fresh = (await mail.redeem(await mail.code(browser, { prompt: 'none' }))).body
      assert.notEqual(fresh.device_secret, first.device_secret)
      assert.deepEqual(said(await exchange(first)), ['invalid_grant', unknown], 'a client has one in each session')
      const other = (await mail.redeem(await mail.code(gatehouse.browser()), { device_secret: fresh.device_secret })).body
      assert.notEqual(other.device_secret, fresh.device_secret)
      const refreshed = (await mail.refresh(fresh.refresh_token, { device_secret: fresh.device_secret })).body
      assert.deepEqual(
        [refreshed.device_secret, claimsOf(refreshed.id_token)['ds_hash']],
        [fresh.device_secret, sha256(fresh.device_secret)],
      )
      const plain = (await mail.refresh(refreshed.refresh_token)).body
      assert.deepEqual([plain.device_secret, claimsOf(plain.id_token)['ds_hash']], [undefined, undefined])
    })

    test('without device_sso there is no secret', async () => {
      const tokens = await signedIn({ scope: 'openid' })
      assert.deepEqual([tokens.device_secret, claimsOf(tokens.id_token)['ds_hash']], [undefined, undefined])
    })

    test('the exchange never gives more than the person allowed the first application', async () => {
      const beyond = 'scope has a value that the person did not allow the application in which they signed in'
      const stranger = await gatehouse.addAccount({ username: 'carol1' }, alice.password)
      const carol = { username: 'carol1', password: alice.password }
      const tokens = await mail.tokens(gatehouse.browser(), { scope: 'openid device_sso' }, carol)
      assert.equal(claimsOf(tokens.id_token)['sub'], stranger)
      assert.deepEqual(said(await exchange(tokens, { scope: 'openid email' })), ['invalid_scope', beyond])
      assert.deepEqual(said(await exchange(tokens, { scope: 'stock:read', resource: stock })), ['invalid_scope', beyond])
      assert.equal((await exchange(tokens, { scope: 'openid phone' })).body.error, 'invalid_scope')
      assert.deepEqual(said(await exchange(tokens, { resource: 'https://other.example' })), [
        'invalid_target',
        'resource is not known here',
      ])
      const { body } = await exchange(tokens)
      assert.deepEqual([body.scope, body.refresh_token], ['openid device_sso', undefined])
      const allowed = await mail.tokens(gatehouse.browser(), { scope: 'openid device_sso stock:read', resource: stock }, carol)
      const atApi = await exchange(allowed, { scope: 'stock:read', resource: stock })
      assert.deepEqual([atApi.body.scope, claimsOf(atApi.body.access_token)['aud']], ['stock:read', stock])
    })

    test('what it gives is in the audit log, and an application that the person sees and can take away', async () => {
      const tokens = await signedIn()
      const { body } = await exchange(tokens)
      const [event] = await gatehouse.root.store.audit.search({ act: 'token.exchange', limit: 1, newestFirst: true })
      assert.deepEqual([event?.by?.id, event?.detail], ['calendar', { client: 'mail', user: subject }])
      const [grant] = await gatehouse.root.store.grantsAdmin.list({ limit: 1, subject, clientId: 'calendar' } as never)
      assert.ok(grant)
      await gatehouse.root.store.grants.revoke(claimsOf(body.access_token)['gid'] as string, gatehouse.now())
      assert.equal((await calendar.refresh(body.refresh_token)).body.error, 'invalid_grant')
    })

    test('the session ends: the second application is told, and its tokens stay as those of any other do', async () => {
      const endpoint = await receiver()
      await gatehouse.root.store.sessions.end({ subject })
      const { clientsAdmin } = gatehouse.root.store
      const before = metadataOf((await clientsAdmin.find('calendar'))!)
      await clientsAdmin.replace({ ...before, backchannel_logout_uri: `${endpoint.url}/logout` })
      const tokens = await signedIn()
      const { body } = await exchange(tokens)
      await gatehouse.root.store.sessions.end({ subject })
      assert.equal(endpoint.received.filter(({ path }) => path === '/logout').length, 1)
      assert.equal((await calendar.refresh(body.refresh_token)).status, 200)
      await clientsAdmin.replace(before)
      await endpoint.close()
    })

    test('the account page lists it, and ends it with its session, even when the session itself is over', async () => {
      const { root } = gatehouse
      await root.store.sessions.end({ subject })
      const tokens = await signedIn()
      const { sid } = claimsOf(tokens.id_token) as { sid: string }
      const browser = gatehouse.browser()
      await browser.open('/account/sessions')
      await browser.submit('sign-in', { ...alice })
      const page = await browser.open('/account/sessions')
      const shown = /<ul id="shared-sign-ins"[\s\S]*?<\/ul>/.exec(page.html)![0]
      assert.ok(shown.includes('Acme Mail') && shown.includes(`value="${sid}"`), shown)
      const form = { section: 'sessions', sid: /name="sid" value="([^"]+)"/.exec(page.html)![1]! }
      const done = await browser.post('/account/sessions/end', { ...form, session: sid })
      assert.match(done.html, /That session is signed out/)
      assert.deepEqual(said(await exchange(tokens)), ['invalid_grant', unknown])
      assert.ok(!(await browser.open('/account/sessions')).html.includes('shared-sign-ins'))
    })

    test('the metadata says so', async () => {
      assert.equal(metadata(gatehouse.root.ctx)['native_sso_supported'], true)
      assert.ok((metadata(gatehouse.root.ctx)['scopes_supported'] as string[]).includes('device_sso'))
    })
  })
  suite(`native single sign-on of two nodes, on ${engine}`, () => {
    let nodes: TwoNodes
    before(async () => {
      nodes = await twoNodes(engine, draft)
    })
    after(() => nodes.close())

    test('a secret of one is accepted by the other, and ends there, too', async () => {
      const { one, other } = nodes
      for (const client_id of ['mail', 'calendar']) await one.addClient({ ...native, ...acme, client_id, scope })
      const subject = await one.addAccount({ username: alice.username }, alice.password)
      const tokens = await application(one, { id: 'mail', scope }).tokens(one.browser())
      const elsewhere = application({ issuer: other }, { id: 'calendar', scope })
      let answer = await exchangedAt(one.issuer, elsewhere, tokens)
      while (answer.body.error === 'invalid_client') answer = await exchangedAt(one.issuer, elsewhere, tokens) // it learns of the client in half a second
      assert.equal(answer.status, 200, answer.text)
      await one.root.store.sessions.end({ subject })
      assert.deepEqual(said(await exchangedAt(one.issuer, elsewhere, tokens)), ['invalid_grant', unknown])
    })
  })
}
