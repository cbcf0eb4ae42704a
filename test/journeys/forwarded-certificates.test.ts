/** Certificates behind a reverse proxy that terminates TLS, and the aliases of endpoints — RFC 8705 §5, §6.5, RFC 9440. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import type { TLSSocket } from 'node:tls'
import { SignJWT } from 'jose'
import { type Engine, freePort, type TestApp, testApp } from '../app.ts'
import { type Authority, authority, type Identity, pem, selfSigned } from '../certificates.ts'
import { engines } from '../postgres.ts'
import { claimsOf } from './application.ts'
import { aKey } from './dpop-proofs.ts'
import { type Call, call, machine, secureServer } from './mutual-tls-setup.ts'

/** What a proxy says of the certificate of its client. */
const forwards: Record<string, (der: Buffer, text: string) => Record<string, string>> = {
  rfc9440: (der) => ({ 'client-cert': `:${der.toString('base64')}:` }),
  nginx: (_, text) => ({ 'ssl-client-cert': encodeURIComponent(text) }),
  envoy: (_, text) => ({ 'x-forwarded-client-cert': `Hash=ab;Cert="${encodeURIComponent(text)}";Subject="CN=a, b"` }),
  haproxy: (der) => ({ 'x-ssl-client-cert': der.toString('base64') }),
}

/** Passes requests on to `port`, without what the client itself said of certificates. */
async function reverseProxy(format: string, identity: Identity, port: number): Promise<Server> {
  const options = { cert: identity.cert, key: identity.key, requestCert: true, rejectUnauthorized: false }
  const proxy = createServer(options, (asked, answer) => {
    const certificate = (asked.socket as TLSSocket).getPeerX509Certificate()
    const kept = Object.entries(asked.headers).filter(([name]) => !/cert/.test(name))
    const shown = certificate ? forwards[format]!(certificate.raw, certificate.toString()) : {}
    const headers = { ...Object.fromEntries(kept), ...shown }
    const passed = request({ host: 'localhost', port, method: asked.method, path: asked.url, headers }, (got) => {
      answer.writeHead(got.statusCode ?? 502, got.headers)
      got.pipe(answer)
    })
    asked.pipe(passed)
  })
  proxy.listen(0, 'localhost')
  await once(proxy, 'listening')
  return proxy
}

const bound = { grant_type: 'client_credentials', client_id: 'robot' }

