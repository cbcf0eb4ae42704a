/** Assertions of trusted issuers as authorization grants — RFC 7523 §2.1. */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, suite, test } from 'node:test'
import { CompactSign, SignJWT } from 'jose'
import * as oidc from 'openid-client'
import { connectionSchema } from '../../src/connections/connection.ts'
import { setStatus } from '../../src/identity/accounts.ts'
import { resourceSchema } from '../../src/protocol/resource.ts'
import { type TrustedIssuer, trustedIssuerSchema } from '../../src/protocol/trusted-issuer.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { type Application, application, claimsOf, type Fields } from './application.ts'
import { aKey } from './dpop-proofs.ts'
import { aClientKey, type ClientKey, signedWith } from './signed-by-clients.ts'

const grant_type = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const partner = 'https://partner.example'
const orders = 'https://orders.example'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`assertions of trusted issuers, on ${engine}`, () => {
    let gatehouse: TestApp
    let key: ClientKey
    let foreign: ClientKey
    let app: Application
    let subject: string
    let serial = 0
    before(async () => {
      gatehouse = await testApp(engine)
      const { addClient, root } = gatehouse
      ;[key, foreign] = [await aClientKey('ES256', 'partner-1'), await aClientKey('ES256', 'other-1')]
      const scopes = { 'orders:read': 'See orders', 'orders:write': 'Change orders' }
      await root.store.resourcesAdmin.add(resourceSchema.parse({ identifier: orders, name: 'Orders', scopes }))
      const usual = { grant_types: [grant_type], scope: 'openid orders:read orders:write profile' }
      await addClient({ ...usual, client_id: 'app' }, 'secret')
      await addClient({ ...usual, client_id: 'stranger' }, 'secret')
      await addClient({ ...usual, client_id: 'poor', scope: 'openid' }, 'secret')
      await addClient({ ...usual, client_id: 'public', token_endpoint_auth_method: 'none' })
      subject = await gatehouse.addAccount({ username: 'alice', email: 'alice@example.org' })
      await trust({})
      app = application(gatehouse, { id: 'app', secret: 'secret' })
    })
    after(() => gatehouse.close())

    async function trust(members: Partial<Record<keyof TrustedIssuer, unknown>>): Promise<void> {
      const { trustedIssuersAdmin } = gatehouse.root.store
      const given = {
        issuer: partner,
        jwks: { keys: [key.jwk] },
        clients: ['app', 'poor', 'public'],
        scope: 'orders:read profile',
        subject_kind: 'login',
        ...members,
      }
      const issuer = trustedIssuerSchema.parse(given)
      if (!(await trustedIssuersAdmin.add(issuer))) await trustedIssuersAdmin.replace(issuer)
    }

    const claims = (more: object = {}) => {
      const now = gatehouse.now()
      return { iss: partner, sub: 'alice', aud: gatehouse.issuer, iat: now, exp: now + 60, jti: `jti ${++serial}`, ...more }
    }
    const asserted = (more: object = {}, header: object = {}, by = key) => signedWith(by, claims(more), header)
    const redeem = (assertion: string, fields: Fields = {}, client = app) => client.post('/token', { grant_type, assertion, ...fields })

    test('a token for the person, with what issuer, client and request have in common, and no refresh token', async () => {
      const { status, body, headers } = await redeem(await asserted())
      assert.deepEqual(
        [status, body.scope, body.token_type, body.refresh_token, body.id_token],
        [200, 'orders:read profile', 'Bearer', undefined, undefined],
      )
      assert.equal(headers.get('cache-control'), 'no-store')
      const { sub, client_id, aud, acr, sid } = claimsOf(body.access_token)
      assert.deepEqual([sub, client_id, aud, acr, sid], [subject, 'app', gatehouse.issuer, undefined, undefined])
      const narrow = await redeem(await asserted(), { scope: 'orders:read', resource: orders })
      assert.deepEqual([narrow.body.scope, claimsOf(narrow.body.access_token).aud], ['orders:read', orders])
      const events = await gatehouse.root.store.audit.search({ limit: 50, newestFirst: false })
      assert.ok(events.some(({ act, target, detail }) => act === 'token.assertion' && target === subject && detail?.['issuer'] === partner))
    })

    test('what the person revokes ends its tokens', async () => {
      const { access_token: token } = (await redeem(await asserted())).body
      const [grant] = await gatehouse.root.store.grantsAdmin.list({ subject, clientId: 'app', limit: 1 })
      const introspect = async () => (await app.post('/introspect', { token })).body.active
      assert.equal(await introspect(), true)
      await gatehouse.root.store.grants.revoke(grant!.id, gatehouse.now())
      assert.equal(await introspect(), false)
    })

    test('of ten requests with one assertion exactly one gets a token', async () => {
      const assertion = await asserted()
      const answers = await Promise.all(Array.from({ length: 10 }, () => redeem(assertion)))
      assert.equal(answers.filter(({ status }) => status === 200).length, 1)
      assert.equal(answers.filter(({ body }) => body.error === 'invalid_grant').length, 9)
    })

    test('what fails for another reason can be repeated', async () => {
      const assertion = await asserted()
      assert.equal((await redeem(assertion, { scope: 'orders:write' })).body.error, 'invalid_scope')
      assert.equal((await redeem(assertion, { resource: 'https://nowhere.example' })).body.error, 'invalid_target')
      assert.equal((await redeem(assertion)).status, 200)
    })

    test('openid-client presents one', async () => {
      const config = new oidc.Configuration(
        { issuer: gatehouse.issuer, token_endpoint: `${gatehouse.issuer}/token` },
        'app',
        undefined,
        oidc.ClientSecretBasic('secret'),
      )
      oidc.allowInsecureRequests(config)
      const tokens = await oidc.genericGrantRequest(config, grant_type, { assertion: await asserted() })
      assert.equal(tokens.scope, 'orders:read profile')
    })

    test('the keys of an issuer are read at its address, and again when they change', async () => {
      const server = createServer((_request, response) => response.end(JSON.stringify({ keys: [foreign.jwk] })))
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      try {
        await trust({ jwks: undefined, jwks_uri: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks` })
        assert.equal((await redeem(await asserted({}, {}, foreign))).status, 200)
        assert.equal((await redeem(await asserted())).body.error, 'invalid_grant')
      } finally {
        await trust({})
        server.close()
      }
    })

    test('the subject is an account, a login, a verified address or a connected identity, as is declared', async () => {
      const ok = async (members: object, more: object) => {
        await trust(members)
        const { body, status } = await redeem(await asserted(more))
        return status === 200 ? claimsOf(body.access_token).sub === subject : body.error_description
      }
      const email = { subject_claim: 'email' }
      const nobody = 'nobody here is the person of the assertion, or their account is not active'
      try {
        assert.equal(await ok({ subject_kind: 'account' }, { sub: subject }), true)
        assert.equal(await ok({ subject_kind: 'account' }, { sub: 'alice' }), nobody)
        assert.equal(await ok(email, { email: 'alice@example.org', email_verified: true }), true)
        assert.equal(await ok(email, { email: 'alice@example.org' }), 'email_verified of the assertion must be true')
        assert.equal(await ok({ subject_claim: 'constructor' }, {}), 'the assertion lacks the claim that says whom it is about')
        const connected = { subject_kind: 'connection', connection: 'staff' }
        assert.equal(await ok(connected, { sub: 'upstream' }), nobody)
        const { connections } = gatehouse.root.store
        const staff = connectionSchema.parse({ name: 'staff', issuer: 'https://sso.example', client_id: 'gatehouse' })
        await connections.add(staff, undefined)
        await gatehouse.root.store.upstreamIdentities.link({
          connection: 'staff',
          upstreamSubject: 'upstream',
          subject,
          label: undefined,
          createdAt: gatehouse.now(),
          lastUsedAt: undefined,
        })
        assert.equal(await ok(connected, { sub: 'upstream' }), true)
        await connections.replace({ ...staff, enabled: false })
        assert.equal(await ok(connected, { sub: 'upstream' }), nobody, 'hole 2: nobody can use a connection that is disabled')
        await connections.replace(staff)
        assert.equal(await ok(connected, { sub: 'upstream' }), true)
      } finally {
        await trust({})
      }
    })

    test('an assertion that names a key is for its holder alone', async () => {
      const holder = await aKey()
      const cnf = { jkt: holder.jkt }
      const proof = new SignJWT({ jti: 'proof', htm: 'POST', htu: `${gatehouse.issuer}/token`, iat: gatehouse.now() })
        .setProtectedHeader({ alg: holder.alg, typ: 'dpop+jwt', jwk: holder.jwk as never })
        .sign(holder.privateKey)
      const bound = { ...app.header, dpop: await proof }
      const { body } = await app.post('/token', { grant_type, assertion: await asserted({ cnf }) }, bound)
      assert.equal(body.token_type, 'DPoP')
      for (const wrong of [cnf, 'key', { jwk: {} }])
        assert.equal(
          (await redeem(await asserted({ cnf: wrong }))).body.error_description,
          'the assertion is bound to a key; prove possession of it',
        )
    })

    const unsigned = (header: object, signature = 'AA') =>
      `${[header, claims()].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.${signature}`
    const bad = 'assertion must be one signed JWT of at most 16384 characters'
    const signature = 'assertion is not signed by a key of its issuer with an algorithm that the issuer may use'
    const untrusted = 'assertion is of an issuer, or of a type, that this client may not present'
    const audience = 'aud of the assertion must be this server alone'
    const numbers = 'exp, nbf and iat of the assertion must be numbers'
    const expired = 'the assertion has expired, or has no exp'
    const early = 'the assertion is not yet good; check the clock of its issuer'
    const long = 'the assertion is valid for longer than those of its issuer may be'
    const sub = 'sub of the assertion must be a text of 1 to 255 characters'
    const jti = 'jti of the assertion must be a text of 1 to 255 characters'
    const purpose = 'typ of the assertion is that of a JWT for another purpose'
    const refused: readonly [what: string, assertion: () => Promise<string> | string, description: string][] = [
      ['no JWT', () => 'assertion', bad],
      ['a payload that is no object', () => signedWithText(key, '[]'), bad],
      ['one that is too long', () => asserted({ more: 'x'.repeat(16_384) }), bad],
      ['alg none', () => unsigned({ alg: 'none' }), signature],
      ['HS256 with the public key', () => hmac(key), signature],
      ['a key of another', () => asserted({}, {}, foreign), signature],
      ['a key that names another kid', () => asserted({}, { kid: 'other-1' }), signature],
      ['a changed claim', async () => changed(await asserted()), signature],
      ['critical extensions', () => unsigned({ alg: 'ES256', crit: ['x'], x: 1 }), bad],
      ['an access token', () => asserted({}, { typ: 'at+jwt' }), purpose],
      ['a typ that is no text', () => unsigned({ alg: 'ES256', typ: 1 }), purpose],
      ['an unknown issuer', () => asserted({ iss: 'https://nobody.example' }), untrusted],
      ['no issuer', () => asserted({ iss: undefined }), untrusted],
      ['an issuer that is no text', () => asserted({ iss: [partner] }), untrusted],
      ['this server as issuer', () => asserted({ iss: gatehouse.issuer }), untrusted],
      ['a type the issuer is not trusted for', () => asserted({}, { typ: 'oauth-id-jag+jwt' }), purpose],
      ['another audience', () => asserted({ aud: 'https://elsewhere.example' }), audience],
      ['several audiences', () => asserted({ aud: [gatehouse.issuer, 'https://elsewhere.example'] }), audience],
      ['no audience', () => asserted({ aud: undefined }), audience],
      ['the token endpoint, where only the issuer may be named', () => asserted({ aud: `${gatehouse.issuer}/token` }), audience],
      ['no exp', () => asserted({ exp: undefined }), expired],
      ['expired', () => asserted({ exp: gatehouse.now() }), expired],
      ['exp as text', () => asserted({ exp: 'tomorrow' }), numbers],
      ['valid for too long', () => asserted({ exp: gatehouse.now() + 301 }), long],
      ['valid for too long without iat', () => asserted({ iat: undefined, exp: gatehouse.now() + 421 }), long],
      ['made long ago', () => asserted({ iat: gatehouse.now() - 300 }), long],
      ['of the future', () => asserted({ iat: gatehouse.now() + 61, exp: gatehouse.now() + 90 }), early],
      ['not yet good', () => asserted({ nbf: gatehouse.now() + 61 }), early],
      ['no sub', () => asserted({ sub: undefined }), sub],
      ['a long sub', () => asserted({ sub: 'x'.repeat(256) }), sub],
      ['no jti', () => asserted({ jti: undefined }), jti],
      ['an empty jti', () => asserted({ jti: '' }), jti],
      ['a long jti', () => asserted({ jti: 'x'.repeat(256) }), jti],
      ['a jti that is no text', () => asserted({ jti: 7 }), jti],
      ['nobody', () => asserted({ sub: 'nobody' }), 'nobody here is the person of the assertion, or their account is not active'],
      ['a tenant', () => asserted({ tenant: 'acme' }), 'tenant of the assertion is not the one that its issuer is trusted for'],
    ]
    for (const [what, assertion, description] of refused)
      test(`refused: ${what}`, async () => {
        const { status, body } = await redeem(await assertion())
        assert.deepEqual([status, body.error, body.error_description], [400, 'invalid_grant', description])
      })

    test('refused: a second time, without an assertion, by a client that may not', async () => {
      const assertion = await asserted()
      assert.equal((await redeem(assertion)).status, 200)
      assert.equal((await redeem(assertion)).body.error_description, 'the assertion was used before; get a new one for each request')
      assert.equal((await app.post('/token', { grant_type })).body.error_description, 'assertion is missing')
      const by = async (id: string, secret?: string) =>
        (await redeem(await asserted(), {}, application(gatehouse, secret === undefined ? { id } : { id, secret }))).body
      assert.equal((await by('stranger', 'secret')).error_description, untrusted)
      assert.equal((await by('public')).error_description, 'a client that presents assertions must authenticate')
      assert.equal((await by('poor', 'secret')).error_description, 'the issuer of the assertion may not give this client any scope')
      assert.equal((await redeem(await asserted(), { scope: 'openid' })).body.error, 'invalid_scope')
    })

    test('a time that is no whole number is no fault', async () => {
      assert.equal((await redeem(await asserted({ exp: gatehouse.now() + 30.5 }))).status, 200)
    })

    test('what an issuer is trusted for is read anew for each request', async () => {
      const outcome = async (members: object, more: object = {}, header: object = {}) => {
        await trust(members)
        const { status, body } = await redeem(await asserted(more, header))
        return status === 200 ? 'works' : body.error_description
      }
      try {
        assert.equal(await outcome({ enabled: false }), untrusted)
        assert.equal(await outcome({ signing_algs: ['PS256'] }), signature)
        assert.equal(await outcome({ audiences: ['token_endpoint'] }), audience)
        assert.equal(await outcome({ audiences: ['token_endpoint'] }, { aud: [`${gatehouse.issuer}/token`] }), 'works')
        assert.equal(await outcome({ assertion_types: ['oauth-id-jag+jwt'] }), untrusted)
        assert.equal(await outcome({ max_lifetime: 30 }), long)
        assert.equal(await outcome({ issuer_tenant: 'acme' }, { tenant: 'acme' }), 'works')
        assert.equal(await outcome({}, {}, { typ: 'application/JWT' }), 'works')
      } finally {
        await trust({})
      }
    })

    test('a suspended person gets no token', async () => {
      const { accounts } = gatehouse.root
      await setStatus(accounts, subject, 'suspended')
      assert.equal((await redeem(await asserted())).body.error, 'invalid_grant')
      await setStatus(accounts, subject, 'active')
      assert.equal((await redeem(await asserted())).status, 200)
    })

    function hmac({ jwk }: ClientKey): Promise<string> {
      return new SignJWT(claims()).setProtectedHeader({ alg: 'HS256', kid: jwk.kid }).sign(Buffer.from(JSON.stringify(jwk)))
    }

    function changed(jwt: string): string {
      const [head, , tail] = jwt.split('.')
      return [head, Buffer.from(JSON.stringify(claims({ sub: 'root' }))).toString('base64url'), tail].join('.')
    }

    function signedWithText({ alg, privateKey }: ClientKey, text: string): Promise<string> {
      return new CompactSign(Buffer.from(text)).setProtectedHeader({ alg }).sign(privateKey)
    }
  })
}
