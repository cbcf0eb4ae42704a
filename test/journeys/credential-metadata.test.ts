/** What a credential issuer says of itself — OpenID for Verifiable Credential Issuance 1.0 §7, §12.2; SD-JWT VC §4, §6. */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import { importX509, jwtVerify } from 'jose'
import type { Tenant } from '../../src/tenant.ts'
import type { Engine, TestApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { call, claimsOf } from './application.ts'
import { badge, declare, issuing, type Wallet } from './credential-setup.ts'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`the credential issuer's metadata, on ${engine}`, () => {
    let gatehouse: TestApp
    let wallet: Wallet
    before(async () => {
      ;({ gatehouse, wallet } = await issuing(engine))
    })
    after(() => gatehouse.close())

    const json = { 'content-type': 'application/json' }

    test('§2.11: metadata names the issuer exactly, its endpoints, and each configuration with scope, format, binding, proofs and display', async () => {
      const { status, body, headers } = await call(`${gatehouse.issuer}/.well-known/openid-credential-issuer`)
      assert.deepEqual([status, headers.get('content-type'), body.credential_issuer], [200, 'application/json', gatehouse.issuer])
      assert.deepEqual(
        ['credential_endpoint', 'nonce_endpoint', 'deferred_credential_endpoint', 'notification_endpoint'].map((name) => body[name]),
        ['credential', 'nonce', 'deferred-credential', 'notification'].map((path) => `${gatehouse.issuer}/${path}`),
      )
      assert.deepEqual([body.batch_credential_issuance, body.display], [{ batch_size: 10 }, [{ name: 'Gatehouse' }]])
      const { credential_metadata, ...configuration } = body.credential_configurations_supported['staff-badge']
      assert.deepEqual(configuration, {
        format: 'dc+sd-jwt',
        scope: 'staff-badge',
        vct: `${gatehouse.issuer}/credential-types/staff-badge`,
        credential_signing_alg_values_supported: ['ES256'],
        cryptographic_binding_methods_supported: ['jwk'],
        proof_types_supported: { jwt: { proof_signing_alg_values_supported: ['ES256', 'EdDSA'] } },
      })
      assert.deepEqual(credential_metadata.display, badge.display)
      assert.deepEqual(credential_metadata.claims[0], {
        path: ['given_name'],
        mandatory: true,
        display: [{ name: 'First name', locale: 'en' }],
      })
      const server = (await call(`${gatehouse.issuer}/.well-known/oauth-authorization-server`)).body
      assert.ok(server.authorization_details_types_supported.includes('openid_credential'))
      assert.ok(server.scopes_supported.includes('staff-badge'))
      assert.equal(server['pre-authorized_grant_anonymous_access_supported'], false)
    })

    test('§2.11: metadata also as a JWT of its own type, signed with the certified key', async () => {
      const { text, headers } = await call(`${gatehouse.issuer}/.well-known/openid-credential-issuer`, {
        headers: { accept: 'application/jwt' },
      })
      assert.equal(headers.get('content-type'), 'application/jwt')
      const { x5c, typ } = JSON.parse(Buffer.from(text.split('.')[0]!, 'base64url').toString())
      const key = await importX509(new X509Certificate(Buffer.from(x5c[0], 'base64')).toString(), 'ES256')
      const { payload } = await jwtVerify(text, key, { subject: gatehouse.issuer, issuer: gatehouse.issuer })
      assert.deepEqual([typ, payload['credential_issuer']], ['openidvci-issuer-metadata+jwt', gatehouse.issuer])
      const first = await call(`${gatehouse.issuer}/.well-known/openid-credential-issuer`, {
        headers: { accept: 'application/json, application/jwt' },
      })
      assert.equal(first.headers.get('content-type'), 'application/json')
    })

    test('§2.11: an https vct leads to type metadata, which says what a verifier may expect', async () => {
      const { body } = await call(`${gatehouse.issuer}/credential-types/staff-badge`)
      assert.deepEqual(
        [body.vct, body.name, body.display[0].locale],
        [`${gatehouse.issuer}/credential-types/staff-badge`, 'Staff badge', 'en'],
      )
      assert.deepEqual(
        body.claims.map(({ path, sd, mandatory }: Record<string, unknown>) => [path, sd, mandatory]),
        [
          [['given_name'], 'always', true],
          [['family_name'], 'always', false],
          [['groups'], 'always', false],
          [['organisation'], 'never', false],
        ],
      )
      for (const path of ['/.well-known/jwt-vc-issuer', '/.well-known/jwt-issuer']) {
        const issuer = (await call(gatehouse.issuer + path)).body
        assert.deepEqual([issuer.issuer, issuer.jwks.keys[0].crv], [gatehouse.issuer, 'P-256'])
      }
      const unknown = await call(`${gatehouse.issuer}/credential-types/unknown`)
      assert.deepEqual([unknown.status, unknown.body.error_description], [404, 'there is no such type of credential here'])
    })

    test('§2.11: nonce endpoint: POST, 200, a new c_nonce each time, never cached', async () => {
      const answers = await Promise.all([1, 2].map(() => call(`${gatehouse.issuer}/nonce`, { method: 'POST' })))
      for (const { status, headers } of answers) assert.deepEqual([status, headers.get('cache-control')], [200, 'no-store'])
      assert.notEqual(answers[0]!.body.c_nonce, answers[1]!.body.c_nonce)
    })

    test('a tenant without credentials is no issuer, and advertises nothing', async () => {
      await gatehouse.app.tenants.create({ slug: 'plain', name: 'Plain' })
      const tenant = (await gatehouse.app.tenant('plain')) as Tenant
      const issuer = `${gatehouse.issuer}/t/plain`
      const well = (name: string) => `${gatehouse.issuer}/.well-known/${name}/t/plain`
      for (const url of [well('openid-credential-issuer'), well('jwt-vc-issuer'), `${issuer}/credential-types/staff-badge`])
        assert.equal((await call(url)).status, 404, url)
      assert.equal((await call(well('openid-credential-issuer'))).body.error_description, 'this tenant issues no credentials')
      for (const path of ['/nonce', '/credential', '/deferred-credential', '/notification'])
        assert.equal((await call(issuer + path, { method: 'POST', body: '{}', headers: json })).status, 404, path)
      const metadata = (await call(well('oauth-authorization-server'))).body
      assert.ok(!JSON.stringify(metadata).includes('pre-authorized'))
      assert.equal(metadata.authorization_details_types_supported, undefined)
      await declare(tenant, badge)
      const here = (await call(well('openid-credential-issuer'))).body
      assert.deepEqual([here.credential_issuer, here.display], [issuer, [{ name: 'Plain' }]])
    })

    test('the seed’s paths serve the same', async () => {
      const { access_token } = await wallet.token()
      assert.equal((await wallet.ask(access_token, undefined, '/api/credential')).status, 200)
      assert.equal((await call(`${gatehouse.issuer}/api/nonce`, { method: 'POST' })).status, 200)
      assert.equal(claimsOf(access_token).scope, 'staff-badge')
    })
  })
}