for (const engine of Object.keys(engines) as Engine[]) {
  for (const format of Object.keys(forwards)) {
    suite(`behind a proxy that writes ${format}, on ${engine}`, () => {
      const folder = mkdtempSync(join(tmpdir(), 'gatehouse-proxy-'))
      let gatehouse: TestApp
      let proxy: Server
      let web: Authority
      let bank: Authority
      let robot: Identity
      let outside: string
      before(async () => {
        ;[web, bank] = [await authority('CN=Web'), await authority('CN=Bank')]
        robot = await bank.issue({ subject: 'CN=robot' })
        writeFileSync(join(folder, 'ca.pem'), pem(bank))
        const port = await freePort()
        proxy = await reverseProxy(format, await web.issue({ names: [{ type: 'dns', value: 'localhost' }] }), port)
        outside = `https://localhost:${(proxy.address() as AddressInfo).port}`
        gatehouse = await testApp(engine, {
          ISSUER: `http://localhost:${port}`,
          LISTEN_PORT: String(port),
          FEATURES_MUTUAL_TLS: 'true',
          FEATURES_TLS_CLIENT_AUTH: 'true',
          MTLS_CA_FILE: join(folder, 'ca.pem'),
          MTLS_PROXY: format,
          MTLS_ORIGIN: outside,
          TRUSTED_PROXIES: '127.0.0.1,::1',
        })
        await gatehouse.addClient(machine('robot'))
      })
      after(async () => {
        proxy.close()
        await gatehouse.close()
        rmSync(folder, { recursive: true })
      })
      const send = (path: string, options: Call) => call(outside + path, options, pem(web))

      test('a client authenticates, and its token is bound', async () => {
        const { status, body } = await send('/token', { form: bound, identity: robot })
        assert.equal(status, 200)
        assert.deepEqual(claimsOf(body.access_token)['cnf'], { 'x5t#S256': robot.x5t })
        const headers = { authorization: `Bearer ${body.access_token}` }
        assert.equal((await send('/userinfo', { headers, identity: robot })).status, 200)
        assert.equal((await send('/userinfo', { headers, identity: await selfSigned() })).status, 401)
        assert.equal((await send('/userinfo', { headers })).status, 401)
      })

      test('what the client says itself of a certificate is not believed', async () => {
        const forged = forwards[format]!(robot.der, pem(robot))
        for (const identity of [undefined, await selfSigned({ subject: 'CN=robot' })])
          assert.equal((await send('/token', { form: bound, headers: forged, identity })).status, 401)
      })

      test('headers that are too large are refused as such', async () => {
        const [name] = Object.keys(forwards[format]!(robot.der, ''))
        const answer = await call(`${gatehouse.issuer}/token`, { form: bound, headers: { [name as string]: 'A'.repeat(20_000) } }, '')
        assert.equal(answer.status, 431)
      })

      test('the aliases are what programs call, and they answer', async () => {
        const { body } = await send('/.well-known/openid-configuration', {})
        const aliases = body.mtls_endpoint_aliases
        const pages = ['authorization_endpoint', 'end_session_endpoint']
        const called = Object.keys(body).filter((name) => name.endsWith('_endpoint') && !pages.includes(name))
        assert.ok(['token_endpoint', 'userinfo_endpoint', 'introspection_endpoint'].every((name) => called.includes(name)))
        assert.deepEqual(Object.keys(aliases).toSorted(), called.toSorted())
        for (const [name, address] of Object.entries<string>(aliases)) {
          const path = address.slice(outside.length) + (name === 'grant_management_endpoint' ? '/none' : '')
          assert.notEqual((await send(path, { form: {} })).status, 404, path)
        }
        for (const [name, address] of Object.entries(aliases)) assert.equal(address, body[name].replace(gatehouse.issuer, outside))
        assert.equal(body.issuer, gatehouse.issuer)
      })
    })
  }

  suite(`headers of nobody in particular, on ${engine}`, () => {
    test('are ignored where the proxy is elsewhere', async () => {
      const settings = { FEATURES_MUTUAL_TLS: 'true', MTLS_PROXY: 'rfc9440', TRUSTED_PROXIES: '203.0.113.7' }
      const gatehouse = await testApp(engine, settings)
      try {
        const own = await selfSigned()
        const method = { token_endpoint_auth_method: 'self_signed_tls_client_auth', jwks: { keys: [own.jwk] } }
        await gatehouse.addClient(machine('robot', method))
        const headers = { ...forwards['rfc9440']!(own.der, ''), 'x-forwarded-for': '203.0.113.7' }
        const { status, body } = await call(`${gatehouse.issuer}/token`, { form: bound, headers }, '')
        assert.deepEqual([status, body.error], [401, 'invalid_client'])
      } finally {
        await gatehouse.close()
      }
    })
  })

  suite(`a second port, on ${engine}`, () => {
    test('alone asks for certificates, and answers under its own address', async () => {
      const server = await secureServer(engine, 'second')
      try {
        const identity = await server.bank.issue({ subject: 'CN=robot' })
        const { gatehouse, origin, ca } = server
        await gatehouse.addClient(machine('robot'))
        await gatehouse.addClient(machine('prover', { tls_client_certificate_bound_access_tokens: false, dpop_bound_access_tokens: true }))
        assert.equal((await call(`${gatehouse.issuer}/token`, { form: bound, identity }, ca)).status, 401)
        assert.equal((await call(`${origin}/token`, { form: bound, identity }, ca)).status, 200)
        const { body } = await call(`${gatehouse.issuer}/.well-known/openid-configuration`, {}, ca)
        assert.equal(body.mtls_endpoint_aliases.token_endpoint, `${origin}/token`)

        const { alg, privateKey, jwk } = await aKey()
        const proof = (htu: string) =>
          new SignJWT({ jti: htu, htm: 'POST', htu, iat: gatehouse.now() })
            .setProtectedHeader({ alg, typ: 'dpop+jwt', jwk: jwk as never })
            .sign(privateKey)
        const prover = await server.bank.issue({ subject: 'CN=prover' })
        const ask = async (htu: string) => {
          const headers = { dpop: await proof(htu) }
          return (await call(`${origin}/token`, { form: { ...bound, client_id: 'prover' }, headers, identity: prover }, ca)).status
        }
        assert.deepEqual([await ask(`${origin}/token`), await ask(`${gatehouse.issuer}/token`)], [200, 400])
      } finally {
        await server.close()
      }
    })
  })
}
