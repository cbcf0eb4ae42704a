/** Token exchange — RFC 8693. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { SignJWT } from 'jose'
import * as oidc from 'openid-client'
import { metadataOf } from '../../src/protocol/change-client.ts'
import { OAuthError } from '../../src/protocol/errors.ts'
import { issueTokens } from '../../src/protocol/issue-tokens.ts'
import { Params } from '../../src/protocol/params.ts'
import { resourceSchema } from '../../src/protocol/resource.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { type Answer, type Application, alice, application, callback, claimsOf, type Fields } from './application.ts'
import { aKey } from './dpop-proofs.ts'

const grant_type = 'urn:ietf:params:oauth:grant-type:token-exchange'
const access = 'urn:ietf:params:oauth:token-type:access_token'
const orders = 'https://orders.example'
const stock = 'https://stock.example'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`token exchange, on ${engine}`, () => {
    let gatehouse: TestApp
    let app: Application
    let service: Application
    let silent: Application
    let machine: Application
    before(async () => {
      gatehouse = await testApp(engine)
      const { addClient, root } = gatehouse
      const scopes = { 'orders:read': 'See orders', 'orders:write': 'Change orders' }
      await root.store.resourcesAdmin.add(resourceSchema.parse({ identifier: orders, name: 'Orders', scopes }))
      await root.store.resourcesAdmin.add(resourceSchema.parse({ identifier: stock, name: 'Stock', scopes: { 'stock:read': 'See stock' } }))
      const scope = 'openid orders:read orders:write stock:read'
      await addClient({ client_id: 'app', redirect_uris: [callback], scope }, 'secret')
      const backend = { grant_types: [grant_type, 'client_credentials'], scope: 'openid orders:read stock:read', resource_server: orders }
      await addClient({ ...backend, client_id: 'service', policy: { token_exchange: 'delegate' } }, 'secret')
      await addClient({ ...backend, client_id: 'silent', policy: { token_exchange: 'impersonate' } }, 'secret')
      await addClient({ ...backend, client_id: 'forbidden' }, 'secret')
      await addClient({ client_id: 'machine', grant_types: ['client_credentials'], scope: 'orders:read' }, 'secret')
      await gatehouse.addAccount({ username: alice.username }, alice.password)
      ;[app, service, silent, machine] = ['app', 'service', 'silent', 'machine'].map((id) =>
        application(gatehouse, { id, secret: 'secret' }),
      ) as [Application, Application, Application, Application]
    })
    after(() => gatehouse.close())

    const token = async (fields: Fields = {}) =>
      (await app.tokens(gatehouse.browser(), { scope: 'orders:read orders:write stock:read', resource: [orders, stock], ...fields }))
        .access_token as string
    const exchange = (subject_token: string, fields: Fields = {}, by = service): Promise<Answer> =>
      by.post('/token', { grant_type, subject_token, subject_token_type: access, ...fields })

    test('a service gets a token of its own, with less, for the person, and is named in it', async () => {
      const subject = await token()
      const { status, body } = await exchange(subject, { resource: stock, scope: 'stock:read' })
      assert.deepEqual(
        [status, body.issued_token_type, body.token_type, body.scope, body.refresh_token, body.id_token],
        [200, access, 'Bearer', 'stock:read', undefined, undefined],
      )
      const [before, after] = [claimsOf(subject), claimsOf(body.access_token)]
      assert.deepEqual([after.sub, after.aud, after.client_id, after.act], [before.sub, stock, 'service', { sub: 'service' }])
      const seen = await service.post('/introspect', { token: body.access_token })
      assert.deepEqual([seen.body.active, seen.body.act], [true, { sub: 'service' }])
    })

    test('only who may impersonate is not named', async () => {
      const { body } = await exchange(await token(), {}, silent)
      assert.equal(claimsOf(body.access_token).act, undefined)
    })

    test('an actor token names its client', async () => {
      const actor_token = (await silent.post('/token', { grant_type: 'client_credentials' })).body.access_token
      const { body } = await exchange(await token(), { actor_token, actor_token_type: access }, silent)
      assert.deepEqual(claimsOf(body.access_token).act, { sub: 'silent' })
    })

    test('services stand one behind the other, five at most', async () => {
      let text = await token()
      for (let i = 0; i < 5; i++) text = (await exchange(text, {}, i % 2 === 0 ? service : silent)).body.access_token
      assert.deepEqual(claimsOf(text).act, { sub: 'service', act: { sub: 'service', act: { sub: 'service' } } })
      for (let i = 0; i < 2; i++) text = (await exchange(text)).body.access_token
      assert.equal((await exchange(text)).body.error_description, 'subject_token has passed through too many services')
    })

    test('it lives no longer than the token it was issued for', async () => {
      const subject = await token()
      gatehouse.advance(100)
      const { body } = await exchange(subject)
      assert.equal(claimsOf(body.access_token).exp, claimsOf(subject).exp)
    })

    test('what ends the grant ends it, too', async () => {
      const subject = await token()
      const { body } = await exchange(subject)
      await gatehouse.root.store.grants.revoke(claimsOf(subject).gid, gatehouse.now())
      assert.equal((await service.post('/introspect', { token: body.access_token })).body.active, false)
      assert.equal((await exchange(subject)).body.error, 'invalid_request')
    })

    test('what ends a client that the token went through ends it, too', async () => {
      const { clientsAdmin } = gatehouse.root.store
      const active = async (text: string) => (await service.post('/introspect', { token: text })).body.active
      const onward = async (subject: string) => (await exchange(subject)).body.access_token as string
      const ofMachine = async () => (await machine.post('/token', { grant_type: 'client_credentials', resource: orders })).body.access_token
      const impersonated = async () => (await exchange(await token(), {}, silent)).body.access_token as string
      const actor_token = (await silent.post('/token', { grant_type: 'client_credentials' })).body.access_token
      const acting = async () => (await exchange(await token(), { actor_token, actor_token_type: access }, silent)).body.access_token
      for (const [id, of] of [
        ['app', async () => onward(await token())],
        ['app', impersonated],
        ['machine', async () => onward(await ofMachine())],
        ['silent', async () => onward(await acting())],
      ] as const) {
        const text = await of()
        assert.equal(await active(text), true, id)
        await clientsAdmin.setStatus(id, 'disabled')
        assert.equal(await active(text), false, id)
        await clientsAdmin.setStatus(id, 'active')
        gatehouse.advance(1)
        assert.equal(await active(text), false, `${id} is enabled again`)
      }
    })

    test('who is taken from the client that they allowed is taken from those that act for it', async () => {
      const { clientsAdmin } = gatehouse.root.store
      const text = (await exchange(await token())).body.access_token
      const before = metadataOf((await clientsAdmin.find('app'))!)
      await clientsAdmin.replace({ ...before, policy: { ...before.policy, assignment: 'required' } })
      assert.equal((await service.post('/introspect', { token: text })).body.active, false)
      await clientsAdmin.replace(before)
    })

    test('the token of a machine is exchanged within its audience', async () => {
      const { access_token } = (await machine.post('/token', { grant_type: 'client_credentials', resource: orders })).body
      const { body } = await exchange(access_token)
      const claims = claimsOf(body.access_token)
      assert.deepEqual([claims.sub, claims.aud, claims.scope, claims.act], ['machine', orders, 'orders:read', { sub: 'service' }])
    })

    test('a client that exchanges its own token proves the key that it is bound to', async () => {
      const key = await aKey()
      const proof = () =>
        new SignJWT({ htm: 'POST', htu: `${gatehouse.issuer}/token`, iat: gatehouse.now(), jti: String(Math.random()) })
          .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk: key.jwk })
          .sign(key.privateKey)
      const post = async (fields: Fields) => service.post('/token', fields, { ...service.header, dpop: await proof() })
      const own = (await post({ grant_type: 'client_credentials', scope: 'orders:read', resource: orders })).body.access_token
      const refused = await exchange(own)
      assert.equal(refused.body.error_description, 'subject_token is bound to a key; prove possession of it')
      const { body } = await post({ grant_type, subject_token: own, subject_token_type: access })
      assert.equal(claimsOf(body.access_token).cnf.jkt, key.jkt)
    })

    test('whatever resolves the target, the token is for no audience that the subject token lacks', async () => {
      const { ctx } = gatehouse.root
      const client = (await ctx.store.clients.find('service'))!
      const within = { audience: [orders], resource: [], expiresAt: gatehouse.now() + 60 }
      const issuance = { client, subject: 'machine', scope: ['orders:read'], within, refresh: { kind: 'none' } } as const
      const description = 'the target is not among the audiences of subject_token'
      const isRefusal = (error: unknown) => error instanceof OAuthError && error.description === description
      await assert.rejects(issueTokens(ctx, issuance, { params: new Params([]), binding: undefined }), isRefusal)
    })

    test('openid-client', async () => {
      const config = await oidc.discovery(new URL(gatehouse.issuer), 'service', 'secret', oidc.ClientSecretBasic('secret'), {
        execute: [oidc.allowInsecureRequests],
      })
      const tokens = await oidc.genericGrantRequest(config, grant_type, { subject_token: await token(), subject_token_type: access })
      assert.ok(tokens.access_token)
    })

    const refusals: [name: string, ask: () => Promise<Answer>, code: string, description: RegExp][] = [
      [
        'a client whose policy does not allow it',
        async () => exchange(await token(), {}, application(gatehouse, { id: 'forbidden', secret: 'secret' })),
        'unauthorized_client',
        /^the policy of this client does not allow token exchange$/,
      ],
      [
        'a client without the grant type',
        async () => exchange(await token(), {}, app),
        'unauthorized_client',
        /not registered for this grant_type/,
      ],
      [
        'no subject token',
        () => service.post('/token', { grant_type, subject_token_type: access }),
        'invalid_request',
        /^subject_token is missing$/,
      ],
      [
        'a subject token of another type',
        async () => exchange(await token(), { subject_token_type: 'urn:ietf:params:oauth:token-type:id_token' }),
        'invalid_request',
        /^subject_token_type must be that of an access token$/,
      ],
      [
        'another type requested',
        async () => exchange(await token(), { requested_token_type: 'urn:ietf:params:oauth:token-type:saml2' }),
        'invalid_request',
        /^requested_token_type must be that of an access token$/,
      ],
      [
        'an unsigned token',
        async () => exchange(`${btoa('{"alg":"none"}')}.${(await token()).split('.')[1]}.`),
        'invalid_request',
        /^subject_token is unknown/,
      ],
      [
        'a foreign token',
        async () =>
          exchange(await new SignJWT(claimsOf(await token())).setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' }).sign(Buffer.alloc(32))),
        'invalid_request',
        /^subject_token is unknown, expired, revoked or not for this client$/,
      ],
      [
        'a token for another service',
        async () => exchange(await token({ resource: stock, scope: 'stock:read' })),
        'invalid_request',
        /^subject_token is unknown/,
      ],
      [
        'an expired token',
        async () => {
          const subject = await token()
          gatehouse.advance(86_400)
          return exchange(subject)
        },
        'invalid_request',
        /^subject_token is unknown/,
      ],
      [
        'a scope that the token lacks',
        async () => exchange(await token({ scope: 'orders:write', resource: orders }), { scope: 'orders:read' }),
        'invalid_scope',
        /^scope has a value that subject_token lacks, or that this client is not registered for$/,
      ],
      [
        'a scope that the client lacks',
        async () => exchange(await token(), { scope: 'orders:write' }),
        'invalid_scope',
        /^scope has a value that subject_token lacks/,
      ],
      [
        'no scope in common',
        async () => exchange(await token({ scope: 'orders:write', resource: orders })),
        'invalid_scope',
        /^this client is registered for no scope of subject_token$/,
      ],
      [
        'a target that the token is not for',
        async () => exchange(await token({ resource: orders, scope: 'orders:read' }), { resource: stock }),
        'invalid_target',
        /^resource was not part of the authorization request$/,
      ],
      [
        'an audience',
        async () => exchange(await token(), { audience: stock }),
        'invalid_target',
        /^audience is not offered here; name the target by resource$/,
      ],
      [
        'an actor token of another client',
        async () =>
          exchange(await token(), {
            actor_token: (await machine.post('/token', { grant_type: 'client_credentials' })).body.access_token,
            actor_token_type: access,
          }),
        'invalid_request',
        /^actor_token must be an access token of this client itself$/,
      ],
      [
        'an actor token of another type',
        async () => exchange(await token(), { actor_token: 'x', actor_token_type: 'x' }),
        'invalid_request',
        /^actor_token_type must be that of an access token$/,
      ],
      [
        'the type of no actor token',
        async () => exchange(await token(), { actor_token_type: access }),
        'invalid_request',
        /^actor_token_type was sent without actor_token$/,
      ],
    ]
    for (const [name, ask, code, description] of refusals) {
      test(`refused: ${name}`, async () => {
        const { status, body } = await ask()
        assert.deepEqual([status, body.error], [400, code])
        assert.match(body.error_description, description)
      })
    }
  })
}
