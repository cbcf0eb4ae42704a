/** Keys that a client publishes at its jwks_uri — OpenID Connect Registration §2, RFC 7591 §2. */
import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, suite, test } from 'node:test'
import { compactDecrypt, exportJWK, generateKeyPair, type JWK } from 'jose'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { type Answer, alice, application, call, callback, challenge, encode, told } from './application.ts'
import { aClientKey, type ClientKey, signedWith } from './signed-by-clients.ts'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`jwks_uri, on ${engine}`, () => {
    let gatehouse: TestApp
    let origin: string
    let [first, second]: ClientKey[] = []
    let count = 0
    let asked = 0
    const published: Record<string, readonly JWK[] | RequestListener> = {}
    const server = createServer((request, response) => {
      asked++
      const it = published[request.url as string] ?? []
      if (typeof it === 'function') it(request, response)
      else response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: it }))
    })
    before(async () => {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      gatehouse = await testApp(engine, { LOG_LEVEL: 'warn' })
      await gatehouse.addAccount({ username: alice.username }, alice.password)
      ;[first, second] = [await aClientKey('ES256', 'first'), await aClientKey('ES256', 'second')]
    })
    after(async () => {
      server.closeAllConnections()
      server.close()
      await gatehouse.close()
    })

    async function machine(id: string, keys: readonly JWK[] | RequestListener): Promise<void> {
      published[`/${id}`] = keys
      const client = { grant_types: ['client_credentials'], token_endpoint_auth_method: 'private_key_jwt', scope: 'read' }
      await gatehouse.addClient({ ...client, client_id: id, jwks_uri: `${origin}/${id}` })
    }
    async function token(id: string, key: ClientKey): Promise<Answer> {
      const now = gatehouse.now()
      const client_assertion = await signedWith(key, {
        iss: id,
        sub: id,
        aud: gatehouse.issuer,
        jti: `${++count}`,
        iat: now,
        exp: now + 60,
      })
      const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
      return call(`${gatehouse.issuer}/token`, {
        body: encode({ grant_type: 'client_credentials', client_assertion_type: type, client_assertion }),
      })
    }

    test('a client replaces its key, and the new one is good at once', async () => {
      await machine('rotating', [first!.jwk])
      assert.equal((await token('rotating', first!)).status, 200)
      assert.equal((await token('rotating', second!)).status, 401)
      published['/rotating'] = [second!.jwk]
      const before = asked
      for (let i = 0; i < 5; i++) assert.equal((await token('rotating', second!)).status, 401, 'it is asked once in 30 seconds')
      assert.equal(asked, before)
      gatehouse.advance(30)
      assert.equal((await token('rotating', second!)).status, 200)
      assert.equal((await token('rotating', first!)).status, 401)
      assert.equal(asked, before + 1)
    })

    test('a key of the same kid that was replaced is noticed by its signature', async () => {
      await machine('same', [{ ...first!.jwk, kid: 'only' }])
      const named = (key: ClientKey) => ({ ...key, jwk: { ...key.jwk, kid: 'only' } })
      assert.equal((await token('same', named(first!))).status, 200)
      published['/same'] = [{ ...second!.jwk, kid: 'only' }]
      gatehouse.advance(30)
      assert.equal((await token('same', named(second!))).status, 200)
    })

    test('while the address does not answer, the known keys are good', async () => {
      await machine('down', [first!.jwk])
      assert.equal((await token('down', first!)).status, 200)
      published['/down'] = (request) => request.socket.destroy()
      gatehouse.advance(3600)
      for (let i = 0; i < 3; i++) assert.equal((await token('down', first!)).status, 200)
      const lines = gatehouse.logged().match(/^.*a key set cannot be had.*$/gm) ?? []
      assert.equal(lines.filter((line) => line.includes(`"url":"${origin}/down"`)).length, 1, 'once for each try')
      gatehouse.advance(86_400)
      assert.equal((await token('down', first!)).status, 401)
    })

    const bad: Record<string, RequestListener> = {
      'a redirect': (_, response) => response.writeHead(302, { location: `${origin}/good` }).end(),
      'an error': (_, response) => response.writeHead(500).end(),
      'no JSON': (_, response) => response.end('<html>'),
      'a huge answer': (_, response) => response.end('x'.repeat(100_000)),
      'private keys': async (_, response) =>
        response.end(JSON.stringify({ keys: [{ ...(await exportJWK(first!.privateKey)), kid: 'first' }] })),
    }
    for (const [name, answer] of Object.entries(bad))
      test(`refused: ${name} at jwks_uri`, async () => {
        published['/good'] = [first!.jwk]
        const id = name.replace(/ /g, '-')
        await machine(id, answer)
        const { status, body } = await token(id, first!)
        assert.deepEqual([status, body.error], [401, 'invalid_client'])
      })

    test('an address of this network is not asked', async () => {
      const guarded = await testApp(engine, { OUTBOUND_ALLOWED_ADDRESSES: '10.255.255.1' })
      published['/private'] = [first!.jwk]
      const before = asked
      await guarded.addClient({
        ...{ client_id: 'm', grant_types: ['client_credentials'], token_endpoint_auth_method: 'private_key_jwt', scope: 'read' },
        jwks_uri: `${origin}/private`,
      })
      const now = guarded.now()
      const client_assertion = await signedWith(first!, { iss: 'm', sub: 'm', aud: guarded.issuer, jti: 'x', exp: now + 60 })
      const fields = {
        grant_type: 'client_credentials',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion,
      }
      assert.equal((await call(`${guarded.issuer}/token`, { body: encode(fields) })).status, 401)
      assert.equal(asked, before)
      await guarded.close()
    })

    test('request objects are verified, and responses encrypted, with what is there', async () => {
      const { privateKey, publicKey } = await generateKeyPair('RSA-OAEP-256', { extractable: true })
      const members = { redirect_uris: [callback], authorization_encrypted_response_alg: 'RSA-OAEP-256', jwks_uri: `${origin}/app` }
      await gatehouse.addClient({ ...members, client_id: 'app', require_signed_request_object: true }, 'secret')
      const app = application(gatehouse, { id: 'app', secret: 'secret' })
      const claims = {
        client_id: 'app',
        aud: gatehouse.issuer,
        response_type: 'code',
        response_mode: 'jwt',
        redirect_uri: callback,
        scope: 'openid',
      }
      const request = await signedWith(first!, { ...claims, code_challenge: challenge, code_challenge_method: 'S256' })
      published['/app'] = [first!.jwk]
      const landing = await app.arrive(gatehouse.browser(), { request })
      assert.equal(landing.status, 400)
      assert.match(landing.html, /the client has no key for which its responses can be encrypted/)
      published['/app'] = [first!.jwk, { ...(await exportJWK(publicKey)), use: 'enc' }]
      gatehouse.advance(30)
      const { response } = told(await app.arrive(gatehouse.browser(), { request }))
      assert.equal((await compactDecrypt(response as string, privateKey)).protectedHeader.cty, 'JWT')
    })

    const notRegistered: [members: object, problem: RegExp][] = [
      [{ jwks_uri: 'https://app.example/keys', jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }] } }, /cannot stand beside jwks/],
      [{ jwks_uri: 'ftp://app.example/keys' }, /must be an absolute http or https URL/],
      [{ jwks_uri: `https://app.example/${'x'.repeat(2000)}` }, /jwks_uri/],
    ]
    for (const [members, problem] of notRegistered)
      test(`not registered: ${JSON.stringify(members).slice(0, 80)}`, () =>
        assert.rejects(gatehouse.addClient({ client_id: 'x', redirect_uris: [callback], ...members }), problem))
  })
}
