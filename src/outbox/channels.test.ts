/** What is sent for a stored message, to whom, and when nobody wants it any more. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { aClient, aMessage, NOW } from '../../test/stored.ts'
import type { MessageKind, QueuedMessage } from '../identity/outbox.ts'
import type { Ctx } from '../protocol/feature.ts'
import { RemoteError } from '../protocol/remote-error.ts'
import type { Channel } from './delivery.ts'
import { logoutTokenChannel } from './logout-tokens.ts'
import { pingChannel } from './pings.ts'
import { securityEventChannel } from './security-events.ts'
import { webhookChannel } from './webhooks.ts'

const uri = 'https://app.example/notified'
const client = aClient({
  backchannel_logout_uri: uri,
  backchannel_client_notification_endpoint: uri,
  backchannel_token_delivery_mode: 'ping',
  grant_types: ['client_credentials', 'urn:openid:params:grant-type:ciba'],
  scope: 'ssf.read',
})
const stream = {
  id: 's1',
  clientId: 'client',
  status: 'enabled',
  method: 'urn:ietf:rfc:8935',
  endpointUrl: uri,
  sealedAuthorization: undefined,
}
const webhook = {
  name: 'hook',
  url: uri,
  events: ['user.create', 'backchannel_authentication.request'],
  enabled: true,
  sealedSecret: 'secret',
}
const stored: Record<string, unknown> = { client, stream, webhook, waiting: { clientId: 'client', createdAt: NOW, request: 'r' } }

/** A tenant whose rows and answer a test changes. */
function tenant(change: Record<string, unknown> = {}, answer: number | Error = 204) {
  const rows: Record<string, unknown> = { ...stored, ...change }
  const sent: { url: string; method: string; headers: Record<string, string>; body: string }[] = []
  const of = (kind: string) => async () => rows[kind]
  const remote = {
    async request(ask: (typeof sent)[number]) {
      sent.push(ask)
      if (answer instanceof Error) throw answer
      return { status: answer, headers: {}, body: '' }
    },
  }
  const ctx = {
    store: {
      clients: { find: of('client') },
      eventStreams: { find: of('stream') },
      backchannelRequests: { find: of('waiting'), ofRequest: of('waiting') },
      pushedRequests: { find: async () => ({ hash: 'r' }) },
    },
    server: { features: 'noFeature' in rows ? [{ id: 'other' }] : [{ id: 'other' }, { id: 'backChannelLogout' }] },
    tenant: { sharedSignals: !('noFeature' in rows) },
    tokens: { hash: (_: string, id: string) => id },
    keys: { algs: ['ES256'], sign: async (_: string, typ: string, claims: object) => `${typ} ${JSON.stringify(claims)}` },
    streamSecrets: { open: async (id: string, sealed: string) => (sealed === 'of another node' ? undefined : `${sealed} of ${id}`) },
    people: { claims: async () => rows['person'] ?? ('person' in rows ? undefined : {}) },
    ...{ remote, issuer: 'https://id.example', now: () => NOW, id: () => 'new id' },
  } as unknown as Ctx
  const webhooks = {
    ...{ store: { webhooks: { find: of('webhook') } }, issuer: ctx.issuer, remote, now: () => NOW },
    open: async (_: string, sealed: string) => (sealed === 'of another node' ? undefined : sealed),
    sign: (secret: string) => `signed by ${secret}`,
  }
  return { ctx, webhooks: webhooks as never, sent, isSuspended: 'suspended' in rows }
}
type Tenant = ReturnType<typeof tenant>

const seals = { open: (...of: string[]) => (of[2] === 'unreadable' ? undefined : (of[2] as string)), hasKeyOf: () => true }
const ctxOf = (there: Tenant) => async (id: string) => (there.isSuspended || id !== 'acme' ? undefined : there.ctx)
const channels: Record<string, (there: Tenant) => Channel<never>> = {
  'logout-token': (there) => logoutTokenChannel(ctxOf(there)) as Channel<never>,
  ping: (there) => pingChannel({ ctxOf: ctxOf(there), ...seals }) as Channel<never>,
  'security-event': (there) => securityEventChannel(ctxOf(there)) as Channel<never>,
  webhook: (there) =>
    webhookChannel({ tenantOf: async (id) => ((await ctxOf(there)(id)) ? there : undefined), ...seals }) as Channel<never>,
}

