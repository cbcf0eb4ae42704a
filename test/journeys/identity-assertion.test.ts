/** Identity assertions from one tenant to another, each its own authorization server — draft-ietf-oauth-identity-assertion-authz-grant. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { connectionSchema } from '../../src/connections/connection.ts'
import { replacePassword, setStatus } from '../../src/identity/accounts.ts'
import { metadata } from '../../src/protocol/assemble.ts'
import { resourceSchema } from '../../src/protocol/resource.ts'
import { trustedIssuerSchema } from '../../src/protocol/trusted-issuer.ts'
import type { Tenant } from '../../src/tenant.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { hashCheaply } from '../cheap-secrets.ts'
import { engines } from '../postgres.ts'
import { browser } from '../tiny-browser.ts'
import { type Application, alice, application, call, callback, claimsOf, type Fields } from './application.ts'

const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange'
const bearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const idJag = 'urn:ietf:params:oauth:token-type:id-jag'
const idTokenType = 'urn:ietf:params:oauth:token-type:id_token'
const files = 'https://files.example'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`identity assertions, on ${engine}`, () => {
    let gatehouse: TestApp
    /** The authorization server of the API; the root tenant signs people in. */
    let chat: Tenant
    let wiki: Application
    let wikiAtChat: Application
    let subject: string
    before(async () => {
      gatehouse = await testApp(engine, { KEYS_ALGS: 'ES256', FEATURES_IDENTITY_ASSERTION_DRAFT04: 'true' })
      assert.ok(await gatehouse.app.tenants.create({ slug: 'chat', name: 'Chat' }))
      chat = (await gatehouse.app.tenant('chat')) as Tenant
      hashCheaply(chat)
      const at = { client_id: 'wiki-at-chat', scope: 'files:read files:write', resource: [files] }
      const usual = {
        redirect_uris: [callback],
        grant_types: ['authorization_code', exchange],
        scope: 'openid email',
        id_token_signed_response_alg: 'ES256',
      }
      const identity_assertion_audiences = { [chat.ctx.issuer]: at }
      await gatehouse.addClient({ ...usual, client_id: 'wiki', identity_assertion_audiences }, 'secret')
      await gatehouse.addClient({ ...usual, client_id: 'other', identity_assertion_audiences }, 'secret')
      await gatehouse.addClient({ ...usual, client_id: 'open', token_endpoint_auth_method: 'none', identity_assertion_audiences })
      await gatehouse.addClient({ ...usual, client_id: 'pairwise', subject_type: 'pairwise', identity_assertion_audiences }, 'secret')
      const mapped = { ...at, signs_in_as: 'pairwise' }
      await gatehouse.addClient({ ...usual, client_id: 'mapped', identity_assertion_audiences: { [chat.ctx.issuer]: mapped } }, 'secret')
      subject = await gatehouse.addAccount({ username: alice.username, email: 'alice@example.org' }, alice.password)
      const { store } = chat
      await store.resourcesAdmin.add(
        resourceSchema.parse({ identifier: files, name: 'Files', scopes: { 'files:read': 'Read', 'files:write': 'Write' } }),
      )
      await gatehouse.addClient({ client_id: 'wiki-at-chat', grant_types: [bearer], scope: 'files:read files:write' }, 'secret', chat)
      await gatehouse.addClient({ client_id: 'other-at-chat', grant_types: [bearer], scope: 'files:read' }, 'secret', chat)
      const account = await gatehouse.addAccount({ username: 'alice' }, undefined, chat)
      await store.connections.add(connectionSchema.parse({ name: 'root', issuer: gatehouse.issuer, client_id: 'chat' }), undefined)
      await store.upstreamIdentities.link({
        connection: 'root',
        upstreamSubject: subject,
        subject: account,
        label: undefined,
        createdAt: gatehouse.now(),
        lastUsedAt: undefined,
      })
      const trusted = {
        issuer: gatehouse.issuer,
        jwks: (await call(`${gatehouse.issuer}/.well-known/jwks.json`)).body,
        assertion_types: ['oauth-id-jag+jwt'],
        clients: ['wiki-at-chat', 'other-at-chat'],
        scope: 'files:read files:write',
        connection: 'root',
      }
      await store.trustedIssuersAdmin.add(trustedIssuerSchema.parse(trusted))
      wiki = application(gatehouse, { id: 'wiki', secret: 'secret' })
      wikiAtChat = application(gatehouse, { id: 'wiki-at-chat', secret: 'secret', issuer: chat.ctx.issuer })
    })
    after(() => gatehouse.close())

    const idToken = async (app = wiki, scope = 'openid email') =>
      (await app.tokens(browser(gatehouse.issuer), { scope })).id_token as string
    const issue = (subject_token: string, fields: Fields = {}, app = wiki) =>
      app.post('/token', {
        grant_type: exchange,
        requested_token_type: idJag,
        subject_token,
        subject_token_type: idTokenType,
        audience: chat.ctx.issuer,
        ...fields,
      })
    const redeem = (assertion: string, fields: Fields = {}, app = wikiAtChat) =>
      app.post('/token', { grant_type: bearer, assertion, ...fields })
    const signed = (claims: object) => {
      const times = { iat: gatehouse.now(), exp: gatehouse.now() + 60 }
      const usual = { iss: gatehouse.issuer, sub: subject, aud: chat.ctx.issuer, client_id: 'wiki-at-chat', jti: gatehouse.root.ctx.id() }
      return gatehouse.root.ctx.keys.sign('ES256', 'oauth-id-jag+jwt', { ...usual, ...times, ...claims })
    }

    test('the whole way: sign in at one server, get an assertion, redeem it at the other', async () => {
      const { status, body } = await issue(await idToken(), { scope: 'files:read' })
      assert.deepEqual(
        [status, body.issued_token_type, body.token_type, body.expires_in, body.scope, body.refresh_token],
        [200, idJag, 'N_A', 300, 'files:read', undefined],
      )
      const { iss, sub, aud, client_id, exp, iat, resource, scope, jti, email } = claimsOf(body.access_token)
      assert.deepEqual(
        { iss, sub, aud, client_id, lifetime: exp - iat, resource, scope, email },
        {
          iss: gatehouse.issuer,
          sub: subject,
          aud: chat.ctx.issuer,
          client_id: 'wiki-at-chat',
          lifetime: 300,
          resource: files,
          scope: 'files:read',
          email: 'alice@example.org',
        },
      )
      assert.match(jti, /^[\w-]{22}$/)
      const header = JSON.parse(Buffer.from(body.access_token.split('.')[0], 'base64url').toString())
      assert.equal(header.typ, 'oauth-id-jag+jwt')
      const { body: tokens } = await redeem(body.access_token)
      assert.deepEqual([tokens.scope, claimsOf(tokens.access_token).aud, tokens.refresh_token], ['files:read', files, undefined])
      assert.equal((await redeem(body.access_token)).body.error, 'invalid_grant')
    })

    test('without scope and resource it has those of the client at the audience; the address only where it was allowed', async () => {
      const { body } = await issue(await idToken(wiki, 'openid'))
      const { scope, resource } = claimsOf(body.access_token)
      assert.deepEqual([scope, resource], ['files:read files:write', files])
    })

    test('a server that knows pairwise subjects is told the one it knows', async () => {
      const mapped = application(gatehouse, { id: 'mapped', secret: 'secret' })
      const known = claimsOf(await idToken(application(gatehouse, { id: 'pairwise', secret: 'secret' }))).sub
      const told = claimsOf((await issue(await idToken(mapped), {}, mapped)).body.access_token).sub
      assert.deepEqual([told === known, told === subject], [true, false])
    })

    const token = 'subject_token must be an ID token of this client that has not expired'
    const audience = 'audience must be one other authorization server that this client may get identity assertions for'
    const refused: readonly [what: string, fields: () => Fields | Promise<Fields>, error: string, description: string][] = [
      ['another audience', () => ({ audience: 'https://nowhere.example' }), 'invalid_target', audience],
      ['a name of every object', () => ({ audience: 'constructor' }), 'invalid_target', audience],
      ['no audience', () => ({ audience: undefined }), 'invalid_target', audience],
      ['two audiences', () => ({ audience: [chat.ctx.issuer, 'https://b.example'] }), 'invalid_target', audience],
      [
        'a scope beyond',
        () => ({ scope: 'files:own' }),
        'invalid_scope',
        'scope has a value that this client may not have at the audience',
      ],
      [
        'a resource beyond',
        () => ({ resource: 'https://elsewhere.example' }),
        'invalid_target',
        'resource is not one that this client may use at the audience',
      ],
      ['an actor', () => ({ actor_token: 'x' }), 'invalid_request', 'actor_token is not taken for an identity assertion'],
      [
        'details',
        () => ({ authorization_details: '[]' }),
        'invalid_authorization_details',
        'an identity assertion cannot have authorization_details',
      ],
      [
        'another type of token',
        () => ({ subject_token_type: 'urn:ietf:params:oauth:token-type:access_token' }),
        'invalid_request',
        'subject_token_type must be that of an ID token',
      ],
      [
        'an access token',
        async () => ({ subject_token: (await wiki.tokens(browser(gatehouse.issuer))).access_token }),
        'invalid_request',
        token,
      ],
      ['garbage', () => ({ subject_token: 'x.y.z' }), 'invalid_request', token],
      [
        'two audiences',
        () => ({ audience: [chat.ctx.issuer, 'https://elsewhere.example'] }),
        'invalid_target',
        'audience must be one other authorization server that this client may get identity assertions for',
      ],
      [
        "another client's ID token",
        async () => ({ subject_token: await idToken(application(gatehouse, { id: 'other', secret: 'secret' })) }),
        'invalid_request',
        token,
      ],
    ]
    for (const [what, fields, error, description] of refused)
      test(`not issued: ${what}`, async () => {
        const { status, body } = await issue(await idToken(), await fields())
        assert.deepEqual([status, body.error, body.error_description], [400, error, description])
      })

    test('not issued: to a public client, or one with pairwise subjects', async () => {
      const open = application(gatehouse, { id: 'open' })
      assert.equal((await issue('x', {}, open)).body.error_description, 'a client that gets identity assertions must authenticate')
      const pairwise = application(gatehouse, { id: 'pairwise', secret: 'secret' })
      const { body } = await issue('x', {}, pairwise)
      assert.equal(body.error_description, 'the ID tokens of a client with pairwise subjects cannot be exchanged')
    })

    test('not issued: for an expired ID token, a person who is suspended or allows the client no more, or a server that left', async () => {
      const { store, accounts } = gatehouse.root
      const text = await idToken()
      await setStatus(accounts, subject, 'suspended')
      assert.equal((await issue(text)).body.error_description, 'the account is no longer active')
      await setStatus(accounts, subject, 'active')
      const again = await idToken()
      const grant = await store.grants.find('wiki', subject)
      await store.grants.revoke(grant!.id, gatehouse.now())
      const { body } = await issue(again)
      assert.equal(body.error_description, 'the person no longer allows this client to know them; they must sign in again')
      const mapped = application(gatehouse, { id: 'mapped', secret: 'secret' })
      const ofMapped = await idToken(mapped)
      await store.clientsAdmin.setStatus('pairwise', 'disabled')
      assert.equal((await issue(ofMapped, {}, mapped)).body.error_description, 'the audience does not sign people in here any more')
      await store.clientsAdmin.setStatus('pairwise', 'active')
      const old = await idToken()
      gatehouse.advance(gatehouse.root.ctx.tenant.lifetimes.idToken)
      assert.equal((await issue(old)).body.error_description, token)
    })

    test('not issued: for an ID token of before the person allowed the client anew, or chose another password', async () => {
      const { store, accounts } = gatehouse.root
      const over = 'the person no longer allows this client to know them; they must sign in again'
      const before = await idToken()
      await store.grants.revoke((await store.grants.find('wiki', subject))!.id, gatehouse.now())
      gatehouse.advance(1)
      const anew = await idToken()
      assert.equal((await issue(before)).body.error_description, over)
      assert.equal((await issue(anew)).status, 200)
      await replacePassword(accounts, (await store.accounts.byLogin(alice.username))!, alice.password)
      assert.equal((await issue(anew)).body.error_description, over)
    })

    const presented: readonly [what: string, claims: () => object, description: string][] = [
      ['another client', () => ({ client_id: 'other-at-chat' }), 'client_id of the assertion is not the client that presents it'],
      ['no client', () => ({ client_id: undefined }), 'client_id of the assertion is not the client that presents it'],
      ['no iat', () => ({ iat: undefined }), 'an identity assertion needs iat'],
      ['details', () => ({ authorization_details: [] }), 'an identity assertion with authorization_details or act is not taken here'],
      ['an actor', () => ({ act: { sub: 'robot' } }), 'an identity assertion with authorization_details or act is not taken here'],
      ['a scope that is no text', () => ({ scope: ['files:read'] }), 'scope of the assertion must be a text'],
      ['no resource in a list', () => ({ resource: [] }), 'resource of the assertion must be one URI or up to 20'],
      ['a resource that is no URI', () => ({ resource: 'files' }), 'resource of the assertion must be one URI or up to 20'],
      [
        'a long resource',
        () => ({ resource: `https://files.example/${'x'.repeat(2000)}` }),
        'resource of the assertion must be one URI or up to 20',
      ],
      ['too many resources', () => ({ resource: Array(21).fill(files) }), 'resource of the assertion must be one URI or up to 20'],
    ]
    test('redeemed: what is just within the limits', async () => {
      const now = gatehouse.now()
      for (const more of [
        { resource: Array(20).fill(files) },
        { exp: now + 1 },
        { exp: now + 300 },
        { iat: now + 60, exp: now + 360 },
        { nbf: now + 60 },
        { jti: 'x'.repeat(255) },
      ]) {
        const { status, text } = await redeem(await signed({ scope: 'files:read', ...more }))
        assert.equal(status, 200, `${JSON.stringify(more)} ${text}`)
      }
    })

    for (const [what, claims, description] of presented)
      test(`not redeemed: ${what}`, async () => {
        const { status, body } = await redeem(await signed(claims()))
        assert.deepEqual([status, body.error, body.error_description], [400, 'invalid_grant', description])
      })

    test('not redeemed: the token endpoint as audience, even where plain assertions may name it', async () => {
      const issuer = (await chat.store.trustedIssuers.find(gatehouse.issuer))!
      await chat.store.trustedIssuersAdmin.replace({ ...issuer, audiences: ['issuer', 'token_endpoint'] })
      const { body } = await redeem(await signed({ aud: `${chat.ctx.issuer}/token` }))
      assert.equal(body.error_description, 'aud of an identity assertion must be the issuer')
      await chat.store.trustedIssuersAdmin.replace(issuer)
    })

    test('not redeemed: more than it says, an unknown API, and what a server signed itself', async () => {
      assert.equal((await redeem(await signed({ scope: 'files:read' }), { scope: 'files:write' })).body.error, 'invalid_scope')
      assert.equal((await redeem(await signed({ resource: 'https://nowhere.example' }))).body.error, 'invalid_target')
      assert.equal((await redeem(await signed({ resource: files }), { resource: 'https://other.example' })).body.error, 'invalid_target')
      const own = await chat.ctx.keys.sign('ES256', 'oauth-id-jag+jwt', { iss: chat.ctx.issuer, sub: 'x', aud: chat.ctx.issuer })
      assert.match((await redeem(own)).body.error_description, /^assertion is of an issuer, or of a type/)
      assert.equal((await redeem(await signed({}))).body.scope, 'files:read files:write')
    })

    test('the metadata says so', () => {
      const document = metadata(chat.ctx)
      assert.deepEqual(document['identity_chaining_requested_token_types_supported'], [idJag])
      assert.deepEqual(document['authorization_grant_profiles_supported'], ['urn:ietf:params:oauth:grant-profile:id-jag'])
    })
  })
}
