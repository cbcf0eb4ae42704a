/** Where a listener says that it is to be reached. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pem, selfSigned } from '../../../test/certificates.ts'
import type { HttpDeps } from './deps.ts'
import { createListener, type ListenerOptions } from './listener.ts'

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
