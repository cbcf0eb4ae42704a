/** What operators are answered about a server: that it is alive, whether it is ready, and its version. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, suite, test } from 'node:test'
import type { Readiness } from './deps.ts'
import type { HttpState } from './headers.ts'
import { healthRoutes } from './health.ts'
import type { HttpRequest } from './http-request.ts'
import { createRouter } from './router.ts'

const reason = 'the database does not answer'
const app = { app_name: 'gatehouse', app_version: '1.2.3' }
const connected = { data: { ...app, database_status: 'connected' } }
const failed = { error: 'Readiness check failed', code: 'readiness_check_failed', reason, details: { database: 'disconnected' } }

const answers: [path: string, readiness: Readiness, status: number, body: unknown][] = [
  ['/healthz', { status: 'not ready', reason }, 200, { status: 'alive' }],
  ['/health', { status: 'not ready', reason }, 200, 'OK'],
  ['/version', { status: 'not ready', reason }, 200, { name: 'gatehouse', version: '1.2.3', node: process.versions.node, data: app }],
  ['/readyz', { status: 'ready' }, 200, { status: 'ready' }],
  ['/readyz', { status: 'degraded', reason }, 200, { status: 'degraded', reason }],
  ['/readyz', { status: 'not ready', reason }, 503, { status: 'not ready', reason }],
  ['/health/ready', { status: 'ready' }, 200, connected],
  ['/health/ready', { status: 'degraded', reason }, 200, connected],
  ['/health/ready', { status: 'not ready', reason }, 503, failed],
]

suite('the health of a server', () => {
  let readiness: Readiness
  let base: string
  const deps = { version: '1.2.3', ready: async () => readiness }
  const state = { deps, common: { 'x-frame-options': 'DENY' }, closing: false } as unknown as HttpState
  const router = createRouter('')
  healthRoutes(router, state)
  const server = createServer((raw, to) => {
    const request = { id: 'an-id' } as HttpRequest
    void router.find(raw.method ?? '', raw.url ?? '').handler?.handle(request, to)
  })
  before(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening')
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  after(() => server.close())

  for (const [path, is, status, body] of answers)
    test(`${path} of a server that is ${is.status}`, async () => {
      readiness = is
      const answer = await fetch(base + path)
      assert.deepEqual([answer.status, await answer.json()], [status, body])
      const names = ['content-type', 'cache-control', 'x-frame-options', 'x-request-id', 'retry-after']
      assert.deepEqual(
        names.map((name) => answer.headers.get(name)),
        ['application/json', 'no-store', 'DENY', 'an-id', status === 503 ? '5' : null],
      )
    })
})
