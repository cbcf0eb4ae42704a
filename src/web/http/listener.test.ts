/** Where a listener says that it is to be reached, and when it answers and ends connections. */
import assert from 'node:assert/strict'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { test } from 'node:test'
import { pem, selfSigned } from '../../../test/certificates.ts'
import type { AuditEvent } from '../../protocol/audit-events.ts'
import type { Reply } from '../../protocol/request-reply.ts'
import type { HttpDeps } from './deps.ts'
import { createListener, type ListenerOptions } from './listener.ts'
import type { Route, WebTenant } from './route.ts'

const log = { info() {}, warn() {}, error() {} }
const deps: HttpDeps = {
  ...{ issuer: 'http://localhost/auth/', version: '1', routes: [], tenant: () => undefined, help: false, log },
  ...{ ready: async () => ({ status: 'ready' }) as const, id: () => 'an-id', stopwatch: () => () => 0, now: () => 0 },
}
const plain: ListenerOptions = { tls: undefined, forwarded: undefined, trustedProxies: [], bodyBytes: 8, requestSeconds: 1 }

const places: [host: string, url: RegExp][] = [
  ['127.0.0.1', /^http:\/\/127\.0\.0\.1:\d+$/],
  ['::1', /^http:\/\/\[::1\]:\d+$/],
  ['localhost', /^http:\/\/(?:127\.0\.0\.1|\[::1\]):\d+$/],
]
for (const [host, url] of places)
  test(`on ${host}`, async () => {
    const listener = createListener(deps, plain)
    const at = await listener.listen(host, 0)
    assert.match(at, url)
    const { status, headers } = await fetch(`${at}/healthz`)
    assert.deepEqual([status, headers.get('strict-transport-security'), headers.get('x-frame-options')], [200, null, 'DENY'])
    await listener.close()
    await assert.rejects(fetch(`${at}/healthz`), 'it is closed')
  })

test('with a certificate', async () => {
  const own = await selfSigned()
  const tls = { cert: pem(own), key: own.key, requestsCertificate: false }
  const listener = createListener(deps, { ...plain, tls })
  assert.match(await listener.listen('127.0.0.1', 0), /^https:\/\/127\.0\.0\.1:\d+$/)
  await listener.close()
})

/** The next connection on which a request begins, as the listener sees it. */
function nextConnection(): Promise<Socket> {
  const { promise, resolve } = Promise.withResolvers<Socket>()
  const onBegin = (begun: unknown) => {
    unsubscribe('http.server.request.start', onBegin)
    resolve((begun as { socket: Socket }).socket)
  }
  subscribe('http.server.request.start', onBegin)
  return promise
}

test('the connection of a request that is too large and has come whole is closed at once, though the client stays', async () => {
  const route: Route = { path: '/x', methods: ['POST'], audience: 'program', handle: () => assert.fail('it is too large') }
  const tenant = () => new Promise<undefined>((resolve) => setImmediate(resolve, undefined)) // until then all has come
  const listener = createListener({ ...deps, routes: [route], tenant }, plain)
  const { port } = new URL(await listener.listen('127.0.0.1', 0))
  const connection = nextConnection()
  const client = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true })
  const form = 'content-type: application/x-www-form-urlencoded'
  client.write(`POST /auth/x HTTP/1.1\r\nhost: x\r\n${form}\r\ntransfer-encoding: chunked\r\n\r\n9\r\na=1234567\r\n0\r\n\r\n`)
  const [answer] = await once(client, 'data')
  assert.match(String(answer), /^HTTP\/1\.1 413 /)
  const began = performance.now()
  const closed = await connection
  if (!closed.closed) await once(closed, 'close')
  assert.ok(performance.now() - began < 1500, 'what has come whole needs no patience')
  client.destroy()
  await listener.close()
})

/** One route, of a tenant with what every route uses. */
function answering(reply: Reply, recordAudit?: WebTenant['recordAudit']): Pick<HttpDeps, 'routes' | 'tenant'> {
  const ctx = { issuer: deps.issuer, tenant: { name: 'T' }, mutualTls: {}, server: { responseTypes: new Set() } }
  const tenant = { ctx, base: '', recovery: false, cookies: { read: () => ({}) }, recordAudit } as unknown as WebTenant
  return { routes: [{ path: '/x', methods: ['GET'], audience: 'program', handle: async () => reply }], tenant: async () => tenant }
}

test('a request is answered when what it did is in the audit log', async () => {
  const done: string[] = []
  const record = async () => {
    await new Promise(setImmediate)
    done.push('recorded')
  }
  const auditEvents: AuditEvent[] = [{ act: 'session.end', outcome: 'success' }]
  const told = { ...log, info: (_: unknown, message: string) => done.push(message) }
  const listener = createListener({ ...deps, ...answering({ kind: 'json', status: 200, body: {}, auditEvents }, record), log: told }, plain)
  await fetch(`${await listener.listen('127.0.0.1', 0)}/auth/x`)
  assert.deepEqual(done, ['recorded', 'answered'])
  await listener.close()
})

test('a client that does not read one long answer is cut off', { timeout: 20_000 }, async () => {
  const text = 'x'.repeat(64 * 1024 * 1024) // more than the system keeps for a connection
  const listener = createListener({ ...deps, ...answering({ kind: 'text', status: 200, type: 'text/plain', text }) }, plain)
  const { port } = new URL(await listener.listen('127.0.0.1', 0))
  const connection = nextConnection()
  const client = connect({ port: Number(port), host: '127.0.0.1' })
  client.pause().write('GET /auth/x HTTP/1.1\r\nhost: x\r\n\r\n')
  await once(await connection, 'close')
  client.destroy()
  await listener.close()
})
