/** Requests that a person answers at a device of their own — OpenID Connect CIBA Core 1.0. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import * as oidc from 'openid-client'
import { metadata } from '../../src/protocol/assemble.ts'
import { readClient } from '../../src/protocol/register.ts'
import { type Engine, testApp } from '../app.ts'
import { linkIn } from '../mail-sink.ts'
import { engines } from '../postgres.ts'
import { alice, claimsOf, shows } from './application.ts'
import { bob, type CibaStage, cibaStage, grant_type } from './ciba-stage.ts'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`backchannel authentication, on ${engine}`, () => {
    let stage: CibaStage
    before(async () => {
      stage = await cibaStage(engine)
    })
    beforeEach(() => {
      stage.gatehouse.advance(601)
    })
    after(() => stage.close())

    test('the whole way: the person is told, compares, allows, and the client gets its tokens once', async () => {
      const { id, body, mail, link } = await stage.begin({ scope: 'openid offline_access', binding_message: 'W4SCT' })
      assert.deepEqual([body.expires_in, body.interval], [600, 5])
      assert.match(id, /^gth_aq_\w{49}$/)
      assert.deepEqual(mail.recipients, ['alice@example.org'])
      assert.match(mail.subject, /Bank asks for your approval/)
      assert.equal(await stage.error(id), 'authorization_pending')
      const often = (await stage.poll(id)).body
      assert.deepEqual(
        [often.error, often.error_description],
        ['slow_down', 'the client asks too often; wait 5 seconds longer between two requests'],
      )
      const { browser, page } = await stage.toConsent(link)
      assert.ok(shows(page, 'consent'))
      for (const part of ['Bank', 'W4SCT', 'id="disown"', '127.0.0.1']) assert.ok(page.html.includes(part), part)
      assert.ok(!page.html.includes('on a device in front of you'), 'somebody else may have started it, such as a call centre')
      const end = await browser.submit('consent', { answer: 'allow' })
      assert.match(end.html, /id="request-allowed"/)
      const { status, body: tokens, headers } = await stage.poll(id)
      assert.deepEqual([status, tokens.token_type, tokens.scope], [200, 'Bearer', 'openid offline_access'])
      assert.equal(headers.get('cache-control'), 'no-store')
      const { sub, aud, nonce, at_hash, c_hash, s_hash } = claimsOf(tokens.id_token)
      assert.deepEqual(
        [sub, aud, nonce, typeof at_hash, c_hash, s_hash],
        [stage.subject, 'bank', undefined, 'string', undefined, undefined],
      )
      assert.equal((await stage.bank.refresh(tokens.refresh_token)).status, 200)
      const again = await stage.poll(id)
      assert.equal(again.body.error_description, 'auth_req_id was already used; the tokens it gave are revoked')
      assert.equal((await stage.bank.post('/introspect', { token: tokens.access_token })).body.active, false)
      const gone = await stage.gatehouse.browser().open(link)
      assert.match(gone.html, /this request no longer waits: it was answered, or its time is over/)
    })

    test('of ten questions at once exactly one gets tokens', async () => {
      const { id, link } = await stage.begin()
      await stage.answered(link, 'allow')
      const answers = await Promise.all(Array.from({ length: 10 }, () => stage.poll(id)))
      assert.equal(answers.filter(({ status }) => status === 200).length, 1)
    })

    test('the person is asked each time, even for what they allowed before, and may refuse or disown it', async () => {
      for (const answer of ['deny', 'disown'] as const) {
        const { id, link } = await stage.begin()
        const end = await stage.answered(link, answer)
        assert.match(end.html, /id="request-refused"/)
        const { status, body } = await stage.poll(id)
        assert.deepEqual([status, body.error], [400, 'access_denied'])
      }
      const events = await stage.gatehouse.root.store.audit.search({ act: 'user.disown', limit: 10, newestFirst: true })
      assert.deepEqual([events[0]?.target, events[0]?.detail?.['client']], [stage.subject, 'bank'])
    })

    test('nobody else can answer it, whatever way they came', async () => {
      const { id, link } = await stage.begin()
      const { page } = await stage.toConsent(link, bob)
      assert.ok(!shows(page, 'consent'))
      assert.match(page.html, /another user than the one of id_token_hint signed in/)
      assert.equal(await stage.error(id), 'authorization_pending')
      const { ctx } = stage.gatehouse.root
      const state = ctx.tokens.hash('aq', id)
      const issue = ctx.server.responseTypes.get('ciba')!.issue(ctx, { asked: { state }, session: { subject: 'another' } } as never)
      await assert.rejects(issue, { description: 'this request is for somebody else' })
    })

    test('an ID token is a hint, too', async () => {
      const first = await stage.begin()
      await stage.answered(first.link, 'allow')
      const { id_token } = (await stage.poll(first.id)).body
      const { mail } = await stage.begin({ login_hint: undefined, id_token_hint: id_token })
      assert.deepEqual(mail.recipients, ['alice@example.org'])
    })

    test('it waits as long as the client asks for, ten minutes at most', async () => {
      const { id, body, link } = await stage.begin({ requested_expiry: '10' })
      assert.equal(body.expires_in, 10)
      stage.gatehouse.advance(10)
      assert.equal((await stage.poll(id)).body.error_description, 'auth_req_id has expired; start again')
      assert.match((await stage.gatehouse.browser().open(link)).html, /this request no longer waits/)
      assert.equal((await stage.begin({ requested_expiry: '86400' })).body.expires_in, 600)
    })

    test('what a client asked before it was registered anew or disabled is void, and nothing that it asked since', async () => {
      const { store } = stage.gatehouse.root
      const renewed = async () => {
        for (const status of ['disabled', 'active'] as const) await store.clientsAdmin.setStatus('other', status)
        stage.gatehouse.advance(1)
      }
      await renewed()
      const { id, link } = await stage.begin({ requested_expiry: '30' }, stage.other)
      assert.equal(await stage.error(id, stage.other), 'authorization_pending')
      await renewed()
      assert.equal(await stage.error(id, stage.other), 'expired_token')
      assert.match((await stage.gatehouse.browser().open(link)).html, /this request no longer waits/)
    })

    test('what the person allowed ends when they revoke it', async () => {
      const { id, link } = await stage.begin()
      await stage.answered(link, 'allow')
      const { store } = stage.gatehouse.root
      const [grant] = await store.grantsAdmin.list({ subject: stage.subject, clientId: 'bank', limit: 1 })
      await store.grants.revoke(grant!.id, stage.gatehouse.now())
      const { body } = await stage.poll(id)
      assert.deepEqual([body.error, body.error_description], ['transaction_failed', 'what the person allowed has ended; start again'])
    })

    test('a person has at most five requests that wait', async () => {
      for (let i = 0; i < 5; i++) await stage.begin()
      const { status, headers } = await stage.ask()
      assert.deepEqual([status, headers.get('retry-after')], [429, '60'])
      assert.equal((await stage.ask({ login_hint: bob.username })).status, 200)
      await stage.sink.next()
    })

    test('also requests that soon end count, for as long as one can wait', async () => {
      for (let i = 0; i < 5; i++) {
        await stage.begin({ requested_expiry: '1' })
        stage.gatehouse.advance(1)
      }
      assert.equal((await stage.ask()).status, 429)
      stage.gatehouse.advance(595)
      await stage.begin()
    })

    test('whether people have accounts can be asked from one address only so often', async () => {
      const few = await cibaStage(engine, (env) => testApp(engine, { ...env, LIMITS_FLOWS_PER_ADDRESS: '2' }))
      try {
        const ask = async (login_hint: string) => (await few.ask({ login_hint })).body.error
        assert.deepEqual(
          [await ask('nobody1'), await ask('nobody2'), await ask('nobody3')],
          [...Array(2).fill('unknown_user_id'), 'too_many_requests'],
        )
        assert.equal(await ask(alice.username), 'too_many_requests')
      } finally {
        await few.close()
      }
    })

    test('an operator decides how many', async () => {
      const few = await cibaStage(engine, (env) => testApp(engine, { ...env, LIMITS_UNANSWERED_REQUESTS: '1' }))
      try {
        await few.begin()
        assert.equal((await few.ask()).status, 429)
      } finally {
        await few.close()
      }
    })

    test('openid-client begins one and waits for it', async () => {
      const config = await oidc.discovery(new URL(stage.gatehouse.issuer), 'bank', undefined, oidc.ClientSecretBasic('secret'), {
        execute: [oidc.allowInsecureRequests],
      })
      const begun = await oidc.initiateBackchannelAuthentication(config, { scope: 'openid', login_hint: alice.username })
      await stage.answered(linkIn(await stage.sink.next()), 'allow')
      const tokens = await oidc.pollBackchannelAuthenticationGrant(config, { ...begun, interval: 0 })
      assert.equal(tokens.claims()?.sub, stage.subject)
    })

    test('what cannot work cannot be registered', () => {
      const { ctx } = stage.gatehouse.root
      const register = (members: object) => () => readClient(ctx.server, ctx.keys.algs, { grant_types: [grant_type], ...members }, ctx.id)
      assert.throws(register({ token_endpoint_auth_method: 'none' }), /a client that makes backchannel requests must authenticate/)
      assert.throws(register({ backchannel_token_delivery_mode: 'ping' }), /is needed for the delivery mode ping/)
      assert.throws(register({ backchannel_token_delivery_mode: 'push' }), /is needed for the delivery mode push/)
      const pushed = { backchannel_token_delivery_mode: 'push', backchannel_client_notification_endpoint: 'https://bank.example/pushed' }
      for (const bound of [{ dpop_bound_access_tokens: true }, { policy: { sender_constraint: 'required' } }])
        assert.throws(register({ ...pushed, ...bound }), /cannot be push where tokens must be bound to a key: nobody proves one/)
    })

    test('the metadata says so', () => {
      const document = metadata(stage.gatehouse.root.ctx)
      assert.equal(document['backchannel_authentication_endpoint'], `${stage.gatehouse.issuer}/backchannel_authentication`)
      assert.deepEqual(document['backchannel_token_delivery_modes_supported'], ['poll', 'ping', 'push'])
      assert.equal(document['backchannel_user_code_parameter_supported'], false)
      assert.ok((document['grant_types_supported'] as string[]).includes(grant_type))
    })
  })
}
