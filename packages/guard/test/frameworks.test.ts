/** The guard in Fastify and in Express: the same requests, the same answers. */
import assert from 'node:assert/strict'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, suite, test } from 'node:test'
import express from 'express'
import fastify from 'fastify'
import { expressGuard, expressMetadata } from '../src/express.ts'
import { fastifyGuard } from '../src/fastify.ts'
import { createGuard, type Guard } from '../src/index.ts'
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
const token = (over: Record<string, unknown> = {}) => jwt({ typ: 'at+jwt', alg: 'ES256', kid: 'k' }, issuer.claims(over), key.privateKey)

interface Api {
  url: string
  close(): Promise<unknown>
}

async function fastifyApi(guard: Guard): Promise<Api> {
  const app = fastify({ rewriteUrl: ({ url = '' }) => (url === '/alias' ? '/v1/things' : url) })
  await app.register(fastifyGuard(guard))
  app.register(
    async (part) => {
      part.get('/things', { onRequest: app.guard({ scopes: ['read'] }) }, (request) => ({ subject: request.caller.subject }))
      part.post('/things', { preHandler: part.guard({ scopes: ['write'], roles: ['editor'] }) }, () => ({ made: true }))
    },
    { prefix: '/v1' },
  )
  app.get('/open', (request) => ({ caller: request.caller }))
  return { url: await app.listen(), close: () => app.close() }
}

async function expressApi(guard: Guard): Promise<Api> {
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
  const server = await new Promise<Server>((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening))
  })
  const close = () => new Promise((resolve) => server.close(resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close }
}

for (const [name, open] of Object.entries({ fastify: fastifyApi, express: expressApi })) {
  suite(name, () => {
    let api: Api
    before(async () => {
      api = await open(createGuard({ issuer: issuer.url, audience, now, dpop: true, requireScopes: ['read'] }))
    })
    after(() => api.close())
    const ask = (path: string, method = 'GET', headers: Record<string, string> = {}) => fetch(api.url + path, { method, headers })
    const bearer = (text: string) => ({ authorization: `Bearer ${text}` })

    test('tells a route who calls', async () => {
      const response = await ask('/v1/things', 'GET', bearer(token()))
      assert.deepEqual([response.status, await response.json()], [200, { subject: 'alice' }])
    })

    test('answers who has no token', async () => {
      const response = await ask('/v1/things')
      assert.equal(response.status, 401)
      assert.match(response.headers.get('www-authenticate') ?? '', /^Bearer scope="read", resource_metadata="https:/)
      assert.equal(response.headers.get('cache-control'), 'no-store')
      assert.match(response.headers.get('content-type') ?? '', /^application\/json/)
      assert.deepEqual(await response.json(), { error_description: 'an access token is needed' })
    })

    test('answers who has a bad token, or may not', async () => {
      const bad = await ask('/v1/things', 'GET', bearer(token({ exp: 1 })))
      assert.deepEqual([bad.status, await bad.json()], [401, { error: 'invalid_token', error_description: 'the access token has expired' }])
      assert.equal((await ask('/v1/things', 'POST', bearer(token({ scope: 'read' })))).status, 403)
      assert.equal((await ask('/v1/things', 'POST', bearer(token()))).status, 403)
      assert.equal((await ask('/v1/things', 'POST', bearer(token({ roles: ['editor'] })))).status, 200)
    })

    test('does not pretend to know a caller where no guard is', async () => assert.equal((await ask('/open')).status, 500))

    test('checks proofs for the path as the caller sees it', async () => {
      const bound = token({ cnf: { jkt: thumbprint(key) } })
      const headers = (htu: string) => ({
        authorization: `DPoP ${bound}`,
        dpop: proof(key, { htm: 'GET', htu, iat: now(), token: bound }),
      })
      assert.equal((await ask('/v1/things?page=2', 'GET', headers('https://api.example/v1/things'))).status, 200)
      assert.equal((await ask('/v1/things', 'GET', headers('https://api.example/things'))).status, 401)
      assert.equal((await ask('/alias', 'GET', headers('https://api.example/alias'))).status, 200)
    })

    test('serves the metadata to everyone', async () => {
      const response = await ask('/.well-known/oauth-protected-resource/v1')
      assert.equal(response.status, 200)
      assert.equal(response.headers.get('access-control-allow-origin'), '*')
      assert.match(response.headers.get('content-type') ?? '', /^application\/json/)
      const { resource, authorization_servers, scopes_supported } = (await response.json()) as Record<string, unknown>
      assert.deepEqual(
        { resource, authorization_servers, scopes_supported },
        { resource: audience, authorization_servers: [issuer.url], scopes_supported: ['read', 'write'] },
      )
      assert.equal((await ask('/.well-known/oauth-protected-resource/v1', 'POST')).status, 404)
    })

    test('answers 503 when the issuer was never there, and lets a fault be a fault', async () => {
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
  })
}
