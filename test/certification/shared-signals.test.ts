/** What certification as a transmitter of Shared Signals demands, one test for each demand: SSF 1.0, CAEP interoperability profile, RFC 8935, RFC 8936. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { createRemoteJWKSet, decodeProtectedHeader, type JWTPayload, jwtVerify } from 'jose'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { alice, application, basic, call, callback, encode } from '../journeys/application.ts'
import { asked, bearer } from '../journeys/json.ts'
import { engines } from '../postgres.ts'
import { type Receiver, receiver } from '../receiver.ts'

const caep = 'https://schemas.openid.net/secevent/caep/event-type'
const verification = 'https://schemas.openid.net/secevent/ssf/event-type/verification'
const wanted = ['session-revoked', 'credential-change', 'device-compliance-change'].map((name) => `${caep}/${name}`)
const supported = wanted.slice(0, 2)
const [push, poll] = ['urn:ietf:rfc:8935', 'urn:ietf:rfc:8936']

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`Shared Signals transmitter, on ${engine}`, () => {
    let gatehouse: TestApp
    let remote: Receiver
    let subject: string
    let count = 0
    // The keys have the time of this machine, so that any library can verify what they sign.
    before(async () => {
      gatehouse = await testApp(engine, {}, undefined, Date.now)
      remote = await receiver()
      await gatehouse.app.tenants.set('', { shared_signals: true })
      subject = await gatehouse.addAccount({ username: alice.username }, alice.password)
    })
    after(async () => {
      await gatehouse.close()
      await remote.close()
    })

    const at = (path: string) => `${gatehouse.issuer}${path}`
    async function tokenOf(id: string, scope: string): Promise<string> {
      const { body } = await call(at('/token'), {
        body: encode({ grant_type: 'client_credentials', scope }),
        headers: { authorization: basic(id, 'secret') },
      })
      assert.ok(body.expires_in <= 3600)
      return body.access_token
    }
    /** A client with a token, and what it sends with it. */
    async function client(scope = 'ssf.manage ssf.read') {
      const id = `receiver${++count}`
      await gatehouse.addClient({ client_id: id, scope, grant_types: ['client_credentials'] }, 'secret')
      const headers = bearer(await tokenOf(id, scope))
      const send = (method: string, path: string, body?: unknown, raw?: string) => asked(at(path), method, body, headers, raw)
      return { id, headers, send }
    }
    const pushed = (path: string, more: object = {}) => ({ method: push, endpoint_url: `${remote.url}${path}`, ...more })
    async function stream(delivery: object = { method: poll }) {
      const owner = await client()
      const { status, body } = await owner.send('POST', '/ssf/streams', { events_requested: wanted, delivery })
      assert.equal(status, 201, JSON.stringify(body))
      const path = new URL(body.delivery.endpoint_url).pathname
      const fetched = async (ask: object = {}) => (await owner.send('POST', path, { returnImmediately: true, ...ask })).body
      const verify = (state?: string) =>
        owner.send('POST', '/ssf/verify', { stream_id: body.stream_id, ...(state !== undefined && { state }) })
      return { ...owner, body, stream: body.stream_id as string, path, fetched, verify }
    }
    async function verified(set: string): Promise<JWTPayload & { events: Record<string, Record<string, unknown>>; sub_id: unknown }> {
      const metadata = (await call(at('/.well-known/ssf-configuration'))).body
      const keys = createRemoteJWKSet(new URL(metadata.jwks_uri))
      assert.deepEqual([decodeProtectedHeader(set).typ, decodeProtectedHeader(set).alg], ['secevent+jwt', 'RS256'])
      const { payload } = await jwtVerify(set, keys, { issuer: gatehouse.issuer, typ: 'secevent+jwt' })
      assert.deepEqual([payload.sub, payload.exp], [undefined, undefined])
      assert.ok((payload.iat as number) <= Date.now() / 1000)
      assert.equal(Object.keys(payload['events'] as object).length, 1)
      return payload as never
    }
    const setsAt = (path: string) => remote.received.filter((one) => one.path === path)

    test('metadata: at the well-known URL, with the members that are looked for', async () => {
      const { status, headers, body } = await call(at('/.well-known/ssf-configuration'))
      assert.deepEqual([status, headers.get('content-type')?.split(';')[0]], [200, 'application/json'])
      assert.equal(body.issuer, gatehouse.issuer)
      assert.equal(body.spec_version, '1_0')
      for (const name of ['jwks_uri', 'configuration_endpoint', 'status_endpoint', 'verification_endpoint'])
        assert.ok(body[name].startsWith(`${gatehouse.issuer}/`), name)
      assert.ok((await call(body.jwks_uri)).body.keys.length > 0)
      assert.deepEqual(body.delivery_methods_supported, [push, poll])
      assert.equal(body.default_subjects, 'ALL')
      assert.deepEqual(body.authorization_schemes, [{ spec_urn: 'urn:ietf:rfc:6749' }])
      for (const value of Object.values(body)) assert.ok(!Array.isArray(value) || value.length > 0)
    })

    test('metadata: of a tenant, inserted before the path of its issuer; none where the switch is off', async () => {
      await gatehouse.app.tenants.create({ slug: 'acme', name: 'Acme' })
      assert.equal((await call(at('/.well-known/ssf-configuration/t/acme'))).status, 404)
      assert.equal((await call(at('/t/acme/ssf/streams'))).status, 404)
      const scopes = async () => (await call(at('/t/acme/.well-known/openid-configuration'))).body.scopes_supported
      assert.ok(!(await scopes()).includes('ssf.read'))
      await gatehouse.app.tenants.set('acme', { shared_signals: true })
      assert.equal((await call(at('/.well-known/ssf-configuration/t/acme'))).body.issuer, at('/t/acme'))
      assert.ok((await scopes()).includes('ssf.read'))
    })

    test('streams: created, read, updated, replaced, with a status, deleted', async () => {
      const { send, id, stream: streamId, body } = await stream(pushed('/lives'))
      assert.deepEqual([body.iss, body.aud, body.events_delivered], [gatehouse.issuer, id, supported])
      assert.deepEqual(body.delivery, { method: push, endpoint_url: `${remote.url}/lives` })
      assert.deepEqual((await send('GET', `/ssf/streams?stream_id=${streamId}`)).body, body)
      assert.deepEqual((await send('GET', '/ssf/streams')).body, [body])
      const patched = await send('PATCH', '/ssf/streams', { stream_id: streamId, events_requested: wanted.slice(1), description: 'x' })
      assert.deepEqual(
        [patched.status, patched.body.events_delivered, patched.body.description, patched.body.delivery],
        [200, [supported[1]], 'x', body.delivery],
      )
      const put = await send('PUT', '/ssf/streams', { stream_id: streamId, delivery: { method: poll }, events_requested: [wanted[0]] })
      assert.deepEqual([put.status, put.body.events_delivered, put.body.description], [200, [supported[0]], undefined])
      assert.equal(put.body.delivery.endpoint_url, at(`/ssf/poll/${streamId}`))
      assert.deepEqual((await send('GET', `/ssf/status?stream_id=${streamId}`)).body, { stream_id: streamId, status: 'enabled' })
      for (const status of ['paused', 'disabled', 'enabled']) {
        const answer = await send('POST', '/ssf/status', { stream_id: streamId, status })
        assert.deepEqual([answer.status, answer.body], [200, { stream_id: streamId, status }])
      }
      assert.equal((await send('DELETE', `/ssf/streams?stream_id=${streamId}`)).status, 204)
      assert.equal((await send('GET', `/ssf/streams?stream_id=${streamId}`)).status, 404)
      assert.deepEqual((await send('GET', '/ssf/streams')).body, [])
    })

    test('streams: a second one of the same client is refused with 409', async () => {
      const { send } = await stream()
      const { status, body } = await send('POST', '/ssf/streams', { events_requested: wanted })
      assert.equal(status, 409)
      assert.equal(body.error_description, 'this client has a stream already; change or delete it')
    })

    test('streams: broken JSON is refused with 400', async () => {
      const { send } = await stream()
      for (const [method, path] of [
        ['POST', '/ssf/streams'],
        ['PATCH', '/ssf/streams'],
        ['PUT', '/ssf/streams'],
        ['POST', '/ssf/status'],
        ['POST', '/ssf/verify'],
      ] as const) {
        const { status, body } = await send(method, path, {}, ';{ broken')
        assert.deepEqual([status, body.error_description], [400, 'the body is not one JSON object'], `${method} ${path}`)
      }
    })

    test('streams: an invalid token is refused with 401, and one without the scope with 403', async () => {
      const { stream: streamId } = await stream()
      const [reading, other] = [await client('ssf.read'), await client('anything')]
      const requests: [method: string, path: string, body: object | undefined, reads: boolean][] = [
        ['POST', '/ssf/streams', { delivery: { method: poll } }, false],
        ['GET', `/ssf/streams?stream_id=${streamId}`, undefined, true],
        ['PATCH', '/ssf/streams', { stream_id: streamId }, false],
        ['PUT', '/ssf/streams', { stream_id: streamId }, false],
        ['DELETE', `/ssf/streams?stream_id=${streamId}`, undefined, false],
        ['GET', `/ssf/status?stream_id=${streamId}`, undefined, true],
        ['POST', '/ssf/status', { stream_id: streamId, status: 'paused' }, false],
        ['POST', '/ssf/verify', { stream_id: streamId }, true],
        ['POST', `/ssf/poll/${streamId}`, {}, true],
      ]
      for (const [method, path, body, reads] of requests) {
        for (const headers of [{}, bearer('wrong')])
          assert.equal((await asked(at(path), method, body, headers)).status, 401, `${method} ${path}`)
        const refused = await other.send(method, path, body)
        assert.deepEqual(
          [refused.status, refused.body.error_description],
          [403, 'the access token lacks the scope ssf.read or ssf.manage, or its client is not registered for that any more'],
          `${method} ${path}`,
        )
        if (!reads) assert.equal((await reading.send(method, path, body)).status, 403, `${method} ${path}`)
      }
    })

    test('streams: one that does not exist, or is of another client, is not found', async () => {
      const [{ stream: others }, { send }] = [await stream(), await stream()]
      for (const streamId of ['unknown', others])
        for (const [method, path, body] of [
          ['GET', `/ssf/streams?stream_id=${streamId}`, undefined],
          ['PATCH', '/ssf/streams', { stream_id: streamId }],
          ['PUT', '/ssf/streams', { stream_id: streamId }],
          ['DELETE', `/ssf/streams?stream_id=${streamId}`, undefined],
          ['GET', `/ssf/status?stream_id=${streamId}`, undefined],
          ['POST', '/ssf/status', { stream_id: streamId, status: 'paused' }],
          ['POST', '/ssf/verify', { stream_id: streamId }],
          ['POST', `/ssf/poll/${streamId}`, {}],
        ] as const) {
          const { status, body: refusal } = await send(method, path, body)
          assert.deepEqual([status, refusal.error_description], [404, 'this client has no such stream'], `${method} ${path}`)
        }
    })

    test('subjects: there is no endpoint for them, and none is advertised', async () => {
      const { send, stream: streamId } = await stream()
      const metadata = (await call(at('/.well-known/ssf-configuration'))).body
      assert.deepEqual([metadata.add_subject_endpoint, metadata.remove_subject_endpoint], [undefined, undefined])
      assert.equal((await send('POST', '/ssf/subjects:add', { stream_id: streamId })).status, 404)
    })

    test('verification: 204 at once, and the event is pushed at once, with the state', async () => {
      const { verify, stream: streamId, id } = await stream(pushed('/verification', { authorization_header: 'Bearer of the receiver' }))
      assert.equal((await verify('the state')).status, 204)
      while (setsAt('/verification').length === 0) await new Promise((next) => setImmediate(next))
      const [{ headers, body }] = setsAt('/verification') as [(typeof remote.received)[number]]
      assert.deepEqual(
        [headers['content-type'], headers['accept'], headers['authorization']],
        ['application/secevent+jwt', 'application/json', 'Bearer of the receiver'],
      )
      const set = await verified(body)
      assert.deepEqual([set.aud, set.sub_id], [id, { format: 'opaque', id: streamId }])
      assert.deepEqual(set.events, { [verification]: { state: 'the state' } })
    })

    test('verification: an event that nobody asked for has no state, and without a header none is sent', async () => {
      const { stream: streamId } = await stream(pushed('/unasked'))
      const { store, ctx } = gatehouse.root
      const found = (await store.eventStreams.find(streamId))!
      const event = { stream: streamId, jti: `${streamId}.${ctx.id()}`, type: verification, at: gatehouse.now(), claims: {} }
      assert.ok(await store.eventStreams.verify(found, event))
      await gatehouse.app.deliverDue()
      const [{ headers, body }] = setsAt('/unasked') as [(typeof remote.received)[number]]
      assert.equal(headers['authorization'], undefined)
      assert.deepEqual((await verified(body)).events, { [verification]: {} })
    })

    test('poll: events by their jti, at most so many, until they are acknowledged', async () => {
      const { fetched, verify, stream: streamId } = await stream()
      assert.deepEqual(await fetched(), { sets: {} })
      assert.equal((await verify('one')).status, 204)
      const again = await verify('two')
      assert.equal(again.status, 429, 'one in a second')
      assert.match(again.body.error_description, /a verification event was asked for a moment ago; wait a second/)
      await gatehouse.root.recordAudit([{ act: 'user.password', outcome: 'success', target: subject }], undefined)
      const some = await fetched({ maxEvents: 1 })
      assert.deepEqual([Object.keys(some.sets).length, some.moreAvailable], [1, true])
      assert.deepEqual(await fetched({ maxEvents: 0 }), { sets: {}, moreAvailable: true })
      const all = await fetched()
      const jtis = Object.keys(all.sets)
      assert.deepEqual([jtis.length, all.moreAvailable], [2, undefined])
      for (const jti of jtis) assert.equal((await verified(all.sets[jti])).jti, jti)
      assert.deepEqual(await fetched(), all, 'until they are acknowledged')
      assert.deepEqual(Object.keys((await fetched({ ack: [jtis[0]] })).sets), [jtis[1]])
      assert.deepEqual(await fetched({ setErrs: { [jtis[1]!]: { err: 'invalid_key', description: 'x' } } }), { sets: {} })
      const [loss] = await gatehouse.root.store.audit.search({ act: 'stream.lost', target: streamId, limit: 9, newestFirst: true })
      assert.deepEqual(loss?.detail, { token: jtis[1], reason: 'invalid_key' })
    })

    test('CAEP: session-revoked reaches the receiver when a session ends, with the sid of the ID token', async () => {
      const [fetching, { id: pushedTo }] = [await stream(), await stream(pushed('/sessions'))]
      await gatehouse.addClient({ client_id: `app${++count}`, redirect_uris: [callback], policy: { consent: 'skip' } }, 'secret')
      const browser = gatehouse.browser()
      const { id_token } = await application(gatehouse, { id: `app${count}`, secret: 'secret' }).tokens(browser)
      await browser.open(`/logout?${encode({ id_token_hint: id_token })}`)
      await gatehouse.app.deliverDue()
      const { sub, sid } = JSON.parse(Buffer.from(id_token.split('.')[1], 'base64url').toString())
      const [polled] = Object.values((await fetching.fetched()).sets) as [string]
      const sets = [await verified(polled), await verified(setsAt('/sessions')[0]!.body)]
      assert.deepEqual(
        sets.map(({ aud }) => aud),
        [fetching.id, pushedTo],
      )
      for (const { sub_id, events } of sets) {
        const user = { format: 'iss_sub', iss: gatehouse.issuer, sub }
        assert.deepEqual(sub_id, { format: 'complex', user, session: { format: 'opaque', id: sid } })
        assert.deepEqual(Object.keys(events), [supported[0]])
        assert.equal(typeof events[supported[0]!]!['event_timestamp'], 'number')
      }
    })

    test('CAEP: credential-change reaches the receiver when a credential changes, and nothing else does', async () => {
      const { fetched } = await stream()
      const user = { by: { type: 'user', id: subject }, target: subject, outcome: 'success' } as const
      await gatehouse.root.recordAudit(
        [
          { ...user, act: 'user.password' },
          { ...user, act: 'user.recovery' },
          { ...user, act: 'user.factor-add', detail: { factor: 'totp' } },
          { ...user, act: 'user.factor-add', detail: { factor: 'passkey' } },
          { ...user, act: 'user.factor-remove', by: { type: 'operator', id: 'root' }, detail: { factor: 'all' } },
          { ...user, act: 'user.password', outcome: 'failure' },
          { ...user, act: 'user.change' },
        ],
        undefined,
      )
      const sets = await Promise.all(Object.values((await fetched()).sets).map((set) => verified(set as string)))
      const seen = sets
        .map(({ events }) => events[supported[1]!]!)
        .map((event) => [event['credential_type'], event['change_type'], event['initiating_entity']])
      assert.deepEqual(seen.toSorted(), [
        ['app', 'create', 'user'],
        ['passkey', 'create', 'user'],
        ['password', 'update', 'user'],
        ['password', 'update', 'user'],
        ['second-factor', 'delete', 'admin'],
      ])
      for (const { sub_id } of sets) assert.deepEqual(sub_id, { format: 'iss_sub', iss: gatehouse.issuer, sub: subject })
    })
  })
}