const event = { id: 'e1', act: 'user.create', at: NOW, outcome: 'success' }
const approval = {
  id: 'e2',
  act: 'backchannel_authentication.request',
  at: NOW,
  request: 'r',
  data: { user: { sub: 'ada' }, client: { id: 'app' } },
}
const contents: Record<string, object> = {
  'logout-token': { client: 'client', subject: 'ada', sid: 'sid' },
  ping: { clientId: 'client', token: 'token of the client', authReqId: 'request' },
  'security-event': { stream: 's1', jti: 'jti', type: 'type', at: NOW, subject: 'ada', claims: {} },
  webhook: { webhook: 'hook', event },
  approval: { webhook: 'hook', event: approval },
}
const isSealed = (what: string) => what === 'ping' || what === 'approval'
const messageOf = (what: string): QueuedMessage => {
  const text = JSON.stringify(contents[what])
  const kind = (what === 'approval' ? 'webhook' : what) as MessageKind
  return { ...aMessage({ id: 'message', kind, ...(isSealed(what) ? { sealed: text } : { sealed: '', content: text }) }), tenant: 'acme' }
}
const channelOf = (what: string, there: Tenant) => (channels[what === 'approval' ? 'webhook' : what] as (typeof channels)[string])(there)

async function sentFor(what: string, change?: Record<string, unknown>, answer?: number | Error) {
  const there = tenant(change, answer)
  const [channel, message] = [channelOf(what, there), messageOf(what)]
  const read = channel.read(message)
  assert.ok('content' in read)
  return { failure: await channel.send(read.content, message), sent: there.sent }
}

const names: Record<string, [name: string, receiver: string, about: object, loss: object, unread: object]> = {
  'logout-token': [
    ...(['logout token', 'acme client', { client: 'client' }] as const),
    { act: 'client.logout-lost', target: 'client', detail: { user: 'ada', session: 'sid' } },
    { act: 'client.logout-lost', target: undefined, detail: {} },
  ],
  ping: [
    ...(['notification', 'acme client', {}] as const),
    { act: 'notification.lost', target: 'message', detail: {} },
    { act: 'notification.lost', target: 'message', detail: {} },
  ],
  'security-event': [
    ...(['security event', 'stream acme s1', { stream: 's1' }] as const),
    { act: 'stream.lost', target: 's1', detail: { token: 'jti' } },
    { act: 'stream.lost', target: undefined, detail: {} },
  ],
  webhook: [
    ...(['webhook', 'webhook acme hook', { webhook: 'hook' }] as const),
    { act: 'webhook.lost', target: 'hook', detail: { event: 'e1', type: 'user.create' } },
    { act: 'webhook.lost', target: undefined, detail: {} },
  ],
  approval: [
    ...(['webhook', 'webhook acme hook', { webhook: 'hook' }] as const),
    { act: 'webhook.lost', target: 'hook', detail: { event: 'e2', type: approval.act, user: 'ada', client: 'app' } },
    { act: 'webhook.lost', target: undefined, detail: {} },
  ],
}
suite('of a message is told whose it is and what is lost:', () => {
  for (const [what, [name, receiver, about, loss, unread]] of Object.entries(names))
    test(what, () => {
      const [channel, message] = [channelOf(what, tenant()), messageOf(what)]
      const content = contents[what] as never
      assert.deepEqual(channel.read(message), { content })
      assert.deepEqual([channel.name, channel.receiver(content, message), channel.about(content)], [name, receiver, about])
      assert.deepEqual([channel.loss(message, content), channel.loss(message, undefined)], [loss, unread])
      if (isSealed(what))
        assert.deepEqual(channel.read({ ...message, sealed: 'unreadable' }), { failure: { reason: 'unreadable', permanent: true } })
    })
})

