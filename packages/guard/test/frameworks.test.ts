/** The guard in Fastify, in Express and in node:http: the same requests, the same answers. */
import assert from 'node:assert/strict'
import { createHash, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { createServer as createHttpServer, type RequestListener, request, type Server } from 'node:http'
import { connect } from 'node:http2'
import { createServer as createHttpsServer, request as httpsRequest } from 'node:https'
import type { AddressInfo } from 'node:net'
import { after, before, suite, test } from 'node:test'
import express from 'express'
import fastify from 'fastify'
import { generate } from 'selfsigned'
import { expressGuard, expressMetadata } from '../src/express.ts'
import { fastifyGuard } from '../src/fastify.ts'
import { createGuard, type Guard, nodeRequest, Refused } from '../src/index.ts'
import { jwt, type Key, makeKey, proof, type TestIssuer, testIssuer, thumbprint } from './test-issuer.ts'

const audience = 'https://api.example/v1'
const now = () => 1_800_000_000

let issuer: TestIssuer
let key: Key
before(async () => {
  issuer = await testIssuer(audience, now)
  key = makeKey('ES256', 'k')
  issuer.keys = [key]
})
after(() => issuer.close())
const token = (claims: Record<string, unknown> = {}) =>
  jwt({ typ: 'at+jwt', alg: 'ES256', kid: 'k' }, issuer.claims(claims), key.privateKey)

interface Tls {
  key: string
  cert: string
}
interface Api {
  url: string
  close(): Promise<unknown>
}
/** With TLS it asks for client certificates, and leaves it to the guard to judge them. */
function serverFor(handler: RequestListener, tls: Tls | undefined): Server {
  return tls ? createHttpsServer({ ...tls, requestCert: true, rejectUnauthorized: false }, handler) : createHttpServer(handler)
}

function fastifyApp(guard: Guard, tls?: Tls) {
  const rewriteUrl = ({ url = '' }) => (url === '/alias' ? '/v1/things' : url)
  const app = fastify({ rewriteUrl, serverFactory: (handler) => serverFor(handler, tls) })
  app.register(fastifyGuard(guard))
  app.register(
    (part, _options, done) => {
      part.get('/things', { onRequest: part.guard({ scopes: ['read'] }) }, (request) => ({ subject: request.caller.subject }))
      part.post('/things', { preHandler: part.guard({ scopes: ['write'], roles: ['editor'] }) }, () => ({ made: true }))
      done()
    },
    { prefix: '/v1' },
  )
  app.get('/open', (request) => ({ caller: request.caller }))
  return app
}

async function fastifyApi(guard: Guard, tls?: Tls): Promise<Api> {
  const app = fastifyApp(guard, tls)
  return { url: await app.listen({ port: 0, host: '127.0.0.1' }), close: () => app.close() }
}

function expressApi(guard: Guard, tls?: Tls): Promise<Api> {
  const app = express().set('env', 'test')
  app.use(expressMetadata(guard))
  app.use((request, _response, next) => {
    if (request.url === '/alias') request.url = '/v1/things'
    next()
  })
  const part = express.Router()
  part.get('/things', expressGuard(guard, { scopes: ['read'] }), (request, response) => {
    response.json({ subject: request.caller?.subject })
  })
  part.post('/things', expressGuard(guard, { scopes: ['write'], roles: ['editor'] }), (_request, response) => {
    response.json({ made: true })
  })
  app.use('/v1', part)
  app.get('/open', (request, response) => {
    response.status(request.caller ? 200 : 500).end()
  })
  return listening(app as RequestListener, tls)
}

function nodeApi(guard: Guard, tls?: Tls): Promise<Api> {
  const routes = new Map([
    ['GET /v1/things', guard.require({ scopes: ['read'] })],
    ['GET /alias', guard.require({ scopes: ['read'] })],
    ['POST /v1/things', guard.require({ scopes: ['write'], roles: ['editor'] })],
  ])
  return listening((request, response) => {
    const json = { 'content-type': 'application/json' }
    const [path] = (request.url ?? '').split('?')
    const check = routes.get(`${request.method} ${path}`)
    if (request.url === guard.metadataPath && request.method === 'GET')
      return response.writeHead(200, { ...json, 'access-control-allow-origin': '*' }).end(JSON.stringify(guard.metadata()))
    if (!check) return response.writeHead(path === '/open' ? 500 : 404).end()
    check(nodeRequest(request)).then(
      ({ subject }) => response.writeHead(200, json).end(JSON.stringify({ subject })),
      (error) => {
        if (error instanceof Refused) response.writeHead(error.status, { ...error.headers, ...json }).end(JSON.stringify(error.body))
        else response.writeHead(500).end(error.message)
      },
    )
  }, tls)
}

async function listening(handler: RequestListener, tls: Tls | undefined): Promise<Api> {
  const server = serverFor(handler, tls)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const close = () => new Promise((resolve) => server.close(resolve))
  return { url: `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`, close }
}

/** The status, of a request whose headers are sent as they are, repeated ones too. */
async function statusOf(url: string, headers: string[], certificate?: Tls): Promise<number | undefined> {
  const { hostname, port, pathname } = new URL(url)
  const options = {
    hostname,
    port,
    path: pathname,
    headers: ['host', hostname, ...headers] as unknown as Record<string, string>,
    agent: false,
  }
  const sent = certificate ? httpsRequest({ ...options, ...certificate, rejectUnauthorized: false }) : request(options)
  const [response] = await once(sent.end(), 'response')
  response.resume()
  await once(response, 'close')
  return response.statusCode
}

for (const [name, open] of Object.entries({ fastify: fastifyApi, express: expressApi, 'node:http': nodeApi })) {
  suite(name, () => {
    let api: Api
    before(async () => {
      api = await open(createGuard({ issuer: issuer.url, audience, now, dpop: true, requireScopes: ['read'] }))
    })
    after(() => api.close())
    const call = (path: string, method = 'GET', headers: Record<string, string> = {}) => fetch(api.url + path, { method, headers })
    const bearer = (text: string) => ({ authorization: `Bearer ${text}` })

    test('tells a route who calls', async () => {
      const response = await call('/v1/things', 'GET', bearer(token()))
      assert.deepEqual([response.status, await response.json()], [200, { subject: 'alice' }])
    })

    test('answers a call without a token', async () => {
      const response = await call('/v1/things')
      assert.equal(response.status, 401)
      assert.match(response.headers.get('www-authenticate') ?? '', /^Bearer scope="read", resource_metadata="https:/)
      assert.equal(response.headers.get('cache-control'), 'no-store')
      assert.match(response.headers.get('content-type') ?? '', /^application\/json/)
      assert.deepEqual(await response.json(), { error_description: 'an access token is needed' })
    })

    test('answers a call with a bad token, or with one that does not suffice', async () => {
      const bad = await call('/v1/things', 'GET', bearer(token({ exp: 1 })))
      assert.deepEqual([bad.status, await bad.json()], [401, { error: 'invalid_token', error_description: 'the access token has expired' }])
      assert.equal((await call('/v1/things', 'POST', bearer(token({ scope: 'read' })))).status, 403)
      assert.equal((await call('/v1/things', 'POST', bearer(token()))).status, 403)
      assert.equal((await call('/v1/things', 'POST', bearer(token({ roles: ['editor'] })))).status, 200)
    })

    test('knows no caller where there is no guard', async () => assert.equal((await call('/open')).status, 500))

    test('refuses two Authorization headers, in whatever order and case', async () => {
      const good = `Bearer ${token()}`
      const url = `${api.url}/v1/things`
      assert.equal(await statusOf(url, ['authorization', good]), 200)
      assert.equal(await statusOf(url, ['authorization', good, 'authorization', good]), 400)
      assert.equal(await statusOf(url, ['Authorization', good, 'x-other', '1', 'AUTHORIZATION', 'Bearer x']), 400)
      assert.equal(await statusOf(url, ['authorization', 'Basic dTpw', 'authorization', good]), 400)
      assert.equal(await statusOf(url, ['authorization', good, 'x-value', 'authorization']), 200)
    })

    test('refuses two DPoP headers', async () => {
      const bound = token({ cnf: { jkt: thumbprint(key) } })
      const proofOf = () => proof(key, { htm: 'GET', htu: `${audience}/things`, iat: now(), token: bound })
      const url = `${api.url}/v1/things`
      assert.equal(await statusOf(url, ['authorization', `DPoP ${bound}`, 'dpop', proofOf()]), 200)
      assert.equal(await statusOf(url, ['authorization', `DPoP ${bound}`, 'dpop', proofOf(), 'DPoP', proofOf()]), 401)
    })

    test('checks proofs for the URL as the caller sent it', async () => {
      const bound = token({ cnf: { jkt: thumbprint(key) } })
      const headers = (htu: string) => ({
        authorization: `DPoP ${bound}`,
        dpop: proof(key, { htm: 'GET', htu, iat: now(), token: bound }),
      })
      assert.equal((await call('/v1/things?page=2', 'GET', headers('https://api.example/v1/things'))).status, 200)
      assert.equal((await call('/v1/things', 'GET', headers('https://api.example/things'))).status, 401)
      assert.equal((await call('/alias', 'GET', headers('https://api.example/alias'))).status, 200)
    })

    test('serves the metadata to everyone', async () => {
      const response = await call('/.well-known/oauth-protected-resource/v1')
      assert.equal(response.status, 200)
      assert.equal(response.headers.get('access-control-allow-origin'), '*')
      assert.match(response.headers.get('content-type') ?? '', /^application\/json/)
      const { resource, authorization_servers, scopes_supported } = (await response.json()) as Record<string, unknown>
      assert.deepEqual(
        { resource, authorization_servers, scopes_supported },
        { resource: audience, authorization_servers: [issuer.url], scopes_supported: ['read', 'write'] },
      )
      assert.equal((await call('/.well-known/oauth-protected-resource/v1', 'POST')).status, 404)
    })

    test('answers 503 when the issuer was never there, and passes a fault on', async () => {
      const away = await open(createGuard({ issuer: 'http://127.0.0.1:1', audience, now }))
      const response = await fetch(`${away.url}/v1/things`, { headers: bearer(token()) })
      assert.deepEqual([response.status, response.headers.get('retry-after')], [503, '10'])
      await away.close()
      const faulty = await open({
        ...createGuard({ issuer: issuer.url, audience }),
        require: () => () => Promise.reject(new Error('fault')),
      })
      const fault = await fetch(`${faulty.url}/v1/things`, { headers: bearer(token()) })
      assert.equal(fault.status, 500)
      assert.match(await fault.text(), /\bfault\b/)
      await faulty.close()
    })

    test('compares the certificate of the TLS connection; that of a trusted proxy comes in a header', async () => {
      const [server, ours, others] = await Promise.all(['127.0.0.1', 'ours', 'others'].map(selfSigned))
      const der = new X509Certificate(ours!.cert).raw
      const bound = token({ cnf: { 'x5t#S256': createHash('sha256').update(der).digest('base64url') } })
      const headers = ['authorization', `Bearer ${bound}`]
      const forwarded = [...headers, 'client-cert', `:${der.toString('base64')}:`]

      const direct = await open(createGuard({ issuer: issuer.url, audience, now, mtls: true }), server)
      const url = `${direct.url}/v1/things`
      assert.equal(await statusOf(url, headers, ours), 200)
      assert.equal(await statusOf(url, headers, others), 401)
      assert.equal(await statusOf(url, forwarded, others), 401)
      await direct.close()

      const proxied = await open(createGuard({ issuer: issuer.url, audience, now, mtls: { proxies: ['127.0.0.1'] } }))
      assert.equal(await statusOf(`${proxied.url}/v1/things`, forwarded), 200)
      assert.equal(await statusOf(`${proxied.url}/v1/things`, [...forwarded, ...forwarded.slice(2)]), 401)
      await proxied.close()

      const untrusting = await open(createGuard({ issuer: issuer.url, audience, now, mtls: { proxies: ['192.0.2.1'] } }))
      assert.equal(await statusOf(`${untrusting.url}/v1/things`, forwarded), 401)
      await untrusting.close()
    })
  })
}

async function selfSigned(commonName: string): Promise<Tls> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: commonName }], { keySize: 2048 })
  return { key, cert }
}

