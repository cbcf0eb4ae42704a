/** Tokens bound to a certificate, wherever one is issued or accepted — RFC 8705 §3, §4 — behind a proxy that forwards it. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { createGuard, type Refused } from '@gatehouse/guard'
import { SignJWT } from 'jose'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { type Identity, selfSigned } from '../certificates.ts'
import { engines } from '../postgres.ts'
import { type Answer, type Application, alice, application, call, callback, claimsOf, encode } from './application.ts'
import { aKey } from './dpop-proofs.ts'

const bound = { tls_client_certificate_bound_access_tokens: true }
const proxied = { FEATURES_MUTUAL_TLS: 'true', MTLS_PROXY: 'rfc9440', TRUSTED_PROXIES: '127.0.0.1,::1' }
const now = Math.floor(Date.now() / 1000)

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`certificate-bound tokens, on ${engine}`, () => {
    let gatehouse: TestApp
    let app: Application
    let open: Application
    let ours: Identity
    let others: Identity
    before(async () => {
      gatehouse = await testApp(engine, proxied)
      ;[ours, others] = [await selfSigned(), await selfSigned()]
      await gatehouse.addAccount({ username: alice.username }, alice.password)
      const people = { redirect_uris: [callback], grant_types: ['authorization_code', 'refresh_token'], scope: 'openid offline_access' }
      await gatehouse.addClient({ ...people, ...bound, client_id: 'app' }, 'secret')
      await gatehouse.addClient({ ...people, ...bound, client_id: 'open', token_endpoint_auth_method: 'none' })
      const machine = { grant_types: ['client_credentials'], scope: '' }
      await gatehouse.addClient({ ...machine, ...bound, client_id: 'machine' }, 'secret')
      await gatehouse.addClient({ ...machine, ...bound, client_id: 'opaque', access_token_format: 'opaque' }, 'secret')
      await gatehouse.addClient({ ...machine, client_id: 'unbound' }, 'secret')
      await gatehouse.addClient({ ...machine, ...bound, client_id: 'admin', scope: 'admin:users:read' }, 'secret')
      await gatehouse.addClient({ ...machine, ...bound, client_id: 'strict', policy: { sender_constraint: 'required' } }, 'secret')
      await gatehouse.addClient({ ...machine, client_id: 'api', resource_server: gatehouse.issuer }, 'secret')
      app = application(gatehouse, { id: 'app', secret: 'secret', scope: 'openid offline_access' })
      open = application(gatehouse, { id: 'open', scope: 'openid offline_access' })
    })
    after(() => gatehouse.close())

    const shown = (identity?: Identity): Record<string, string> =>
      identity ? { 'client-cert': `:${identity.der.toString('base64')}:` } : {}
    const machine = (id: string, identity?: Identity, more: Record<string, string> = {}) => {
      const own = application(gatehouse, { id, secret: 'secret' })
      return own.post('/token', { grant_type: 'client_credentials' }, { ...own.header, ...shown(identity), ...more })
    }
    const use = (path: string, token: string, identity?: Identity, scheme = 'Bearer') =>
      call(gatehouse.issuer + path, { headers: { authorization: `${scheme} ${token}`, ...shown(identity) } })
    const inForm = (token: string, identity?: Identity) =>
      call(`${gatehouse.issuer}/userinfo`, { body: encode({ access_token: token }), headers: shown(identity) })

    const missing = 'the access token is bound to a certificate; present it while it is in force'
    const foreign = 'the access token is bound to another certificate'

    for (const id of ['machine', 'opaque', 'strict'])
      test(`a token of ${id} is bound to the certificate, of type Bearer`, async () => {
        const { status, body } = await machine(id, ours)
        assert.deepEqual([status, body.token_type], [200, 'Bearer'])
        if (id !== 'opaque') assert.deepEqual(claimsOf(body.access_token)['cnf'], { 'x5t#S256': ours.x5t })
        const api = application(gatehouse, { id: 'api', secret: 'secret' })
        const told = await api.post('/introspect', { token: body.access_token })
        assert.deepEqual([told.body.active, told.body.token_type, told.body.cnf], [true, 'Bearer', { 'x5t#S256': ours.x5t }]) // §3.2
      })

    test('a token of a client that is not registered for it is not bound, whatever is presented', async () => {
      const { body } = await machine('unbound', ours)
      assert.equal(claimsOf(body.access_token)['cnf'], undefined)
      assert.equal((await use('/userinfo', body.access_token)).status, 200)
      assert.equal((await use('/userinfo', body.access_token, others)).status, 200)
    })

    const places: Record<string, (token: string, identity?: Identity) => Promise<Answer>> = {
      UserInfo: (token, identity) => use('/userinfo', token, identity),
      'UserInfo, with the token in the form': inForm,
      'the administration API': (token, identity) => use('/api/v1/admin/users', token, identity),
    }
    for (const [place, ask] of Object.entries(places)) {
      const client = place.startsWith('UserInfo') ? 'machine' : 'admin'
      const token = async (identity: Identity) => {
        const own = application(gatehouse, { id: client, secret: 'secret' })
        const resource = client === 'admin' ? { resource: `${gatehouse.issuer}/api/v1/admin` } : {}
        return (await own.post('/token', { grant_type: 'client_credentials', ...resource }, { ...own.header, ...shown(identity) })).body
          .access_token
      }
      test(`${place} accepts a token with its certificate alone`, async () => {
        const text = await token(ours)
        assert.equal((await ask(text, ours)).status, 200)
        for (const [identity, description] of [
          [undefined, missing],
          [others, foreign],
          [await selfSigned({ pairOf: ours }), foreign],
        ] as const) {
          const refused = await ask(text, identity)
          assert.equal(refused.status, 401)
          const told = JSON.parse(refused.text)
          assert.equal(told.error_description ?? told.detail, description)
          assert.match(refused.headers.get('www-authenticate') ?? '', /^Bearer .*error="invalid_token"/)
        }
      })
      test(`${place} accepts no certificate that is not in force, and none that cannot be read`, async () => {
        const brief = await selfSigned({ notAfter: gatehouse.now() + 60 })
        const text = await token(brief)
        assert.equal((await ask(text, brief)).status, 200)
        gatehouse.advance(61)
        assert.equal((await ask(text, brief)).status, 401)
        assert.equal((await ask(text, { ...brief, der: Buffer.from('garbage') })).status, 401)
        assert.equal((await ask(text, { ...brief, der: Buffer.alloc(0) })).status, 401)
      })
    }

    test('the guard of an API judges the same certificates alike', async () => {
      const guard = createGuard({
        issuer: gatehouse.issuer,
        audience: gatehouse.issuer,
        now: gatehouse.now,
        mtls: { proxies: ['10.0.0.1'] },
      })
      const { body } = await machine('machine', ours)
      const vectors: [header: Record<string, string>, description: string | undefined][] = [
        [shown(ours), undefined],
        [{}, 'the access token is bound to a certificate; present it'],
        [shown(others), foreign],
        [shown(await selfSigned({ pairOf: ours })), foreign],
        [
          { 'client-cert': `${shown(ours)['client-cert']}, ${shown(ours)['client-cert']}` },
          'the access token is bound to a certificate; present it',
        ],
      ]
      for (const [header, description] of vectors) {
        const headers = { authorization: `Bearer ${body.access_token}`, ...header }
        const { status } = await call(`${gatehouse.issuer}/userinfo`, { headers })
        const told = await guard.check({ method: 'GET', url: '/', peerAddress: '10.0.0.1', headers }).then(
          () => undefined,
          (error: Refused) => error.description,
        )
        assert.deepEqual([status, told], [description === undefined ? 200 : 401, description])
      }
    })

    test('account API: a token that was not got there is refused, with its certificate and without', async () => {
      const { body } = await machine('machine', ours)
      assert.equal((await use('/api/v1/auth/me', body.access_token, ours)).status, 403)
      assert.equal((await use('/api/v1/auth/me', body.access_token)).status, 401)
    })

    test('a bound token is not accepted with the DPoP scheme', async () => {
      const { body } = await machine('machine', ours)
      assert.equal((await use('/userinfo', body.access_token, ours, 'DPoP')).status, 401)
    })

    const unusable: Record<string, () => Promise<Identity | undefined>> = {
      'no certificate': async () => undefined,
      'an expired certificate': () => selfSigned({ notAfter: now - 10 }),
      'a certificate that is not yet valid': () => selfSigned({ notBefore: now + 6000 }),
      'a certificate that cannot be read': async () => ({ ...ours, der: ours.der.subarray(1) }),
    }
    for (const [name, present] of Object.entries(unusable))
      test(`nothing is issued with ${name}`, async () => {
        for (const id of ['machine', 'strict']) {
          const { status, body } = await machine(id, await present())
          assert.deepEqual([status, body.error], [400, 'invalid_request'])
          assert.equal(body.error_description, 'this client must present a TLS certificate that is in force')
        }
      })

    test('a certificate and a DPoP proof at once are one too many', async () => {
      const { alg, privateKey, jwk } = await aKey()
      const dpop = await new SignJWT({ jti: 'one', htm: 'POST', htu: `${gatehouse.issuer}/token`, iat: gatehouse.now() })
        .setProtectedHeader({ alg, typ: 'dpop+jwt', jwk: jwk as never })
        .sign(privateKey)
      const { status, body } = await machine('machine', ours, { dpop })
      assert.deepEqual([status, body.error_description], [400, 'more than one proof of possession was sent'])
    })

    test('the refresh token of a public client is bound to the certificate, that of another follows its client', async () => {
      for (const [client, status] of [
        [open, 400],
        [app, 200],
      ] as const) {
        const code = await client.code(gatehouse.browser())
        const grant = { grant_type: 'authorization_code', code, redirect_uri: callback }
        const verifier = { code_verifier: 'the-verifier-of-an-application-under-test-0123456789' }
        const { body } = await client.post('/token', { ...grant, ...verifier }, { ...client.header, ...shown(ours) })
        assert.deepEqual(claimsOf(body.access_token)['cnf'], { 'x5t#S256': ours.x5t })
        const refresh = (identity?: Identity) =>
          client.post(
            '/token',
            { grant_type: 'refresh_token', refresh_token: body.refresh_token },
            { ...client.header, ...shown(identity) },
          )
        assert.equal((await refresh()).status, 400)
        const answer = await refresh(others)
        assert.equal(answer.status, status)
        if (status === 400) assert.equal(answer.body.error_description, 'refresh_token is bound to another key')
        assert.equal((await refresh(ours)).status, 200)
      }
    })

    test('a pushed request needs the certificate too', async () => {
      const fields = { response_type: 'code', redirect_uri: callback, code_challenge: 'x'.repeat(43), code_challenge_method: 'S256' }
      assert.equal((await app.post('/par', fields)).body.error, 'invalid_request')
      assert.equal((await app.post('/par', fields, { ...app.header, ...shown(ours) })).status, 201)
    })

    test('where the feature is off, bound clients get nothing and bound tokens are refused', async () => {
      const off = await testApp(engine)
      try {
        await off.addUnservedClient({ client_id: 'machine', grant_types: ['client_credentials'], scope: '', ...bound })
        const own = application(off, { id: 'machine', secret: 'secret' })
        const answer = await own.post('/token', { grant_type: 'client_credentials' }, { ...own.header, ...shown(ours) })
        assert.deepEqual([answer.status, answer.body.error_description], [400, 'this client must prove possession of a key'])
        const { keys, issuer } = off.root.ctx
        const times = { iat: off.now(), exp: off.now() + 60 }
        const claims = {
          iss: issuer,
          sub: 'machine',
          aud: issuer,
          client_id: 'machine',
          jti: 'one',
          ...times,
          cnf: { 'x5t#S256': ours.x5t },
        }
        const text = await keys.sign('ES256', 'at+jwt', claims)
        const refused = await call(`${issuer}/userinfo`, { headers: { authorization: `Bearer ${text}`, ...shown(ours) } })
        assert.deepEqual(
          [refused.status, refused.body.error_description],
          [401, 'the access token is bound to a key; prove possession of it'],
        )
      } finally {
        await off.close()
      }
    })
  })
}