const headers: Record<string, object> = {
  'logout-token': { 'content-type': 'application/x-www-form-urlencoded' },
  ping: { authorization: 'Bearer token of the client', 'content-type': 'application/json' },
  'security-event': { 'content-type': 'application/secevent+jwt', accept: 'application/json' },
  webhook: {
    ...{ 'content-type': 'application/json', 'webhook-id': 'e1' },
    ...{ 'webhook-timestamp': String(NOW), 'webhook-signature': 'signed by secret' },
  },
}
const unreachable = new RemoteError('unreachable', 'no')
suite('is sent once, and its answer counts:', () => {
  for (const [what, expected] of Object.entries(headers)) {
    test(what, async () => {
      const { failure, sent } = await sentFor(what)
      assert.equal(failure, undefined)
      assert.deepEqual(
        sent.map(({ url, method, headers: of }) => ({ url, method, headers: of })),
        [{ url: uri, method: 'POST', headers: expected }],
      )
    })
    for (const [answer, failure] of [
      [503, { reason: '503', ...(what === 'ping' && { permanent: false }) }],
      [unreachable, { reason: 'unreachable', permanent: false, silent: true }],
    ] as const)
      test(`${what}: ${typeof answer === 'number' ? answer : answer.failure}`, async () =>
        assert.deepEqual((await sentFor(what, {}, answer)).failure, failure))
    test(`${what}: a fault of ours`, () => assert.rejects(sentFor(what, {}, new RangeError('ours')), { name: 'RangeError' }))
  }

  for (const [status, permanent] of [
    [302, true],
    [400, true],
    [404, true],
    [408, false],
    [429, false],
    [499, true],
    [500, false],
  ] as const)
    test(`a notification with status ${status} is ${permanent ? 'lost' : 'tried again'}`, async () =>
      assert.deepEqual((await sentFor('ping', {}, status)).failure, { reason: String(status), permanent }))

  test('a webhook whose receiver is gone is lost', async () =>
    assert.deepEqual((await sentFor('webhook', {}, 410)).failure, { reason: '410', permanent: true }))

  test('a security event brings what its receiver asked for, and says what happened', async () => {
    const { sent } = await sentFor('security-event', { stream: { ...stream, sealedAuthorization: 'sealed' } })
    const [{ headers: of, body }] = sent as [(typeof sent)[0]]
    assert.equal(of['authorization'], 'sealed of s1')
    assert.match(body, /^secevent\+jwt .*"jti":"jti"/)
  })

  test('a notification names the request', async () => {
    const { sent } = await sentFor('ping')
    assert.equal(sent[0]?.body, '{"auth_req_id":"request"}')
  })
})

const nothing: [what: string, change: Record<string, unknown>, failure: object | undefined][] = [
  ...['logout-token', 'ping', 'security-event', 'webhook'].map((what): [string, Record<string, unknown>, object] => [
    what,
    { suspended: true },
    { reason: 'tenant suspended' },
  ]),
  ['logout-token', { client: undefined }, undefined],
  ['logout-token', { client: aClient() }, undefined],
  ['logout-token', { noFeature: true }, undefined],
  ['ping', { waiting: undefined }, undefined],
  ['ping', { client: undefined }, undefined],
  ['ping', { client: { ...client, backchannel_token_delivery_mode: 'push' } }, undefined],
  ['security-event', { stream: undefined }, undefined],
  ['security-event', { stream: { ...stream, status: 'disabled' } }, undefined],
  ['security-event', { noFeature: true }, undefined],
  ['security-event', { client: undefined }, undefined],
  ['security-event', { stream: { ...stream, status: 'paused' } }, { reason: 'stream paused' }],
  ['security-event', { stream: { ...stream, method: 'urn:ietf:rfc:8936' } }, { reason: 'stream polled' }],
  ['security-event', { stream: { ...stream, sealedAuthorization: 'of another node' } }, { reason: 'no key' }],
  ['webhook', { webhook: undefined }, undefined],
  ['webhook', { webhook: { ...webhook, events: ['user.delete'] } }, undefined],
  ['webhook', { webhook: { ...webhook, enabled: false } }, undefined],
  ['webhook', { webhook: { ...webhook, sealedSecret: 'of another node' } }, { reason: 'no key' }],
  ['approval', { waiting: undefined }, undefined],
  ['approval', { person: undefined }, undefined],
]
suite('is not sent:', () => {
  for (const [what, change, failure] of nothing)
    test(`${what} ${JSON.stringify(change).slice(0, 60)}`, async () => {
      const outcome = await sentFor(what, change)
      assert.deepEqual([outcome.failure, outcome.sent], [failure, []])
    })

  test('but an approval is, while its request waits for its person', async () =>
    assert.equal((await sentFor('approval', {})).sent.length, 1))
})

test('a notification that another attempt is making waits', async () => {
  const { ctx, sent } = tenant({ client: { ...client, backchannel_token_delivery_mode: 'push' } })
  const spent = { ...ctx, store: { ...ctx.store, codes: { find: async () => ({ expiresAt: NOW + 9, usedAt: NOW }) } } } as never
  const withGrant = { ...(spent as Ctx), tenant: { ...ctx.tenant, withoutGrantTypes: [] } } as never
  const channel = pingChannel({ ctxOf: async () => withGrant, ...seals })
  const ping = { ...contents['ping'], push: true } as never
  assert.deepEqual([await channel.send(ping, messageOf('ping')), sent], [{ reason: 'not yet' }, []])
})
