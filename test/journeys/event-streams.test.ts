/** Streams of security events: what waits and what is discarded, hostile receivers, refusals — Shared Signals Framework 1.0, RFC 8935, RFC 8936. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { metadataOf } from '../../src/protocol/change-client.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { type Receiver, receiver } from '../receiver.ts'
import { alice, application, basic, call, callback, encode } from './application.ts'
import { asked, bearer } from './json.ts'

const caep = 'https://schemas.openid.net/secevent/caep/event-type'
const events = [`${caep}/session-revoked`, `${caep}/credential-change`]
const [push, poll] = ['urn:ietf:rfc:8935', 'urn:ietf:rfc:8936']

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`streams of security events, on ${engine}`, () => {
    let gatehouse: TestApp
    let remote: Receiver
    let count = 0
    before(async () => {
      gatehouse = await testApp(engine)
      remote = await receiver()
      await gatehouse.app.tenants.set('', { shared_signals: true })
    })
    after(async () => {
      await gatehouse.close()
      await remote.close()
    })

    async function client() {
      const id = `receiver${++count}`
      const grant_types = ['client_credentials', 'authorization_code']
      const policy = { consent: 'skip' }
      await gatehouse.addClient({ client_id: id, scope: 'openid ssf.manage', grant_types, redirect_uris: [callback], policy }, 'secret')
      const { body } = await call(`${gatehouse.issuer}/token`, {
        body: encode({ grant_type: 'client_credentials', scope: 'ssf.manage' }),
        headers: { authorization: basic(id, 'secret') },
      })
      const headers = bearer(body.access_token)
      return { id, send: (method: string, path: string, sent?: unknown) => asked(`${gatehouse.issuer}${path}`, method, sent, headers) }
    }
    async function stream(more: object = {}) {
      const owner = await client()
      const delivery = { method: push, endpoint_url: `${remote.url}/${owner.id}`, ...more }
      const { body } = await owner.send('POST', '/ssf/streams', { events_requested: events, delivery })
      const received = () => remote.received.filter(({ path }) => path === `/${owner.id}`)
      const patch = (members: object) => owner.send('PATCH', '/ssf/streams', { stream_id: body.stream_id, ...members })
      const become = (status: string) => owner.send('POST', '/ssf/status', { stream_id: body.stream_id, status })
      async function fetched(): Promise<string[]> {
        const answer = await owner.send('POST', `/ssf/poll/${body.stream_id}`, {})
        assert.equal(answer.status, 200, answer.text)
        return Object.keys(answer.body.sets)
      }
      return { ...owner, path: `/${owner.id}`, stream: body.stream_id as string, delivery, received, patch, become, fetched }
    }
    async function happen(): Promise<void> {
      await gatehouse.root.recordAudit([{ act: 'user.password', outcome: 'success', target: 'ada' }], undefined)
      await gatehouse.app.deliverDue()
    }
    const losses = async (id: string) =>
      (await gatehouse.root.store.audit.search({ act: 'stream.lost', target: id, limit: 9, newestFirst: true })).map(({ detail }) => detail)

    test('what happens while it is paused waits; what happens while it is disabled is discarded', async () => {
      const it = await stream()
      await it.become('paused')
      await happen()
      assert.equal(it.received().length, 0)
      await it.become('enabled')
      await gatehouse.app.deliverDue()
      assert.equal(it.received().length, 1)
      await it.become('paused')
      await happen()
      await it.become('disabled')
      await happen()
      await it.become('enabled')
      await gatehouse.app.deliverDue()
      assert.equal(it.received().length, 1)
    })

    test('what waits follows the stream to another method of delivery', async () => {
      const it = await stream()
      remote.answers.set(it.path, (response) => response.writeHead(500).end())
      await happen()
      await it.patch({ delivery: { method: poll } })
      gatehouse.advance(60)
      await gatehouse.app.deliverDue()
      assert.deepEqual([it.received().length, (await it.fetched()).length], [1, 1])
      remote.answers.delete(it.path)
      await it.patch({ delivery: it.delivery })
      await gatehouse.app.deliverDue()
      assert.equal(it.received().length, 2)
      assert.equal(it.received()[0]?.headers['content-type'], 'application/secevent+jwt')
    })

    test('the authorization header stays with a PATCH that says nothing of the delivery, goes with another, and is never shown', async () => {
      const it = await stream({ authorization_header: 'Bearer secret' })
      const shown = await it.patch({ description: 'x' })
      assert.doesNotMatch(JSON.stringify([shown.body, (await it.send('GET', '/ssf/streams')).body]), /Bearer secret/)
      await happen()
      await it.patch({ delivery: it.delivery })
      await it.patch({ delivery: { method: push, endpoint_url: it.delivery.endpoint_url } })
      await happen()
      assert.deepEqual(
        it.received().map(({ headers }) => headers['authorization']),
        ['Bearer secret', undefined],
      )
    })

    for (const change of [{ scope: 'openid' }, { grant_types: ['authorization_code'] }])
      test(`hole 5: a client that is no longer registered for events gets none, pushed or polled: ${Object.keys(change)}`, async () => {
        const [pushed, polled] = [await stream(), await stream({ method: poll })]
        await happen()
        assert.deepEqual([pushed.received().length, (await polled.fetched()).length], [1, 1])
        const { clientsAdmin } = gatehouse.root.store
        const before = await Promise.all([pushed, polled].map(async ({ id }) => metadataOf((await clientsAdmin.find(id))!)))
        for (const metadata of before) await clientsAdmin.replace({ ...metadata, ...change })
        await happen()
        assert.equal(pushed.received().length, 1)
        const refused = await polled.send('POST', `/ssf/poll/${polled.stream}`, {})
        if (change.scope !== undefined) assert.deepEqual([refused.status, refused.body.error], [403, 'insufficient_scope'])
        else assert.deepEqual([refused.status, refused.body.sets], [200, {}])
        for (const metadata of before) await clientsAdmin.replace(metadata)
        await happen()
        assert.equal(pushed.received().length, 2)
      })

    test('what the receiver did not ask for, or asked for no longer, does not come', async () => {
      const it = await stream()
      await it.patch({ events_requested: [events[0]] })
      await happen()
      assert.equal(it.received().length, 0)
    })

    test('what is refused for now comes again with the same jti; what stays undelivered for three days is lost, recorded once', async () => {
      const it = await stream()
      remote.answers.set(it.path, (response, n) => response.writeHead(n < 2 ? 503 : 202).end())
      await happen()
      gatehouse.advance(31)
      await gatehouse.app.deliverDue()
      const jtis = it.received().map(({ body }) => JSON.parse(Buffer.from(body.split('.')[1]!, 'base64url').toString()).jti)
      assert.deepEqual([jtis.length, new Set(jtis).size], [2, 1])
      for (const answer of [
        (response: Parameters<NonNullable<ReturnType<Receiver['answers']['get']>>>[0]) =>
          response.writeHead(302, { location: '/elsewhere' }).end(),
        (response: Parameters<NonNullable<ReturnType<Receiver['answers']['get']>>>[0]) =>
          response.writeHead(200).end('x'.repeat(1_000_000)),
      ]) {
        const hostile = await stream()
        remote.answers.set(hostile.path, answer)
        await happen()
        for (let hours = 0; hours < 80; hours++) {
          gatehouse.advance(3600)
          await gatehouse.app.deliverDue()
        }
        assert.equal((await losses(hostile.stream)).length, 1)
        await hostile.become('disabled')
      }
      assert.equal(remote.received.filter(({ path }) => path === '/elsewhere').length, 0)
    })

    test('a private address is not called, and the loss is recorded at once', async () => {
      const it = await stream({ endpoint_url: 'https://10.0.0.1/events' })
      await happen()
      const [{ token, ...loss } = {}] = await losses(it.stream)
      assert.deepEqual([typeof token, loss], ['string', { reason: 'address', attempts: 1 }])
    })

    test('with the client, or the switch of the tenant, its stream ends, which is no loss', async () => {
      const [removed, disabled, off] = [await stream(), await stream(), await stream()]
      for (const one of [removed, disabled, off]) await one.become('paused')
      await happen()
      await gatehouse.root.store.clientsAdmin.remove(removed.id, gatehouse.now())
      await gatehouse.root.store.clientsAdmin.setStatus(disabled.id, 'disabled')
      await gatehouse.app.tenants.set('', { shared_signals: false })
      const refusal = await off.send('GET', '/ssf/streams')
      assert.deepEqual([refusal.status, refusal.body.error_description], [404, 'this tenant transmits no shared signals'])
      gatehouse.advance(3600)
      await gatehouse.app.deliverDue()
      await gatehouse.app.tenants.set('', { shared_signals: true })
      assert.equal(await gatehouse.root.store.eventStreams.find(removed.stream), undefined)
      for (const one of [removed, disabled, off]) assert.deepEqual([one.received(), await losses(one.stream)], [[], []])
    })

    test('no person can allow a client the events of everybody', async () => {
      const { id } = await client()
      await gatehouse.addAccount({ username: alice.username }, alice.password)
      const { access_token } = await application(gatehouse, { id, secret: 'secret', scope: 'openid ssf.manage' }).tokens(
        gatehouse.browser(),
      )
      const refused = await asked(`${gatehouse.issuer}/ssf/streams`, 'GET', undefined, bearer(access_token))
      assert.deepEqual(
        [refused.status, refused.body.error_description],
        [403, 'streams take only access tokens of the client credentials grant'],
      )
    })

    test('bad input is refused with 400', async () => {
      const [it, fetching] = [await stream(), await stream({ method: poll })]
      const unusable = 'delivery, events_requested or description is not valid'
      const [id, other] = [{ stream_id: it.stream }, { stream_id: fetching.stream }]
      const delivery = (members: object) => ({ ...id, delivery: { method: push, endpoint_url: 'https://rp.example', ...members } })
      const refused: [method: string, path: string, body: object, text: string][] = [
        ['PATCH', '/ssf/streams', {}, 'stream_id is missing'],
        ['PATCH', '/ssf/streams', { stream_id: 1 }, 'stream_id is missing'],
        ['PATCH', '/ssf/streams', [], 'the body is not one JSON object'],
        ['PATCH', '/ssf/streams', delivery({ method: 'urn:x' }), unusable],
        ['PATCH', '/ssf/streams', delivery({ endpoint_url: 'http://rp.example' }), unusable],
        ['PATCH', '/ssf/streams', delivery({ endpoint_url: 'nowhere' }), unusable],
        ['PATCH', '/ssf/streams', delivery({ authorization_header: 'a\r\nb: c' }), unusable],
        ['PATCH', '/ssf/streams', delivery({ authorization_header: 'x'.repeat(4001) }), unusable],
        ['PATCH', '/ssf/streams', { ...id, events_requested: 'all' }, unusable],
        ['PATCH', '/ssf/streams', { ...id, events_requested: Array.from({ length: 101 }, String) }, unusable],
        ['PATCH', '/ssf/streams', { ...id, description: 'x'.repeat(201) }, unusable],
        ['POST', '/ssf/status', { ...id, status: 'asleep' }, 'status must be enabled, paused or disabled'],
        ['POST', '/ssf/verify', { ...id, state: 1 }, 'state must be a text of at most 1000 characters'],
        ['POST', '/ssf/verify', { ...id, state: 'x'.repeat(1001) }, 'state must be a text of at most 1000 characters'],
        ['POST', `/ssf/poll/${it.stream}`, {}, 'the events of this stream are pushed'],
        ['POST', `/ssf/poll/${fetching.stream}`, { maxEvents: -1 }, 'maxEvents must be a whole number, 0 or more'],
        ['POST', `/ssf/poll/${fetching.stream}`, { maxEvents: '1' }, 'maxEvents must be a whole number, 0 or more'],
        ['POST', `/ssf/poll/${fetching.stream}`, { ack: 'x' }, 'ack must be a list of at most 1000 token identifiers'],
        [
          'POST',
          `/ssf/poll/${fetching.stream}`,
          { ack: Array.from({ length: 1001 }, String) },
          'ack must be a list of at most 1000 token identifiers',
        ],
        ['POST', `/ssf/poll/${fetching.stream}`, { ack: ['x'.repeat(201)] }, 'ack must be a list of at most 1000 token identifiers'],
        ['POST', `/ssf/poll/${fetching.stream}`, { maxEvents: 0.5 }, 'maxEvents must be a whole number, 0 or more'],
        ['PUT', '/ssf/streams', { ...other, delivery: {} }, unusable],
      ]
      for (const [method, path, body, text] of refused) {
        const answer = await (path.includes(fetching.stream) || body === refused.at(-1)![2] ? fetching : it).send(method, path, body)
        assert.deepEqual([answer.status, answer.body.error_description], [400, text], JSON.stringify(body))
      }
      const second = await it.send('POST', '/ssf/streams', { delivery: { method: poll } })
      assert.deepEqual([second.status, second.body.error_description], [409, 'this client has a stream already; change or delete it'])
      assert.equal((await it.send('POST', '/ssf/verify', { ...id, state: 'x'.repeat(1000) })).status, 204)
      for (const body of [{ setErrs: { x: null } }, { maxEvents: 0 }, { ack: [...Array.from({ length: 999 }, String), 'x'.repeat(200)] }])
        assert.equal((await fetching.send('POST', `/ssf/poll/${fetching.stream}`, body)).status, 200, JSON.stringify(body))
    })

    test('a receiver writes no losses of what never waited in its stream into the audit log', async () => {
      const [it, another] = [await stream({ method: poll }), await stream({ method: poll })]
      await happen()
      const [[own = ''], [foreign = '']] = [await it.fetched(), await another.fetched()]
      const made = Object.fromEntries(Array.from({ length: 900 }, (_, i) => [`made-up-${i}`, { err: 'authentication_failed' }]))
      const setErrs = { ...made, [foreign]: { err: 'jwtIss' }, [own]: { err: 'jwt_parse' } }
      for (const _ of [1, 2]) assert.equal((await it.send('POST', `/ssf/poll/${it.stream}`, { setErrs, ack: [] })).status, 200)
      assert.deepEqual(await losses(it.stream), [{ token: own, reason: 'jwt_parse' }])
      assert.deepEqual([await it.fetched(), await another.fetched()], [[], [foreign]])
    })

    test('at the administration API: listed, shown, verified, removed', async () => {
      const it = await stream()
      const { ctx } = gatehouse.root
      const scope = 'admin:streams:read admin:streams:write'
      await gatehouse.addClient({ client_id: 'machine', scope, grant_types: ['client_credentials'] }, 'secret')
      const times = { iat: gatehouse.now(), exp: gatehouse.now() + 3600 }
      const claims = { iss: ctx.issuer, sub: 'machine', client_id: 'machine', jti: ctx.id(), ...times, scope }
      const headers = bearer(await ctx.keys.sign('ES256', 'at+jwt', { ...claims, aud: `${ctx.issuer}/api/v1/admin` }))
      const admin = (method: string, path: string) =>
        asked(`${gatehouse.issuer}/api/v1/admin/event-streams${path}`, method, method === 'POST' ? {} : undefined, headers)
      const shown = (await admin('GET', `/${it.stream}`)).body
      assert.deepEqual([shown.client_id, shown.status, shown.method], [it.id, 'enabled', push])
      assert.ok((await admin('GET', '')).body.items.some((one: typeof shown) => one.stream_id === it.stream))
      assert.equal((await admin('POST', `/${it.stream}/verify`)).status, 204)
      assert.equal((await admin('POST', `/${it.stream}/verify`)).status, 429)
      while (it.received().length === 0) await gatehouse.app.deliverDue()
      assert.equal((await admin('DELETE', `/${it.stream}`)).status, 204)
      for (const [method, path] of [
        ['GET', ''],
        ['POST', '/verify'],
        ['DELETE', ''],
      ] as const) {
        const { status, text } = await admin(method, `/${it.stream}${path}`)
        assert.equal(status, 404)
        assert.match(text, /there is no such stream here/)
      }
    })
  })
}
