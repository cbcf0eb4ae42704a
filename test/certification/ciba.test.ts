/** What certification for FAPI-CIBA demands, one test for each demand: FAPI-CIBA Profile, OpenID Connect CIBA Core 1.0. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import { metadata } from '../../src/protocol/assemble.ts'
import { type Engine, testApp } from '../app.ts'
import { selfSigned } from '../certificates.ts'
import { type Answer, type Application, alice, application, call, claimsOf, type Fields } from '../journeys/application.ts'
import { type CibaStage, cibaStage, grant_type } from '../journeys/ciba-stage.ts'
import { asked } from '../journeys/json.ts'
import { aClientKey, type ClientKey, signedWith } from '../journeys/signed-by-clients.ts'
import { engines } from '../postgres.ts'
import { type Receiver, receiver } from '../receiver.ts'

const mutualTls = { FEATURES_MUTUAL_TLS: 'true', MTLS_PROXY: 'rfc9440', TRUSTED_PROXIES: '127.0.0.1,::1' }
const notification = { client_notification_token: 'token-of-the-client-0123456789' }

for (const engine of Object.keys(engines) as Engine[])
  suite(`FAPI-CIBA, on ${engine}`, () => {
    let stage: CibaStage
    let endpoint: Receiver
    let key: ClientKey
    let certificate: Record<string, string>
    let bank: Application
    let serial = 0
    before(async () => {
      stage = await cibaStage(engine, (env) => testApp(engine, { ...env, ...mutualTls }))
      endpoint = await receiver()
      key = await aClientKey('PS256', 'bank')
      certificate = { 'client-cert': `:${(await selfSigned()).der.toString('base64')}:` }
      await stage.gatehouse.addClient(
        {
          ...{ client_id: 'fapi', grant_types: [grant_type, 'refresh_token'], response_types: [], scope: 'openid offline_access' },
          ...{ backchannel_token_delivery_mode: 'ping', backchannel_client_notification_endpoint: `${endpoint.url}/ping` },
          ...{ jwks: { keys: [key.jwk] }, backchannel_authentication_request_signing_alg: 'PS256' },
          tls_client_certificate_bound_access_tokens: true,
        },
        'secret',
      )
      bank = application(stage.gatehouse, { id: 'fapi', secret: 'secret' })
    })
    beforeEach(() => {
      stage.gatehouse.advance(1201)
      endpoint.received.length = 0
      endpoint.answers.clear()
    })
    after(async () => {
      await stage.close()
      await endpoint.close()
    })

    const signed = (more: object = {}) => {
      const now = stage.gatehouse.now()
      const times = { iat: now, nbf: now, exp: now + 60, jti: `request ${++serial}` }
      const request = { iss: 'fapi', aud: stage.gatehouse.issuer, ...times, scope: 'openid', login_hint: alice.username, ...notification }
      return signedWith(key, { ...request, ...more })
    }
    const ask = async (more: object = {}, outside: Fields = {}) =>
      bank.post('/backchannel_authentication', { request: await signed(more), ...outside })
    async function begun(more: object = {}): Promise<{ id: string; body: Answer['body']; link: string; page: string }> {
      const { status, body } = await ask(more)
      assert.equal(status, 200, JSON.stringify(body))
      const { text } = await stage.sink.next()
      return { id: body.auth_req_id, body, link: /http\S+\/approve\?request=\S+/.exec(text)![0], page: text }
    }
    const poll = (auth_req_id: string, headers: Record<string, string> = certificate, by = bank) =>
      by.post('/token', { grant_type, auth_req_id }, { ...by.header, ...headers })
    async function notified(count: number): Promise<void> {
      await stage.gatehouse.app.deliverDue()
      while (endpoint.received.length < count) await new Promise((resolve) => setImmediate(resolve))
    }

    test('metadata: endpoint, poll and ping, the grant, signing algorithms, no user code', () => {
      const document = metadata(stage.gatehouse.root.ctx)
      assert.equal(document['backchannel_authentication_endpoint'], `${stage.gatehouse.issuer}/backchannel_authentication`)
      const modes = document['backchannel_token_delivery_modes_supported'] as string[]
      assert.ok(modes.includes('poll') && modes.includes('ping'))
      assert.ok((document['grant_types_supported'] as string[]).includes(grant_type))
      const algs = document['backchannel_authentication_request_signing_alg_values_supported'] as string[]
      assert.ok(algs.includes('PS256') && algs.includes('ES256'))
      assert.equal(document['backchannel_user_code_parameter_supported'], false)
    })

    for (const claim of ['aud', 'iss', 'exp', 'iat', 'nbf', 'jti'])
      test(`signed authentication request: without ${claim} it is refused`, async () => {
        assert.equal((await ask({ [claim]: undefined })).body.error, 'invalid_request')
      })

    test('signed authentication request: required, for an hour at most, with all claims inside', async () => {
      const plain = await bank.post('/backchannel_authentication', { scope: 'openid', login_hint: alice.username, ...notification })
      assert.equal(plain.body.error, 'invalid_request')
      assert.equal((await ask({ exp: stage.gatehouse.now() + 3601 })).body.error, 'invalid_request')
      assert.equal((await ask({}, { binding_message: 'outside' })).body.error, 'invalid_request')
    })

    test('exactly one hint, and a scope with openid', async () => {
      for (const more of [{ login_hint: undefined }, { id_token_hint: 'x' }, { login_hint_token: 'x' }])
        assert.equal((await ask(more)).body.error, 'invalid_request')
      assert.equal((await ask({ scope: 'offline_access' })).body.error, 'invalid_scope')
    })

    test('response: auth_req_id of at least 128 bits, expires_in, interval', async () => {
      const { id, body } = await begun()
      assert.ok(id.split('_').at(-1)!.length * Math.log2(62) >= 128)
      assert.deepEqual([typeof body.expires_in, typeof body.interval], ['number', 'number'])
    })

    test('requested_expiry as a number or a text: ten seconds, and then expired_token', async () => {
      for (const requested_expiry of [10, '10']) {
        const { id, body } = await begun({ requested_expiry })
        assert.equal(body.expires_in, 10)
        stage.gatehouse.advance(11)
        assert.equal((await poll(id)).body.error, 'expired_token')
      }
    })

    test('binding_message is shown; an odd one is refused', async () => {
      const { link } = await begun({ binding_message: '1234' })
      const { page } = await stage.toConsent(link)
      assert.ok(page.html.includes('1234'))
      assert.equal((await ask({ binding_message: '1234 \u{1f44d}\u202e' })).body.error, 'invalid_binding_message')
    })

    test('errors of polling have status 400: pending, too often, refused, of another client', async () => {
      const { id, link } = await begun()
      const told: [status: number, error: string][] = []
      const note = ({ status, body }: Answer) => told.push([status, body.error])
      note(await poll(id))
      note(await poll(id))
      await stage.answered(link, 'deny')
      note(await poll(id))
      note(await poll(id, {}, stage.other))
      assert.deepEqual(
        told,
        ['authorization_pending', 'slow_down', 'access_denied', 'invalid_grant'].map((error) => [400, error]),
      )
    })

    test('auth_req_id works once, and its tokens are bound to the certificate; the ID token has no c_hash and s_hash', async () => {
      const { id, link } = await begun({ scope: 'openid offline_access' })
      await stage.answered(link, 'allow')
      assert.equal((await poll(id, {})).body.error, 'invalid_request', 'without the certificate')
      const { body } = await poll(id)
      assert.equal(typeof claimsOf(body.access_token)['cnf']['x5t#S256'], 'string')
      const { c_hash, s_hash, at_hash } = claimsOf(body.id_token)
      assert.deepEqual([c_hash, s_hash, typeof at_hash], [undefined, undefined, 'string'])
      const refresh = (headers: Record<string, string>) =>
        bank.post('/token', { grant_type: 'refresh_token', refresh_token: body.refresh_token }, { ...bank.header, ...headers })
      assert.equal((await refresh({})).body.error, 'invalid_request')
      assert.equal((await refresh(certificate)).status, 200)
      const userinfo = { authorization: `Bearer ${body.access_token}` }
      assert.equal((await call(`${stage.gatehouse.issuer}/userinfo`, { headers: userinfo })).status, 401)
      assert.equal((await poll(id)).body.error, 'invalid_grant')
    })

    test('ping: auth_req_id alone, with the token of the client; 200 with a body is success', async () => {
      endpoint.answers.set('/ping', (response) => response.writeHead(200, { 'content-type': 'text/plain' }).end('thank you'))
      const { id, link } = await begun()
      await stage.answered(link, 'allow')
      await notified(1)
      const [{ body, headers }] = endpoint.received as [Receiver['received'][0]]
      assert.deepEqual(
        [body, headers['authorization'], headers['content-type']],
        [JSON.stringify({ auth_req_id: id }), `Bearer ${notification.client_notification_token}`, 'application/json'],
      )
      stage.gatehouse.advance(31)
      await stage.gatehouse.app.deliverDue()
      assert.deepEqual([endpoint.received.length, (await poll(id)).status], [1, 200])
    })

    for (const status of [401, 403, 302])
      test(`ping: ${status} is the end, and leads nowhere else`, async () => {
        endpoint.answers.set('/ping', (response) => response.writeHead(status, { location: `${endpoint.url}/elsewhere` }).end())
        const { link } = await begun()
        await stage.answered(link, 'allow')
        await notified(1)
        for (const seconds of [31, 120]) {
          stage.gatehouse.advance(seconds)
          await stage.gatehouse.app.deliverDue()
        }
        assert.deepEqual(
          endpoint.received.map(({ path }) => path),
          ['/ping'],
        )
      })

    test('dynamic registration without response types and redirect URIs', async () => {
      const { root, issuer } = stage.gatehouse
      const token = root.tokens.make('ia')
      await root.store.initialAccessTokens.add({
        ...{ id: 'ciba', label: 'ciba', hash: root.tokens.hash('ia', token) as string, scope: undefined, usesLeft: 1 },
        ...{ createdAt: stage.gatehouse.now(), expiresAt: stage.gatehouse.now() + 60 },
      })
      const members = {
        ...{ grant_types: [grant_type], response_types: [], token_endpoint_auth_method: 'private_key_jwt', scope: 'openid' },
        ...{ jwks: { keys: [key.jwk] }, backchannel_token_delivery_mode: 'poll' },
        backchannel_authentication_request_signing_alg: 'PS256',
      }
      const { status, body } = await asked(`${issuer}/register`, 'POST', members, { authorization: `Bearer ${token}` })
      assert.deepEqual([status, body.response_types, body.redirect_uris ?? []], [201, [], []], JSON.stringify(body))
    })
  })
