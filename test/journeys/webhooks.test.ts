/** Events of the audit log reach the webhooks that want them, signed, once stored, and cost bounded time — Standard Webhooks 1.0.0. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import { signWebhook } from '../../src/crypto/webhook-secret.ts'
import { openDatabase } from '../../src/store/open.ts'
import { sql } from '../../src/store/sql.ts'
import type { Tenant } from '../../src/tenant.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { migrated } from '../databases.ts'
import { engines } from '../postgres.ts'
import { type Received, type Receiver, receiver } from '../receiver.ts'
import { asked, bearer } from './json.ts'

const typesOf = (received: readonly Received[]) => received.map(({ body }) => JSON.parse(body).type)
const idOf = ({ headers }: Received) => headers['webhook-id']

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`webhooks, on ${engine}`, () => {
    let gatehouse: TestApp
    let remote: Receiver
    let database: Awaited<ReturnType<(typeof migrated)[Engine]>>
    let count = 0
    before(async () => {
      database = await migrated[engine]()
      gatehouse = await testApp(engine, { DATABASE_URL: database.url })
      remote = await receiver()
    })
    after(async () => {
      await gatehouse.close()
      await remote.close()
      await database.close()
    })
    beforeEach(async () => {
      for (const { name } of await gatehouse.root.store.webhooks.list({ limit: 200 })) await gatehouse.root.store.webhooks.remove(name)
      await settled()
      remote.received.splice(0)
    })

    /** One at a path of its own. */
    async function webhook(events: string[], { url, tenant = gatehouse.root }: { url?: string; tenant?: Tenant } = {}) {
      const name = `hook${++count}`
      const secret = tenant.webhooks.newSecret()
      const declared = { name, url: url ?? `${remote.url}/${name}`, events, enabled: true }
      assert.ok(await tenant.store.webhooks.add(declared, tenant.webhooks.seal(name, secret)))
      return { name, secret, path: `/${name}`, declared, received: () => remote.received.filter(({ path }) => path === `/${name}`) }
    }
    const record = (act: Parameters<Tenant['recordAudit']>[0][number]['act'], tenant = gatehouse.root) =>
      tenant.recordAudit([{ act, outcome: 'success', by: { type: 'user', id: 'ada' }, target: 'bob', detail: { role: 'viewer' } }], {
        requestId: 'request1',
        address: '192.0.2.1',
      })

    async function waiting(): Promise<number> {
      const db = await openDatabase(database.url)
      const rows = await db.read(sql`select id from outbox where kind = 'webhook' and tenant_id = 'root'`)
      await db.close()
      return rows.length
    }
    async function settled(): Promise<void> {
      await gatehouse.app.deliverDue()
      for (let rounds = 0; rounds < 200 && (await waiting()) > 0; rounds++) {
        gatehouse.advance(3600)
        await gatehouse.app.deliverDue()
      }
    }
    const losses = async (name: string) =>
      (await gatehouse.root.store.audit.search({ act: 'webhook.lost', target: name, limit: 9, newestFirst: true })).map(
        ({ outcome, detail }) => ({ outcome, ...detail }) as Record<string, unknown>,
      )

    test('a message says what the audit log says, and is signed', async () => {
      const hook = await webhook(['user.role'])
      await record('user.role')
      await gatehouse.app.deliverDue()
      const [message, ...more] = hook.received()
      assert.deepEqual(more, [])
      const { headers, body } = message!
      const [entry] = await gatehouse.root.store.audit.search({ act: 'user.role', limit: 1, newestFirst: true })
      assert.deepEqual(JSON.parse(body), {
        type: 'user.role',
        timestamp: new Date(entry!.at * 1000).toISOString(),
        issuer: gatehouse.issuer,
        data: {
          id: entry!.id,
          outcome: 'success',
          by: { type: 'user', id: 'ada' },
          target: { type: 'user', id: 'bob' },
          detail: { role: 'viewer' },
          request_id: 'request1',
          address: '192.0.2.1',
        },
      })
      assert.deepEqual([headers['content-type'], headers['webhook-id']], ['application/json', entry!.id])
      const timestamp = Number(headers['webhook-timestamp'])
      assert.equal(timestamp, gatehouse.now())
      assert.equal(headers['webhook-signature'], signWebhook(hook.secret, { id: entry!.id, timestamp, body }))
      assert.equal(headers['authorization'], undefined)
    })

    test('each gets the events it names, and nobody those about webhooks', async () => {
      const [one, group, everything, none] = [
        await webhook(['user.role']),
        await webhook(['user.*', 'client.create']),
        await webhook(['*']),
        await webhook(['key.rotate']),
      ]
      for (const act of ['user.role', 'user.status', 'client.create', 'client.change', 'webhook.change', 'webhook.lost'] as const) {
        await record(act)
        gatehouse.advance(1)
        await gatehouse.app.deliverDue()
      }
      assert.deepEqual(typesOf(one.received()), ['user.role'])
      assert.deepEqual(typesOf(group.received()), ['user.role', 'user.status', 'client.create'])
      assert.deepEqual(typesOf(everything.received()), ['user.role', 'user.status', 'client.create', 'client.change'])
      assert.deepEqual(none.received(), [])
    })

    test('what is refused for now is sent again, with the same id and body and a new timestamp and signature', async () => {
      const hook = await webhook(['user.role'])
      remote.answers.set(hook.path, (response, n) => response.writeHead(n < 2 ? 503 : 204).end())
      await record('user.role')
      await gatehouse.app.deliverDue()
      await gatehouse.app.deliverDue()
      assert.equal(hook.received().length, 1, 'not before its time')
      gatehouse.advance(31)
      await gatehouse.app.deliverDue()
      const [first, second] = hook.received() as [Received, Received]
      assert.deepEqual([idOf(first), first.body], [idOf(second), second.body])
      assert.notEqual(first.headers['webhook-timestamp'], second.headers['webhook-timestamp'])
      assert.notEqual(first.headers['webhook-signature'], second.headers['webhook-signature'])
      assert.deepEqual([await waiting(), await losses(hook.name)], [0, []])
    })

    test('it is stored with the event: a transaction that fails leaves neither', async () => {
      await webhook(['user.role'])
      await record('user.role')
      assert.equal(await waiting(), 1)
      const [entry] = await gatehouse.root.store.audit.search({ act: 'user.role', limit: 1, newestFirst: true })
      await assert.rejects(gatehouse.root.store.audit.add([{ ...entry!, id: 'fresh' }, entry!], gatehouse.now() + 60))
      assert.equal(await waiting(), 1)
    })

    const hostile: [what: string, reason: string, answer: Parameters<Receiver['answers']['set']>[1]][] = [
      ['redirects', '302', (response) => response.writeHead(302, { location: `${remote.url}/elsewhere` }).end()],
      ['answers without end', 'too-large', (response) => response.writeHead(200).end('x'.repeat(1_000_000))],
      ['breaks the connection', 'unreachable', (response) => response.destroy()],
      ['is broken', '500', (response) => response.writeHead(500).end()],
    ]
    for (const [what, reason, answer] of hostile)
      test(`a receiver that ${what}: after three days the event is lost, which is recorded once and sent to nobody`, async () => {
        const hook = await webhook(['user.role', 'user.status'])
        const other = await webhook(['*'])
        remote.answers.set(hook.path, answer)
        await record('user.role')
        await settled()
        assert.deepEqual(
          remote.received.filter(({ path }) => path === '/elsewhere'),
          [],
        )
        const [loss, ...more] = await losses(hook.name)
        const { attempts, reason: told, event, ...rest } = loss ?? assert.fail('it is recorded')
        assert.deepEqual([rest, more], [{ outcome: 'failure', type: 'user.role' }, []])
        assert.equal(event, idOf(other.received()[0]!))
        assert.ok([reason, 'expired', 'paused'].includes(String(told)), String(told))
        assert.ok(Number(attempts) > 10)
        assert.deepEqual(typesOf(other.received()), ['user.role'])
      })

    test('a receiver that does not answer keeps the others waiting for one attempt only', async () => {
      const [slow, quick] = [await webhook(['user.role']), await webhook(['user.role'])]
      remote.answers.set(slow.path, () => {})
      await record('user.role')
      await gatehouse.app.deliverDue()
      await record('user.role')
      await gatehouse.app.deliverDue()
      assert.deepEqual([slow.received().length, quick.received().length], [1, 2])
    })

    for (const url of ['https://10.0.0.1/', 'https://169.254.169.254/latest', 'https://[fd00::1]/', 'http://192.0.2.1/'])
      test(`${url} is not called, and the loss is recorded at once`, async () => {
        const hook = await webhook(['user.role'], { url })
        await record('user.role')
        await gatehouse.app.deliverDue()
        assert.equal(await waiting(), 0)
        assert.deepEqual(
          (await losses(hook.name)).map(({ reason }) => reason),
          ['address'],
        )
      })

    test('a receiver that answers 410 wants the message no more', async () => {
      const hook = await webhook(['user.role'])
      remote.answers.set(hook.path, (response) => response.writeHead(410).end())
      await record('user.role')
      await gatehouse.app.deliverDue()
      assert.equal(await waiting(), 0)
      assert.equal((await losses(hook.name))[0]?.['reason'], '410')
    })

    test('one that was disabled or removed gets nothing of what waited, which is no loss', async () => {
      const [disabled, removed] = [await webhook(['user.role']), await webhook(['user.role'])]
      await record('user.role')
      await gatehouse.root.store.webhooks.replace({ ...disabled.declared, enabled: false })
      await gatehouse.root.store.webhooks.remove(removed.name)
      await record('user.role')
      await gatehouse.app.deliverDue()
      assert.deepEqual([remote.received, await waiting()], [[], 0])
      assert.deepEqual([await losses(disabled.name), await losses(removed.name)], [[], []])
    })

    test('a tenant sends its own events only, to its own webhooks, and none while it is suspended', async () => {
      await gatehouse.app.tenants.create({ slug: 'acme', name: 'Acme' })
      const acme = (await gatehouse.app.tenant('acme'))!
      const [here, there] = [await webhook(['user.role']), await webhook(['user.role'], { tenant: acme })]
      await record('user.role', acme)
      await gatehouse.app.tenants.setStatus('acme', 'suspended')
      await gatehouse.app.deliverDue()
      assert.deepEqual([here.received(), there.received()], [[], []])
      await gatehouse.app.tenants.setStatus('acme', 'active')
      gatehouse.advance(61)
      await gatehouse.app.deliverDue()
      assert.deepEqual([here.received().length, there.received().length], [0, 1])
      assert.equal(JSON.parse(there.received()[0]!.body).issuer, `${gatehouse.issuer}/t/acme`)
    })

    test('what waited is not sent to one of the same name, or as it was changed, that did not ask for it', async () => {
      const [changed, another] = [await webhook(['user.role', 'client.create']), await webhook(['user.role'])]
      const { store, webhooks } = gatehouse.root
      await record('user.role')
      await record('client.create')
      await store.webhooks.replace({ ...changed.declared, events: ['client.create'] })
      await store.webhooks.remove(another.name)
      await store.webhooks.add({ ...another.declared, events: ['client.create'] }, webhooks.seal(another.name, another.secret))
      await gatehouse.app.deliverDue()
      assert.deepEqual([typesOf(changed.received()), another.received()], [['client.create'], []])
      assert.deepEqual([await waiting(), await losses(another.name)], [0, []])
    })

    test('at the administration API: set up, listed, changed in part, tried, removed', async () => {
      const { ctx } = gatehouse.root
      const scope = 'admin:webhooks:read admin:webhooks:write'
      await gatehouse.addClient({ client_id: 'machine', scope, grant_types: ['client_credentials'] }, 'secret')
      const times = { iat: gatehouse.now(), exp: gatehouse.now() + 3600 }
      const claims = { iss: ctx.issuer, sub: 'machine', client_id: 'machine', jti: ctx.id(), ...times, scope }
      const headers = bearer(await ctx.keys.sign('ES256', 'at+jwt', { ...claims, aud: `${ctx.issuer}/api/v1/admin` }))
      const admin = (method: string, path: string, body?: object) =>
        asked(`${gatehouse.issuer}/api/v1/admin/webhooks${path}`, method, body, headers)
      const crm = { name: 'crm', url: `${remote.url}/crm`, events: ['user.*'] }
      const made = await admin('POST', '', crm)
      assert.equal(made.status, 201)
      assert.match(made.body.secret, /^whsec_/)
      assert.deepEqual((await admin('GET', '')).body.items, [{ ...crm, enabled: true }])
      assert.deepEqual((await admin('GET', '/crm')).body, { ...crm, enabled: true })
      assert.deepEqual((await admin('PATCH', '/crm', { enabled: false })).body, { ...crm, enabled: false })
      assert.deepEqual((await admin('POST', '/crm/test')).body, { status: 200 })
      assert.match((await admin('PUT', '/crm/secret', {})).body.secret, /^whsec_/)
      assert.deepEqual((await admin('PUT', '/crm/secret', { secret: made.body.secret })).body, {})
      await admin('PATCH', '/crm', { url: 'https://10.0.0.1/' })
      assert.deepEqual((await admin('POST', '/crm/test')).body, { problem: 'address' })
      const refused: [method: string, path: string, body: object | undefined, status: number, text: RegExp][] = [
        ['POST', '', crm, 409, /another webhook has this name/],
        ['POST', '', { ...crm, name: 'x', secret: 'whsec_x' }, 422, /must be whsec_ followed by 24 to 64 bytes in base64/],
        ['POST', '', { ...crm, name: 'x', url: 'nowhere' }, 422, /must be an absolute https URL/],
        ['POST', '', { ...crm, name: 'x', events: ['webhook.lost'] }, 422, /must be an event of the audit log/],
        ['POST', '', { ...crm, name: 'x', events: ['backchannel_authentication.*'] }, 422, /or backchannel_authentication\.request/],
        ['POST', '', { ...crm, name: 'x', events: [] }, 422, /events/],
        ['PATCH', '/crm', { url: null }, 422, /url/],
        ...(['GET', 'DELETE'] as const).map((method) => [method, '/none', undefined, 404, /there is no such webhook here/] as never),
        ['PATCH', '/none', {}, 404, /there is no such webhook here/],
        ['PUT', '/none/secret', {}, 404, /there is no such webhook here/],
        ['POST', '/none/test', undefined, 404, /there is no such webhook here/],
      ]
      for (const [method, path, body, status, text] of refused) {
        const answer = await admin(method, path, body)
        assert.equal(answer.status, status, `${method} ${path}`)
        assert.match(answer.text, text)
      }
      assert.equal((await admin('DELETE', '/crm')).status, 204)
    })
  })
}
