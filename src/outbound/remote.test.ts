/** Requests to other servers: what they may reach, and how an answer that never ends is ended. */
import assert from 'node:assert/strict'
import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { after, suite, test } from 'node:test'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { generate } from 'selfsigned'
import type { RemoteFailure } from '../protocol/remote-error.ts'
import { remote } from './remote.ts'

const loopback = ['127.0.0.0/8', '::1']
const open = remote({ allowedAddresses: loopback, ca: undefined })
const closed = remote({ allowedAddresses: [], ca: undefined })

const servers: { close(): void; closeAllConnections(): void }[] = []
after(() => {
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
})

async function listening(answer: RequestListener): Promise<string> {
  const server = createServer(answer)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const failure = (wanted: RemoteFailure) => (error: { failure?: string }) => {
  assert.equal(error.failure, wanted)
  return true
}

suite('a request to another server', () => {
  test('carries method, headers and body, and brings status, headers and body', async () => {
    const origin = await listening(async (request, response) => {
      const parts = await request.toArray()
      response.writeHead(201, { 'x-seen': `${request.method} ${request.headers['content-type']}`, 'set-cookie': ['a=1', 'b=2'] })
      response.end(Buffer.concat(parts))
    })
    const answer = await open.request({ url: origin, method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'grüß' })
    assert.deepEqual(
      [answer.status, answer.headers['x-seen'], answer.headers['set-cookie'], answer.body],
      [201, 'POST text/plain', 'a=1, b=2', 'grüß'],
    )
  })

  test('takes a URL of at most 2048 characters', async () => {
    const origin = await listening((_, response) => response.end('ok'))
    const ofLength = (length: number) => `${origin}/`.padEnd(length, 'x')
    assert.equal((await open.request({ url: ofLength(2048) })).body, 'ok')
    await assert.rejects(open.request({ url: ofLength(2049) }), failure('address'))
  })

  test('does not follow a redirect', async () => {
    const asked: string[] = []
    const origin = await listening((request, response) => {
      asked.push(request.url as string)
      response.writeHead(302, { location: '/elsewhere' }).end()
    })
    assert.equal((await open.request({ url: `${origin}/here` })).status, 302)
    assert.deepEqual(asked, ['/here'])
  })

  for (const url of [
    'https://127.0.0.1/',
    'https://127.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://10.0.0.1/',
    'https://169.254.169.254/latest/meta-data/',
    'https://172.16.0.1/',
    'https://192.168.1.1/',
    'https://100.64.0.1/',
    'https://0.0.0.0/',
    'https://255.255.255.255/',
    'https://224.0.0.1/',
    'https://198.18.0.1/',
    'https://192.0.2.1/',
    'https://[::1]/',
    'https://[::]/',
    'https://[fe80::1]/',
    'https://[fc00::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://[2002:7f00:1::]/',
    'https://localhost/',
    'http://localhost/',
    'http://192.0.2.1/',
    'http://8.8.8.8/',
    'ftp://example.com/',
    'file:///etc/passwd',
    'data:text/plain,x',
    'https://user:secret@8.8.8.8/',
    'https://user@8.8.8.8/',
    'https://:secret@8.8.8.8/',
    `https://8.8.8.8/${'x'.repeat(2048)}`,
    '/relative',
    '',
  ])
    test(`is refused to ${url.slice(0, 50)}`, async () => {
      await assert.rejects(closed.request({ url }), failure('address'))
    })

  for (const url of ['https://8.8.8.8/', 'https://[2001:4860:4860::8888]/'])
    test(`may go to ${url}`, async () => {
      await assert.rejects(closed.request({ url, method: 'NO METHOD' }), failure('unreachable')) // nothing is sent
    })

  test('goes by plain HTTP only to addresses that the operator names', async () => {
    const origin = await listening((_, response) => response.end('ok'))
    const port = new URL(origin).port
    assert.equal((await open.request({ url: origin })).body, 'ok')
    assert.equal((await open.request({ url: `http://localhost:${port}` })).body, 'ok')
    await assert.rejects(remote({ allowedAddresses: ['10.0.0.0/8'], ca: undefined }).request({ url: origin }), failure('address'))
  })

  test('ends when the answer is too large', async () => {
    const origin = await listening((_, response) => response.end('x'.repeat(1001)))
    assert.equal((await open.request({ url: origin, maxBytes: 1001 })).body.length, 1001)
    await assert.rejects(open.request({ url: origin, maxBytes: 1000 }), failure('too-large'))
  })

  test('ends when the answer never ends, or never begins', async () => {
    const endless = await listening((_, response) => void response.write('x'))
    const silent = await listening(() => {})
    await assert.rejects(open.request({ url: endless, timeout: 0.2 }), failure('timeout'))
    await assert.rejects(open.request({ url: silent, timeout: 0.2 }), failure('timeout'))
  })

  test('fails when nothing listens, or the connection breaks', async () => {
    const broken = await listening((request) => request.socket.destroy())
    await assert.rejects(open.request({ url: broken }), failure('unreachable'))
    await assert.rejects(open.request({ url: 'http://127.0.0.1:1/' }), failure('unreachable'))
  })

  test('fails when the server switches to a protocol that nobody asked for', async () => {
    const origin = await listening((request) =>
      request.socket.end('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
    )
    await assert.rejects(open.request({ url: origin }), failure('unreachable'))
  })

  test('asks for no compression, so the bound is that of what is read', async () => {
    const origin = await listening((request, response) => response.end(request.headers['accept-encoding']))
    assert.equal((await open.request({ url: origin, headers: { 'accept-encoding': 'gzip' } })).body, 'identity')
  })

  test('trusts a certificate only if the operator or the system does, and uses a connection again', async () => {
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], { keySize: 2048 })
    const { cert: another } = await generate([{ name: 'commonName', value: 'localhost' }], { keySize: 2048 })
    let connections = 0
    const server = createTlsServer({ key, cert }, (_, response) => response.end('secure'))
    server.on('secureConnection', () => connections++)
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `https://localhost:${(server.address() as AddressInfo).port}`
    const trusting = remote({ allowedAddresses: loopback, ca: cert })
    for (const _ of ['first', 'again']) assert.equal((await trusting.request({ url })).body, 'secure')
    assert.equal(connections, 1)
    await assert.rejects(open.request({ url }), failure('untrusted'))
    const usual = getCACertificates('default')
    setDefaultCACertificates([...usual, cert])
    const { body } = await remote({ allowedAddresses: loopback, ca: another }).request({ url })
    setDefaultCACertificates(usual)
    assert.equal(body, 'secure', 'what the operator adds takes nothing from the system')
  })

  test('has 16 connections to a host at most, which serve all requests', async () => {
    const [held, sockets]: [ServerResponse[], Set<unknown>] = [[], new Set()]
    let arrived = 0
    const origin = await listening((request, response) => {
      sockets.add(request.socket)
      held.push(response)
      if (++arrived >= 16) for (const one of held.splice(0)) one.end('ok')
    })
    await Promise.all(Array.from({ length: 20 }, () => open.request({ url: origin })))
    assert.equal(sockets.size, 16)
  })
})
