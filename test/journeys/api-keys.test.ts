/** API keys of people and services, and client secrets that change or come from elsewhere — RFC 6750 §2, RFC 7662, RFC 7009, RFC 6749 §2.3.1. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { makeApiKey, newText } from '../../src/protocol/api-key.ts'
import type { StoredApiKey } from '../../src/protocol/registry.ts'
import { resourceSchema } from '../../src/protocol/resource.ts'
import type { Tenant } from '../../src/tenant.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { type Answer, type Application, alice, application, call } from './application.ts'

const api = 'https://api.example/'
const files = 'https://files.example'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`API keys, on ${engine}`, () => {
    let gatehouse: TestApp
    let server: Application
    let stranger: Application
    let other: Tenant
    before(async () => {
      gatehouse = await testApp(engine)
      for (const identifier of [api, files])
        await gatehouse.root.store.resourcesAdmin.add(resourceSchema.parse({ identifier, name: 'API' }), undefined)
      const machine = { grant_types: ['client_credentials'], scope: 'read' }
      await gatehouse.addClient({ ...machine, client_id: 'api', resource_server: api }, 'secret')
      await gatehouse.addClient({ ...machine, client_id: 'files', resource_server: files }, 'secret')
      server = application(gatehouse, { id: 'api', secret: 'secret' })
      stranger = application(gatehouse, { id: 'files', secret: 'secret' })
      await gatehouse.addAccount({ sub: 'a-subject', username: alice.username, email: 'alice@example.com' }, alice.password)
      await gatehouse.root.store.services.add(service)
      await gatehouse.app.tenants.create({ slug: 'acme', name: 'Acme' })
      other = (await gatehouse.app.tenant('acme')) as Tenant
      await other.store.services.add(service)
    })
    after(() => gatehouse.close())

    const service = { id: 'a-service', name: 'nightly', description: undefined, status: 'active', createdAt: 0 } as const
    const person = { owner: 'person', subject: 'a-subject' } as const
    const machine = { owner: 'service', subject: 'a-service' } as const

    interface Made {
      key: StoredApiKey
      text: string
    }
    async function make(
      owner: Pick<StoredApiKey, 'owner' | 'subject'>,
      input: object = {},
      lifetime?: number,
      tenant?: Tenant,
    ): Promise<Made> {
      const { ctx, store } = tenant ?? gatehouse.root
      const made = await makeApiKey(ctx, owner, { label: 'Key', resource: tenant ? [] : [api], ...input }, lifetime)
      assert.equal(await store.apiKeysAdmin.add(made.key), true)
      return made
    }
    const userinfo = (headers: Record<string, string>, body?: string, issuer = gatehouse.issuer) =>
      call(`${issuer}/userinfo`, { headers, ...(body === undefined ? {} : { body }) })
    const introspect = async (who: Application, token: string) => (await who.post('/introspect', { token })).body
    const told = ({ status, body }: Answer) => [status, body.error]
    const worthless = async (text: string) => {
      const answer = await userinfo({ 'x-api-key': text })
      assert.deepEqual(told(answer), [401, 'invalid_token'])
      assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer realm=.*error="invalid_token"/)
      assert.deepEqual(await introspect(server, text), { active: false })
    }

    test('a person’s key opens what their access token would', async () => {
      const { text } = await make(person, { scope: 'openid email' })
      assert.match(text, /^gth_ak_[0-9A-Za-z]{49}$/)
      const claims = { sub: 'a-subject', email: 'alice@example.com', email_verified: false }
      assert.deepEqual((await userinfo({ 'x-api-key': text })).body, claims)
      assert.deepEqual((await userinfo({ 'x-api-key': text }, '')).body, claims)
    })
    test('introspection shows a key to the resource servers it is for', async () => {
      const { key, text } = await make(machine, { scope: 'reports:write', resource: [api] }, 3600)
      const common = { active: true, iss: gatehouse.issuer, aud: [gatehouse.issuer, api], token_type: 'N_A', iat: gatehouse.now() }
      assert.deepEqual(await introspect(server, text), {
        ...common,
        ...{ sub: 'a-service', username: 'nightly', scope: 'reports:write', exp: gatehouse.now() + 3600, jti: key.id },
      })
      assert.deepEqual(await introspect(stranger, text), { active: false })
      const authorization = await make(person, { scope: '' })
      assert.deepEqual(await introspect(server, authorization.text), {
        ...common,
        sub: 'a-subject',
        username: alice.username,
        jti: authorization.key.id,
      })
      assert.deepEqual(await introspect(server, (await make(machine, { resource: [] })).text), { active: false })
    })
    test('one way at a time, and each in its own', async () => {
      const { text } = await make(person, { scope: 'openid' })
      const { access_token } = (await server.post('/token', { grant_type: 'client_credentials' })).body
      const bearer = { authorization: `Bearer ${access_token}` }
      for (const answer of [
        await userinfo({ 'x-api-key': text, ...bearer }),
        await userinfo({ 'x-api-key': '', ...bearer }),
        await userinfo({ 'x-api-key': text }, `access_token=${access_token}`),
      ])
        assert.deepEqual(told(answer), [400, 'invalid_request'])
      for (const headers of [{ authorization: `Bearer ${text}` }, { 'x-api-key': access_token }, { 'x-api-key': `${text}, ${text}` }])
        assert.deepEqual(told(await userinfo(headers)), [401, 'invalid_token'])
      assert.deepEqual(told(await userinfo({}, `access_token=${text}`)), [401, 'invalid_token'])
      assert.deepEqual(told(await call(`${gatehouse.issuer}/userinfo?x-api-key=${text}`)), [401, 'invalid_token'])
    })
    test('a key without the scope, or of a service, reveals nothing about a person', async () => {
      for (const { text } of [await make(person, { scope: 'email' }), await make(machine, { scope: 'email' })])
        assert.deepEqual(told(await userinfo({ 'x-api-key': text })), [403, 'insufficient_scope'])
      for (const [input, message] of [
        [{ scope: 'email openid' }, /a service is not a person/],
        [{ resource: [api, 'https://other.example'] }, /is not registered as a resource/],
        [{ scope: 'a"b' }, /has a character/],
        [{ label: '' }, /label/],
      ] as const)
        await assert.rejects(make(machine, input), message)
    })
    test('anything that is not a key of ours is refused', async () => {
      const { text } = await make(person, { scope: 'openid' })
      const { text: unknown } = newText(gatehouse.root.ctx)
      for (const wrong of [unknown, text.slice(0, -1), `${text}0`, text.replace('_ak_', '_at_'), text.toLowerCase(), '', 'x'])
        assert.equal((await userinfo({ 'x-api-key': wrong })).status, 401)
      assert.deepEqual(await introspect(server, unknown), { active: false })
    })
    test('a key of another tenant is worthless', async () => {
      const { text } = await make(machine, {}, undefined, other)
      await worthless(text)
      const ours = await make(person, { scope: 'openid' })
      assert.equal((await userinfo({ 'x-api-key': ours.text }, undefined, `${gatehouse.issuer}/t/acme`)).status, 401)
      assert.equal((await userinfo({ 'x-api-key': ours.text })).status, 200)
    })
    test('a key expires to the second', async () => {
      const { text } = await make(person, { scope: 'openid' }, 60)
      gatehouse.advance(59)
      assert.equal((await userinfo({ 'x-api-key': text })).status, 200)
      gatehouse.advance(1)
      await worthless(text)
    })
    test('a key that is deleted is worthless at once', async () => {
      const { key, text } = await make(person, { scope: 'openid' })
      assert.equal((await introspect(server, text)).active, true)
      await gatehouse.root.store.apiKeysAdmin.remove(key.id)
      await worthless(text)
    })
    test('the keys of who is suspended are worthless at once', async () => {
      const { accounts, services } = gatehouse.root.store
      const [hers, its] = [await make(person, { scope: 'openid' }), await make(machine)]
      await accounts.change('a-subject', { status: 'suspended' })
      await services.setStatus('a-service', 'suspended')
      for (const { text } of [hers, its]) await worthless(text)
      await accounts.change('a-subject', { status: 'active' })
      await services.setStatus('a-service', 'active')
      for (const { text } of [hers, its]) assert.equal((await introspect(server, text)).active, true)
    })
    test('no client can revoke a key, or use it for anything else', async () => {
      const { text } = await make(machine)
      for (const who of [server, stranger]) assert.equal((await who.post('/revoke', { token: text })).status, 200)
      assert.equal((await introspect(server, text)).active, true)
      assert.equal((await server.refresh(text)).status, 400)
      assert.equal((await application(gatehouse, { id: 'api', secret: text }).post('/introspect', { token: text })).status, 401)
    })
    test('its last use is recorded, once a minute', async () => {
      const { key, text } = await make(person, { scope: 'openid' })
      const lastUse = async () => (await gatehouse.root.store.apiKeysAdmin.find(key.id))?.lastUsedAt
      assert.equal(await lastUse(), undefined)
      await introspect(server, text)
      const first = gatehouse.now()
      assert.equal(await lastUse(), first)
      gatehouse.advance(59)
      await userinfo({ 'x-api-key': text })
      assert.equal(await lastUse(), first)
      gatehouse.advance(1)
      await userinfo({ 'x-api-key': text })
      assert.equal(await lastUse(), first + 60)
    })
    test('rotated, both keys are in force for a while', async () => {
      const { ctx, store } = gatehouse.root
      const { key, text } = await make(machine, { scope: 'a b' })
      const rotate = async (id: string) => {
        const next = newText(ctx)
        const made = await store.apiKeysAdmin.rotate(id, { next: { id: ctx.id(), hash: next.hash }, now: ctx.now(), overlap: 60 })
        return { text: next.text, id: made!.id }
      }
      const second = await rotate(key.id)
      const [{ jti: _, exp, ...old }, { jti: __, ...young }] = [await introspect(server, text), await introspect(server, second.text)]
      assert.deepEqual(young, old)
      assert.equal(exp, gatehouse.now() + 60)
      gatehouse.advance(60)
      await worthless(text)
      const third = await rotate(second.id)
      await rotate(second.id)
      await worthless(third.text)
      assert.equal((await introspect(server, second.text)).active, true)
    })

    test('two secrets of a client work, each until it expires', async () => {
      const { tokens, store } = gatehouse.root
      const secret = (id: string, expiresAt?: number) => {
        return { id, hash: tokens.hashSecret(id), createdAt: gatehouse.now(), ...(expiresAt === undefined ? {} : { expiresAt }) }
      }
      await gatehouse.addClient({ client_id: 'rotating', grant_types: ['client_credentials'] }, 'old')
      const status = async (text: string) =>
        (await application(gatehouse, { id: 'rotating', secret: text }).post('/token', { grant_type: 'client_credentials' })).status
      await store.clientsAdmin.rotateSecret('rotating', secret('new', gatehouse.now() + 600), gatehouse.now() + 60)
      assert.deepEqual([await status('old'), await status('new'), await status('none')], [200, 200, 401])
      gatehouse.advance(60)
      assert.deepEqual([await status('old'), await status('new')], [401, 200])
      gatehouse.advance(540)
      assert.equal(await status('new'), 401)
    })
    for (const hash of [
      '$2b$05$abcdefghijklmnopqrstuuqqY3N4TVj6Uf1Pb8ccAuXOCIF0PkrEy',
      '$pbkdf2-sha256$i=1000,l=32$MDEyMzQ1Njc4OWFiY2RlZg$rBMUxm8xq8EMdUsRS8npNuPmIaxeURmMnwiJF2wWb1k',
      'pbkdf2_sha256$1000$seasalt$+rRCu5varUX/fHKPEKre6kTbf+SL44RMvTfmlqGvq+A=',
    ]) {
      test(`a secret that came as ${hash.slice(0, 14)}… works until it is taken away`, async () => {
        const { store, ctx } = gatehouse.root
        const client = await gatehouse.addClient({ grant_types: ['client_credentials'] })
        await store.clientsAdmin.addSecret(client.client_id, { id: 'imported', hash, createdAt: ctx.now() })
        const ask = (secret: string) =>
          application(gatehouse, { id: client.client_id, secret }).post('/token', { grant_type: 'client_credentials' })
        for (const wrong of ['other', hash, 'imported secret ', 'x'.repeat(73)])
          assert.deepEqual(told(await ask(wrong)), [401, 'invalid_client'])
        for (let i = 0; i < 3; i++) assert.equal((await ask('imported secret')).status, 200)
        await store.clientsAdmin.removeSecret(client.client_id, 'imported')
        assert.deepEqual(told(await ask('imported secret')), [401, 'invalid_client'])
      })
    }
  })

  test(`${engine}: without the feature a key is nothing`, async () => {
    const gatehouse = await testApp(engine, { FEATURES_API_KEYS: 'false' })
    try {
      await gatehouse.addAccount({ sub: 'a-subject', username: alice.username })
      await gatehouse.addClient({ client_id: 'api', grant_types: ['client_credentials'], resource_server: gatehouse.issuer }, 'secret')
      const { ctx, store } = gatehouse.root
      const { key, text } = await makeApiKey(ctx, { owner: 'person', subject: 'a-subject' }, { label: 'Key', scope: 'openid' }, undefined)
      await store.apiKeysAdmin.add(key)
      const answer = await call(`${gatehouse.issuer}/userinfo`, { headers: { 'x-api-key': text } })
      assert.deepEqual([answer.status, answer.headers.get('www-authenticate')], [401, `Bearer realm="${gatehouse.issuer}"`])
      const server = application(gatehouse, { id: 'api', secret: 'secret' })
      assert.deepEqual((await server.post('/introspect', { token: text })).body, { active: false })
    } finally {
      await gatehouse.close()
    }
  })
}