test('the log of Fastify has the cause of each 503, and nothing of other refusals', async () => {
  const lines: string[] = []
  const logger = { level: 'warn', stream: { write: (line: string) => lines.push(line) } }
  for (const url of [issuer.url, 'http://127.0.0.1:1']) {
    const app = fastify({ logger })
    await app.register(fastifyGuard(createGuard({ issuer: url, audience, now })))
    app.get('/v1/things', { onRequest: app.guard() }, () => ({}))
    await app.inject({ url: '/v1/things', headers: { authorization: `Bearer ${token({ exp: 1 })}` } })
    await app.close()
  }
  const [line = '', ...others] = lines
  assert.deepEqual(others, [])
  const { msg, err } = JSON.parse(line) as { msg: string; err: { message: string } }
  assert.equal(msg, 'the issuer of access tokens cannot be reached')
  assert.match(err.message, /^fetch failed/)
})

test('HTTP/2 works the same, in Fastify', async () => {
  const [server, ours] = (await Promise.all(['127.0.0.1', 'ours'].map(selfSigned))) as [Tls, Tls]
  const app = fastify({ http2: true, https: { ...server, requestCert: true, rejectUnauthorized: false } })
  // Its types know HTTP/1 only.
  await app.register(fastifyGuard(createGuard({ issuer: issuer.url, audience, now, mtls: true })) as never)
  app.get('/v1/things', { onRequest: app.guard({ scopes: ['read'] }) as never }, () => ({}))
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const session = connect(url, { ...ours, rejectUnauthorized: false })
  const statusWith = async (text: string) => {
    const stream = session.request({ ':path': '/v1/things', authorization: `Bearer ${text}` })
    const [headers] = await once(stream, 'response')
    stream.close()
    return headers[':status']
  }
  const x5t = (tls: Tls) => createHash('sha256').update(new X509Certificate(tls.cert).raw).digest('base64url')
  assert.equal(await statusWith(token()), 200)
  assert.equal(await statusWith(token({ cnf: { 'x5t#S256': x5t(ours) } })), 200)
  assert.equal(await statusWith(token({ cnf: { 'x5t#S256': x5t(server) } })), 401)
  session.close()
  await app.close()
})

suite('requests that did not come over a network', () => {
  test('work with the inject of Fastify', async () => {
    const app = fastifyApp(createGuard({ issuer: issuer.url, audience, now }))
    const headers = { authorization: `Bearer ${token()}` }
    assert.equal((await app.inject({ url: '/v1/things', headers })).statusCode, 200)
    const twice = { authorization: [headers.authorization, headers.authorization] as unknown as string }
    assert.equal((await app.inject({ url: '/v1/things', headers: twice })).statusCode, 400)
    await app.close()
  })

  test('need not have raw headers, a socket or an original URL', async () => {
    const guard = createGuard({ issuer: issuer.url, audience, now })
    assert.equal((await guard.check(nodeRequest({ headers: { authorization: `Bearer ${token()}` } }))).subject, 'alice')
  })
})
