/** What tokens say, who may look into them, and how they are taken back — RFC 9068, RFC 7662, RFC 7009, RFC 8707, OpenID Connect Core §2, §5. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { leftHalfHash } from '../../src/protocol/codec/digest.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import type { TinyBrowser } from '../tiny-browser.ts'
import { type Answer, type Application, alice, application, call, callback, claimsOf } from './application.ts'

const algs = ['ES256', 'RS256', 'PS256', 'EdDSA'] as const
const api = 'https://api.example/'
const files = 'https://files.example'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`tokens, on ${engine}`, () => {
    let gatehouse: TestApp
    let app: Application
    let opaque: Application
    let server: Application
    let browser: TinyBrowser
    before(async () => {
      gatehouse = await testApp(engine)
      const client = {
        redirect_uris: [callback],
        grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
        scope: 'openid email profile phone offline_access read',
        policy: { consent: 'skip' },
      }
      await gatehouse.addClient({ ...client, client_id: 'app' }, 'secret')
      await gatehouse.addClient({ ...client, client_id: 'opaque', access_token_format: 'opaque' }, 'secret')
      await gatehouse.addClient({ client_id: 'api', grant_types: ['client_credentials'], resource_server: api }, 'secret')
      await gatehouse.addClient({ client_id: 'stranger', grant_types: ['client_credentials'], resource_server: files }, 'secret')
      for (const alg of algs)
        await gatehouse.addClient(
          { ...client, client_id: alg, id_token_signed_response_alg: alg, access_token_signed_response_alg: alg },
          'secret',
        )
      const resource = { name: 'API', scopes: {} }
      await gatehouse.root.store.resourcesAdmin.add({
        ...resource,
        identifier: api,
        access_token_lifetime: 120,
        access_token_signed_response_alg: 'EdDSA',
      })
      await gatehouse.root.store.resourcesAdmin.add({ ...resource, identifier: files, access_token_format: 'opaque' })
      const claims = { name: 'Alice Liddell', given_name: 'Alice', email_verified: true }
      await gatehouse.addAccount({ sub: 'a-subject', username: alice.username, email: 'alice@example.com', claims }, alice.password)
      app = named('app')
      opaque = named('opaque')
      server = named('api')
      browser = gatehouse.browser()
      await app.arrive(browser)
    })
    after(() => gatehouse.close())

    const named = (id: string) => application(gatehouse, { id, secret: 'secret' })
    const introspect = async (who: Application, token: string) => (await who.post('/introspect', { token })).body
    const userinfo = (token: string) => call(`${gatehouse.issuer}/userinfo`, { headers: { authorization: `Bearer ${token}` } })
    const isInvalid = ({ status, body }: Answer, error: string) => assert.deepEqual([status, body.error], [400, error])

    for (const alg of algs) {
      test(`signed with ${alg}, and good by the published keys`, async () => {
        const code = await named(alg).code(browser, { scope: 'openid email', nonce: 'n-1' })
        const { access_token, id_token } = (await named(alg).redeem(code)).body
        const keys = createLocalJWKSet((await call(`${gatehouse.issuer}/.well-known/jwks.json`)).body)
        const current = { currentDate: new Date(gatehouse.now() * 1000), algorithms: [alg], issuer: gatehouse.issuer }
        const id = await jwtVerify(id_token, keys, { ...current, typ: 'JWT', audience: alg })
        const { at_hash, c_hash, sid, iat, exp, auth_time, ...rest } = id.payload
        assert.deepEqual(rest, { iss: gatehouse.issuer, sub: 'a-subject', aud: alg, nonce: 'n-1', acr: 'aal1', amr: ['pwd'] }) // no azp: Core §2
        assert.deepEqual([at_hash, c_hash], [leftHalfHash(alg, access_token), leftHalfHash(alg, code)])
        assert.ok((auth_time as number) <= (iat as number) && iat === gatehouse.now() && exp === iat + 3600 && typeof sid === 'string')
        const access = await jwtVerify(access_token, keys, { ...current, typ: 'at+jwt', audience: gatehouse.issuer })
        const { jti, gid, fid, ...told } = access.payload
        assert.ok(jti && gid && fid)
        assert.deepEqual(told, {
          ...{
            iss: gatehouse.issuer,
            sub: 'a-subject',
            aud: gatehouse.issuer,
            client_id: alg,
            scope: 'openid email',
            iat,
            exp: gatehouse.now() + 3600,
          },
          ...{ auth_time, acr: 'aal1', amr: ['pwd'], sid },
        })
      })
    }
    test('published keys are public, and each serves one algorithm, but for the one that decrypts', async () => {
      const { keys } = (await call(`${gatehouse.issuer}/.well-known/jwks.json`)).body
      const signing = keys.filter(({ use }: { use: string }) => use === 'sig')
      assert.deepEqual(signing.map((key: { alg: string }) => key.alg).sort(), [...algs].sort())
      const others = keys.filter((key: object) => !signing.includes(key))
      assert.deepEqual(
        others.map(({ use, kty, crv, alg }: Record<string, string>) => [use, kty, crv, alg]),
        [['enc', 'EC', 'P-256', undefined]],
      )
      for (const key of keys) {
        for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) assert.equal(secret in key, false)
      }
    })

    for (const format of ['jwt', 'opaque']) {
      const who = () => (format === 'jwt' ? app : opaque)
      test(`${format}: UserInfo returns what the scope allows`, async () => {
        const told = async (scope: string) => (await userinfo((await who().tokens(browser, { scope })).access_token)).body
        assert.deepEqual(await told('openid'), { sub: 'a-subject' })
        assert.deepEqual(await told('openid email phone'), { sub: 'a-subject', email: 'alice@example.com', email_verified: true })
        const { updated_at, ...profile } = await told('openid profile')
        assert.equal(typeof updated_at, 'number')
        assert.deepEqual(profile, { sub: 'a-subject', name: 'Alice Liddell', given_name: 'Alice', preferred_username: alice.username })
      })
      test(`${format}: introspection`, async () => {
        const { access_token } = await who().tokens(browser, { scope: 'openid email' })
        const { jti, sub, exp, iat, auth_time, ...told } = await introspect(who(), access_token)
        assert.ok(typeof jti === 'string' && sub === 'a-subject' && iat === gatehouse.now() && exp === iat + 3600 && auth_time <= iat)
        const common = { active: true, iss: gatehouse.issuer, aud: gatehouse.issuer, acr: 'aal1', amr: ['pwd'] }
        assert.deepEqual(told, { ...common, client_id: who().id, scope: 'openid email', token_type: 'Bearer', username: alice.username })
        for (const stranger of [server, named('stranger'), format === 'jwt' ? opaque : app])
          assert.deepEqual(await introspect(stranger, access_token), { active: false })
      })
      test(`${format}: expires everywhere at once`, async () => {
        const { access_token } = await who().tokens(browser)
        gatehouse.advance(3599)
        assert.equal((await userinfo(access_token)).status, 200)
        gatehouse.advance(1)
        assert.equal((await userinfo(access_token)).status, 401)
        assert.deepEqual(await introspect(who(), access_token), { active: false })
        browser = gatehouse.browser()
        await app.arrive(browser)
      })
      test(`${format}: revoked alone`, async () => {
        const { access_token, refresh_token } = await who().tokens(browser, { scope: 'openid offline_access' })
        const twin = (await who().refresh(refresh_token)).body
        isInvalid(await (format === 'jwt' ? opaque : app).post('/revoke', { token: access_token }), 'invalid_grant')
        assert.equal((await introspect(who(), access_token)).active, true)
        for (const hint of ['refresh_token', 'nonsense'])
          assert.equal((await who().post('/revoke', { token: access_token, token_type_hint: hint })).status, 200)
        assert.equal((await userinfo(access_token)).status, 401)
        assert.deepEqual(await introspect(who(), access_token), { active: false })
        assert.equal((await userinfo(twin.access_token)).status, 200)
        assert.equal((await who().refresh(twin.refresh_token)).status, 200)
      })
      test(`${format}: revoked with the refresh token, all of the family and no other`, async () => {
        const elsewhere = await who().tokens(browser, { scope: 'openid offline_access' })
        const first = await who().tokens(browser, { scope: 'openid offline_access' })
        const second = (await who().refresh(first.refresh_token)).body
        isInvalid(await (format === 'jwt' ? opaque : app).post('/revoke', { token: second.refresh_token }), 'invalid_grant')
        assert.equal((await who().post('/revoke', { token: second.refresh_token, token_type_hint: 'access_token' })).status, 200)
        for (const { access_token, refresh_token } of [first, second]) {
          assert.equal((await userinfo(access_token)).status, 401)
          assert.deepEqual(await introspect(who(), access_token), { active: false })
          assert.deepEqual(await introspect(who(), refresh_token), { active: false })
          isInvalid(await who().refresh(refresh_token), 'invalid_grant')
        }
        assert.equal((await userinfo(elsewhere.access_token)).status, 200)
        assert.equal((await who().refresh(elsewhere.refresh_token)).status, 200)
      })
      test(`${format}: of the client itself`, async () => {
        const { access_token } = (await who().post('/token', { grant_type: 'client_credentials', scope: 'read' })).body
        const { jti, iat, exp, ...told } = await introspect(who(), access_token)
        assert.ok(jti && exp === iat + 3600)
        assert.deepEqual(told, {
          active: true,
          iss: gatehouse.issuer,
          sub: who().id,
          aud: gatehouse.issuer,
          client_id: who().id,
          scope: 'read',
          token_type: 'Bearer',
        })
        assert.equal((await who().post('/revoke', { token: access_token })).status, 200)
        assert.deepEqual(await introspect(who(), access_token), { active: false })
      })
    }
    test('introspection of a refresh token: its client alone, while it is the latest', async () => {
      const { refresh_token } = await app.tokens(browser, { scope: 'openid offline_access' })
      const { exp, iat, ...told } = await introspect(app, refresh_token)
      assert.deepEqual(told, { active: true, iss: gatehouse.issuer, sub: 'a-subject', client_id: 'app', scope: 'openid offline_access' })
      assert.equal(exp - iat, 2_592_000)
      assert.deepEqual(await introspect(opaque, refresh_token), { active: false })
      await app.refresh(refresh_token)
      assert.deepEqual(await introspect(app, refresh_token), { active: false })
    })
    test('introspection of tokens of other kinds: ID token, code', async () => {
      const { id_token } = await app.tokens(browser)
      assert.deepEqual(await introspect(app, id_token), { active: false })
      assert.deepEqual(await introspect(app, await app.code(browser)), { active: false })
    })

    test('a resource has a say: audience, algorithm, format, the shorter lifetime', async () => {
      const { access_token, expires_in } = await app.tokens(browser, { resource: api, scope: 'read' })
      assert.deepEqual([claimsOf(access_token).aud, expires_in], [api, 120])
      assert.equal(JSON.parse(Buffer.from(access_token.split('.')[0], 'base64url').toString()).alg, 'EdDSA')
      assert.equal((await introspect(server, access_token)).active, true)
      assert.deepEqual(await introspect(named('stranger'), access_token), { active: false })
      assert.equal((await userinfo(access_token)).status, 401) // not for this server
      const both = await app.tokens(browser, { resource: [api, files], scope: 'openid' })
      assert.match(both.access_token, /^gth_at_/)
      assert.deepEqual((await introspect(server, both.access_token)).aud, [api, files, gatehouse.issuer])
      assert.equal((await userinfo(both.access_token)).status, 200)
    })
    test('a resource that was granted may be asked for again, alone; another may not', async () => {
      const code = await app.code(browser, { resource: [api, files], scope: 'read' })
      isInvalid(await app.redeem(code, { resource: 'https://other.example' }), 'invalid_target')
      const first = (await app.redeem(code, { resource: files })).body
      assert.equal((await introspect(app, first.access_token)).aud, files)
      const second = (await app.refresh(first.refresh_token, { resource: api })).body
      assert.equal(claimsOf(second.access_token).aud, api)
      isInvalid(await app.refresh(second.refresh_token, { resource: gatehouse.issuer }), 'invalid_target')
      const third = (await app.refresh(second.refresh_token)).body
      assert.deepEqual((await introspect(app, third.access_token)).aud, [api, files])
      const plain = await app.code(browser, { scope: 'read' })
      isInvalid(await app.redeem(plain, { resource: api }), 'invalid_target') // RFC 8707 §2.2
    })
    test('a resource for the client itself', async () => {
      const ask = (resource: string | string[]) => app.post('/token', { grant_type: 'client_credentials', scope: 'read', resource })
      assert.equal(claimsOf((await ask(api)).body.access_token).aud, api)
      assert.deepEqual((await introspect(app, (await ask([files, api, api])).body.access_token)).aud, [files, api])
      for (const wrong of ['https://other.example', `${api}#x`, 'api', `${api}other`]) isInvalid(await ask(wrong), 'invalid_target')
    })
  })
}
