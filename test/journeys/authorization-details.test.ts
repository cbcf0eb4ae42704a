/** Rich authorization requests — RFC 9396. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { readResource } from '../../src/protocol/resource.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { type Application, alice, application, call, callback, challenge, claimsOf, shows, told } from './application.ts'
import { aClientKey, signedWith } from './signed-by-clients.ts'

const payment = {
  type: 'object',
  properties: {
    type: { const: 'payment' },
    actions: { type: 'array', items: { enum: ['initiate', 'status', 'cancel'] }, minItems: 1 },
    amount: {
      type: 'object',
      properties: { currency: { type: 'string', pattern: '^[A-Z]{3}$' }, value: { type: 'string', maxLength: 20 } },
      required: ['currency', 'value'],
      additionalProperties: false,
    },
  },
  required: ['type', 'actions', 'amount'],
  additionalProperties: false,
}
const bank = 'https://bank.example/api'
const files = 'https://files.example/api'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`rich authorization requests, on ${engine}`, () => {
    let gatehouse: TestApp
    let app: Application
    let opaque: Application
    let machine: Application
    before(async () => {
      gatehouse = await testApp(engine)
      await gatehouse.addAccount({ username: alice.username }, alice.password)
      const { resourcesAdmin } = gatehouse.root.store
      const type = (description: string, schema: object) => ({ description, schema })
      for (const resource of [
        {
          identifier: bank,
          name: 'Bank',
          authorization_details_types: { payment: type('Make a payment', payment), balance: type('See your balance', {}) },
        },
        {
          identifier: files,
          name: 'Files',
          authorization_details_types: {
            folder: type('Open a folder', { type: 'object' }),
            payment: type('Another one', {}),
          },
        },
      ])
        await resourcesAdmin.add(readResource(gatehouse.root.ctx.keys.algs, resource))
      const common = {
        redirect_uris: [callback],
        scope: 'openid offline_access read',
        authorization_details_types: ['payment', 'folder', 'gone'],
      }
      const grants = { grant_types: ['authorization_code', 'refresh_token', 'client_credentials'] }
      await gatehouse.addClient({ ...common, ...grants, client_id: 'app' }, 'secret')
      await gatehouse.addClient({ ...common, ...grants, client_id: 'opaque', access_token_format: 'opaque' }, 'secret')
      await gatehouse.addClient(
        { client_id: 'm', grant_types: ['client_credentials'], scope: 'read', authorization_details_types: ['payment'] },
        'secret',
      )
      ;[app, opaque, machine] = ['app', 'opaque', 'm'].map((id) => application(gatehouse, { id, secret: 'secret' })) as [
        Application,
        Application,
        Application,
      ]
    })
    after(() => gatehouse.close())

    const pay = { type: 'payment', actions: ['initiate', 'status'], amount: { currency: 'EUR', value: '123.50' } }
    const folder = { type: 'folder', path: '/a' }
    const fields = (details: unknown, more: Record<string, string> = {}) => ({ authorization_details: JSON.stringify(details), ...more })

    test('the person sees what is asked, each time, and the tokens carry it', async () => {
      const browser = gatehouse.browser()
      await browser.open(app.url(fields([pay])))
      const page = await browser.submit('sign-in', { ...alice })
      assert.ok(shows(page, 'consent'))
      for (const words of ['Make a payment', 'amount.currency', 'EUR', '123.50', 'initiate, status', 'Bank'])
        assert.ok(page.html.includes(words), words)
      const { body } = await app.redeem(told(await browser.submit('consent', { answer: 'allow' }))['code'] as string)
      assert.deepEqual([body.authorization_details, claimsOf(body.access_token).authorization_details], [[pay], [pay]])
      assert.ok(shows(await browser.open(app.url(fields([pay]))), 'consent'))
      assert.equal(told(await browser.open(app.url(fields([pay], { prompt: 'none' }))))['error'], 'consent_required')
    })

    test('an opaque token tells them at introspection, and refreshed ones carry them on', async () => {
      const tokens = await opaque.tokens(gatehouse.browser(), fields([pay, folder], { scope: 'openid offline_access' }))
      const inside = async (token: string) => (await opaque.post('/introspect', { token })).body.authorization_details
      assert.deepEqual(await inside(tokens.access_token), [pay, folder])
      const { body } = await opaque.refresh(tokens.refresh_token)
      assert.deepEqual(
        [body.authorization_details, await inside(body.access_token)],
        [
          [pay, folder],
          [pay, folder],
        ],
      )
    })

    test('a token request may ask for less, for one token alone, and not for more', async () => {
      const code = await app.code(gatehouse.browser(), fields([pay, folder], { scope: 'openid offline_access' }))
      const exceeding = [
        [{ ...pay, actions: ['initiate', 'cancel'] }],
        [{ ...pay, amount: { currency: 'EUR', value: '999' } }],
        [{ type: 'folder' }],
        [{ ...folder, more: 1 }],
      ]
      for (const details of exceeding) {
        const { status, body } = await app.redeem(code, fields(details))
        assert.deepEqual(
          [status, body.error, body.error_description],
          [400, 'invalid_authorization_details', 'authorization_details exceeds what was granted'],
        )
      }
      const less = { ...pay, actions: ['status'] }
      const first = await app.redeem(code, fields([less]))
      assert.deepEqual(first.body.authorization_details, [less])
      const all = await app.refresh(first.body.refresh_token)
      assert.deepEqual(all.body.authorization_details, [pay, folder])
      const one = await app.refresh(all.body.refresh_token, fields([folder]))
      assert.deepEqual(one.body.authorization_details, [folder])
    })

    test('a list is narrowed to some of its elements, and to nothing else', async () => {
      const code = await app.code(gatehouse.browser(), fields([{ type: 'folder', paths: ['/a', '/b'] }]))
      for (const change of [{ paths: [] }, { paths: ['/a', '/c'] }, { paths: '/a' }, { path: ['/a'] }]) {
        const { body } = await app.redeem(code, fields([{ type: 'folder', ...change }]))
        assert.equal(body.error_description, 'authorization_details exceeds what was granted', JSON.stringify(change))
      }
      const less = { type: 'folder', paths: ['/b'] }
      assert.deepEqual((await app.redeem(code, fields([less]))).body.authorization_details, [less])
    })

    test('an API is told of its own types alone', async () => {
      const code = await app.code(gatehouse.browser(), fields([pay, folder], { resource: bank, scope: 'openid' }))
      const { body } = await app.redeem(code, { resource: bank })
      assert.deepEqual([body.authorization_details, claimsOf(body.access_token).aud], [[pay], [bank, gatehouse.issuer]])
    })

    test('a token without any has none, and cannot get any later', async () => {
      const code = await app.code(gatehouse.browser())
      const { body } = await app.redeem(code, fields([folder]))
      assert.equal(body.error, 'invalid_authorization_details')
      const plain = await app.redeem(code)
      assert.deepEqual([plain.status, plain.body.authorization_details], [200, undefined])
    })

    test('a machine asks at the token endpoint', async () => {
      const { body } = await machine.post('/token', { grant_type: 'client_credentials', ...fields([pay]) })
      assert.deepEqual(body.authorization_details, [pay])
      const other = await machine.post('/token', { grant_type: 'client_credentials', ...fields([folder]) })
      assert.deepEqual([other.status, other.body.error], [400, 'invalid_authorization_details'])
    })

    test('who exchanges the token of a person cannot add what the person did not allow', async () => {
      const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange'
      const service = { client_id: 'service', grant_types: [exchange], scope: 'openid read', authorization_details_types: ['payment'] }
      await gatehouse.addClient({ ...service, resource_server: gatehouse.issuer, policy: { token_exchange: 'impersonate' } }, 'secret')
      const by = application(gatehouse, { id: 'service', secret: 'secret' })
      const { access_token: subject_token } = await app.tokens(gatehouse.browser(), { scope: 'openid read' })
      const ask = { grant_type: exchange, subject_token, subject_token_type: 'urn:ietf:params:oauth:token-type:access_token' }
      assert.equal((await by.post('/token', ask)).status, 200)
      const { body } = await by.post('/token', { ...ask, ...fields([pay]) })
      assert.deepEqual(
        [body.error, body.error_description],
        ['invalid_authorization_details', 'authorization_details exceeds what was granted'],
      )
    })

    test('they go into a pushed and into a signed request', async () => {
      const key = await aClientKey('ES256', 'k')
      const client = {
        client_id: 'signing',
        redirect_uris: [callback],
        jwks: { keys: [key.jwk] },
        authorization_details_types: ['payment'],
      }
      await gatehouse.addClient(client, 'secret')
      const signing = application(gatehouse, { id: 'signing', secret: 'secret' })
      const claims = {
        client_id: 'signing',
        response_type: 'code',
        redirect_uri: callback,
        scope: 'openid',
        code_challenge: challenge,
        code_challenge_method: 'S256',
      }
      const request = await signedWith(key, { ...claims, aud: gatehouse.issuer, authorization_details: [pay] })
      const { request_uri } = (await signing.post('/par', { request })).body
      const landing = await signing.arrive(gatehouse.browser(), { request_uri })
      assert.deepEqual((await signing.redeem(told(landing)['code'] as string)).body.authorization_details, [pay])
    })

    const form = 'authorization_details must be a JSON array of 1 to 10 objects with a type, in 8192 characters'
    const type = 'authorization_details has a type that this client is not registered for'
    const schema = 'authorization_details does not match the schema of its type'
    const wrong: [text: string, description: string][] = [
      ['{', form],
      ['{"type":"payment"}', form],
      ['[]', form],
      ['[null]', form],
      ['["payment"]', form],
      ['[{"type":1}]', form],
      ['[{"type":"payment","type":"payment"}]', form],
      [JSON.stringify(Array.from({ length: 11 }, () => folder)), form],
      [JSON.stringify([{ ...folder, path: 'x'.repeat(8192) }]), form],
      ['[{"type":"gone"}]', type],
      ['[{"type":"balance"}]', type],
      ['[{"type":"toString"}]', type],
      [JSON.stringify([folder, { type: 'payment' }]), schema],
      [JSON.stringify([{ ...pay, amount: { currency: 'euro', value: '1' } }]), schema],
      [JSON.stringify([{ ...pay, hidden: true }]), schema],
    ]
    test('ten details, in 8192 characters, are accepted', async () => {
      const rest = Array.from({ length: 9 }, () => folder)
      const filler = 'x'.repeat(8192 - JSON.stringify([...rest, { ...folder, path: '' }]).length)
      const answer = told(await app.arrive(gatehouse.browser(), fields([...rest, { ...folder, path: filler }])))
      assert.ok(answer['code'], answer['error_description'] ?? '')
    })

    for (const [authorization_details, description] of wrong)
      test(`refused: ${authorization_details.slice(0, 40)}`, async () => {
        const answer = told(await gatehouse.browser().open(app.url({ authorization_details })))
        assert.deepEqual([answer['error'], answer['error_description']], ['invalid_authorization_details', description])
        const pushed = await app.post('/par', {
          response_type: 'code',
          redirect_uri: callback,
          code_challenge: challenge,
          code_challenge_method: 'S256',
          authorization_details,
        })
        assert.deepEqual([pushed.status, pushed.body.error], [400, 'invalid_authorization_details'])
      })

    test('a type that the client or the API loses is told no more', async () => {
      const tokens = await opaque.tokens(gatehouse.browser(), fields([pay, folder], { scope: 'openid offline_access' }))
      const { secretHashes: _, tokensFrom: __, ...resource } = (await gatehouse.root.store.resources.find(files))!
      await gatehouse.root.store.resourcesAdmin.replace({ ...resource, authorization_details_types: {} })
      assert.deepEqual((await opaque.refresh(tokens.refresh_token)).body.authorization_details, [pay])
    })

    test('the metadata lists the types, each once', async () => {
      const { body } = await call(`${gatehouse.issuer}/.well-known/oauth-authorization-server`, {})
      assert.deepEqual(body.authorization_details_types_supported, ['payment', 'balance'])
    })

    const bad: [types: object, problem: RegExp][] = [
      [{ a: { description: 'A', schema: { type: 'strange' } } }, /has a schema that cannot be checked: a/],
      [{ a: { description: 'A', schema: { $ref: 'https://evil.example/schema' } } }, /cannot be checked/],
      [{ a: { description: 'A', schema: { if: {} } } }, /cannot be checked/],
      [{ a: { schema: {} } }, /description/],
      [{ a: { description: 'A', schema: { enum: ['x'.repeat(16_384)] } } }, /longer than 16384/],
    ]
    for (const [authorization_details_types, problem] of bad)
      test(`not declared: ${JSON.stringify(authorization_details_types).slice(0, 60)}`, () =>
        assert.throws(() => readResource([], { identifier: bank, name: 'Bank', authorization_details_types }), problem))
  })
}
