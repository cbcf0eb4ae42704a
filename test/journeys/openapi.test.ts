/** The interface description: valid, complete, and true. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { clientOperations } from '../../src/web/api/client-operations.ts'
import { extensionOperations } from '../../src/web/api/extension-operations.ts'
import { type DescriptionContext, interfaceDescription } from '../../src/web/api/openapi.ts'
import { type TestApp, testApp } from '../app.ts'
import { ownOperations } from '../fuzz/operations.ts'
import { operationsOf, settings, storedOperations } from './api-operations.ts'
import { asked, bearer } from './json.ts'
import { jsonRoutes } from './json-routes.ts'

const password = 'a long password'

suite('the interface description', () => {
  let gatehouse: TestApp
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever was answered
  let document: any
  before(async () => {
    gatehouse = await testApp('sqlite', settings)
    await gatehouse.app.tenants.create({ slug: 'acme', name: 'Acme' })
    document = (await asked(`${gatehouse.issuer}/openapi.json`, 'GET')).body
  })
  after(() => gatehouse.close())

  test('is valid OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document))
    assert.ok(valid, JSON.stringify(errors))
    assert.equal(document.openapi, '3.1.0')
  })

  test('has what programs rely on, as it is written down', () => {
    const hint = 'if every difference is meant, run `node test/journeys/api-operations.ts`'
    assert.equal(operationsOf(document, gatehouse.issuer), storedOperations(), hint)
    const { description: _, version, ...info } = document.info
    assert.deepEqual(info, { title: 'Gatehouse', license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } })
    assert.match(version, /^\d+\.\d+\.\d+/)
  })

  test('names the ways to a token that there are', () => {
    const describe = interfaceDescription(jsonRoutes)
    const flowsWith = (...grantTypes: string[]) => {
      const server = { endpoints: new Map(), grantTypes: new Map(grantTypes.map((name) => [name, undefined])) }
      const context = { issuer: 'https://id.example', isRoot: true, server, version: '1' } as unknown as DescriptionContext
      return Object.keys((describe(context) as typeof document).components.securitySchemes.oauth2.flows)
    }
    assert.deepEqual(flowsWith(), [])
    assert.deepEqual(flowsWith('client_credentials'), ['clientCredentials'])
    assert.deepEqual(flowsWith('authorization_code'), ['authorizationCode'])
  })

  test('demands of an object only members that it describes', () => {
    const walk = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return
      const { required, properties } = value as { required?: unknown; properties?: object }
      if (Array.isArray(required) && properties)
        for (const name of required) assert.ok(name in properties, `${name}: ${JSON.stringify(value)}`)
      Object.values(value).forEach(walk)
    }
    walk(document)
  })

  test('has examples that fit', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false })
    ajv.addSchema(document, 'api')
    let examples = 0
    const walk = (value: unknown, pointer: string): void => {
      if (typeof value !== 'object' || value === null) return
      if ('examples' in value && Array.isArray(value.examples)) {
        const validate = ajv.getSchema(`api#${pointer}`)
        for (const example of value.examples) assert.ok(validate?.(example), `${pointer}: ${JSON.stringify(validate?.errors)}`)
        examples += value.examples.length
      }
      for (const [name, one] of Object.entries(value))
        walk(one, `${pointer}/${encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'))}`)
    }
    walk(document, '')
    assert.ok(examples > 5, `${examples}`)
  })

  test('has every JSON route, with a unique id, who may call it, and its errors', () => {
    const ids = new Set<string>()
    for (const { method, path, callers, permission, summary } of jsonRoutes) {
      const operation = document.paths[path.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()]
      assert.equal(operation?.summary, summary, `${method} ${path}`)
      ids.add(operation.operationId)
      const scopes = operation.security.map((one: object) => Object.keys(one)[0])
      assert.deepEqual(scopes, { anyone: [], persons: ['bearer'], administrators: ['bearer', 'oauth2'] }[callers])
      if (callers === 'administrators') assert.deepEqual(operation.security[1].oauth2, [`admin:${permission}`])
      assert.ok(operation.responses.default)
    }
    assert.equal(ids.size, jsonRoutes.length)
    assert.equal(
      Object.values(document.paths).flatMap((path) => ownOperations(path as Parameters<typeof ownOperations>[0])).length,
      jsonRoutes.length,
    )
  })

  test('has every endpoint that is served to programs or in the metadata, and no page of ours', () => {
    const endpoints = [...gatehouse.root.ctx.server.endpoints.values()]
    const described = endpoints.filter(({ audience, advertisedAs }) => audience !== 'person' || advertisedAs !== undefined)
    for (const { path, methods } of described)
      for (const method of methods) {
        const operation = document.paths[path.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()]
        assert.ok(operation?.summary && operation.tags[0], `${method} ${path}`)
      }
    const known = new Set(described.flatMap(({ path, methods }) => methods.map((method) => `${method} ${path}`)))
    assert.deepEqual(Object.keys({ ...clientOperations, ...extensionOperations }).sort(), [...known].sort())
    assert.equal(document.paths['/authorize/consent'], undefined)
    assert.deepEqual(document.paths['/token'].post.security, [{ client: [] }, {}])
    assert.ok(
      document.paths['/token'].post.requestBody.content['application/x-www-form-urlencoded'].schema.properties.grant_type.enum.includes(
        'client_credentials',
      ),
    )
    assert.match(document.paths['/register'].post.description, /RFC 7591/)
    assert.equal(document.tags[0].name, 'Metadata and keys')
    assert.ok(document.tags.some(({ name }: { name: string }) => name === 'Trusted issuers'))
    assert.match(document.info.description, new RegExp(`curl ${gatehouse.issuer}/token [^]*resource=${gatehouse.issuer}/api/v1/admin`))
  })

  test('says what the endpoints of the protocol really answer', async () => {
    await gatehouse.addClient({ client_id: 'robot', grant_types: ['client_credentials'], scope: 'x' }, 'secret')
    const ajv = new Ajv2020({ strict: false, validateFormats: false })
    ajv.addSchema(document, 'api')
    const headers = { authorization: `Basic ${btoa('robot:secret')}` }
    const ask = (path: string, fields?: Record<string, string>) =>
      fetch(gatehouse.issuer + path, fields && { method: 'POST', headers, body: new URLSearchParams(fields) })
    const fits = async (response: Response, path: string, status = '2XX') => {
      const method = path.startsWith('/.well-known') ? 'get' : 'post'
      const pointer = `api#/paths/${path.replaceAll('/', '~1')}/${method}/responses/${status}/content/application~1json/schema`
      const schema = status === 'default' ? 'api#/components/responses/OAuthError/content/application~1json/schema' : pointer
      const validate = ajv.getSchema(schema)
      const body = await response.json()
      assert.ok(validate?.(body), `${path}: ${JSON.stringify(validate?.errors)}`)
      return body as Record<string, string>
    }
    const { access_token: token = '' } = await fits(await ask('/token', { grant_type: 'client_credentials' }), '/token')
    await fits(await ask('/introspect', { token }), '/introspect')
    await fits(await ask('/token', { grant_type: 'none' }), '/token', 'default')
    await fits(await ask('/.well-known/openid-configuration'), '/.well-known/openid-configuration')
    await fits(await ask('/.well-known/jwks.json'), '/.well-known/jwks.json')
  })

  test('describes its own tenant, and tenants only at the root', async () => {
    const { body } = await asked(`${gatehouse.issuer}/t/acme/openapi.json`, 'GET')
    assert.deepEqual(body.servers, [{ url: `${gatehouse.issuer}/t/acme` }])
    assert.equal(body.components.securitySchemes.oauth2.flows.clientCredentials.tokenUrl, `${gatehouse.issuer}/t/acme/token`)
    assert.ok(Object.keys(document.paths).some((path) => path.startsWith('/api/v1/admin/tenants')))
    assert.ok(!Object.keys(body.paths).some((path) => path.startsWith('/api/v1/admin/tenants')))
  })

  test('says what is really answered', async () => {
    await gatehouse.addAccount({ sub: 'boss', username: 'boss', role: 'superadmin', claims: { name: 'B' } }, password)
    const { body } = await asked(`${gatehouse.issuer}/api/v1/auth/login`, 'POST', { email: 'boss', password })
    await gatehouse.addClient({ client_id: 'app', redirect_uris: ['https://app.example/callback'], scope: 'x' }, 'secret')
    const ajv = new Ajv2020({ strict: false, validateFormats: false })
    ajv.addSchema(document, 'api')
    const places = [
      'users',
      'users/{id}',
      'roles',
      'clients',
      'clients/{id}',
      'clients/{id}/secrets',
      'resources',
      'sessions',
      'grants',
      'keys',
      'tenants',
      'tenants/{id}',
      'audit',
    ]
    for (const context of places) {
      const path = `/api/v1/admin/${context}`
      const id = { users: 'boss', clients: 'app', tenants: 'root' }[context.split('/')[0] as 'users'] as string
      const answer = await asked(gatehouse.issuer + path.replace('{id}', id), 'GET', undefined, bearer(body.access_token))
      assert.equal(answer.status, 200, answer.text)
      const pointer = `api#/paths/${path.replaceAll('/', '~1').replace('{', '%7B').replace('}', '%7D')}/get/responses/200/content/application~1json/schema`
      const validate = ajv.getSchema(pointer)
      assert.ok(validate, pointer)
      assert.ok(validate(answer.body), `${path}: ${JSON.stringify(validate.errors)}`)
    }
    const problem = (await asked(`${gatehouse.issuer}/api/v1/admin/users?limit=0`, 'GET', undefined, bearer(body.access_token))).body
    const isProblem = ajv.getSchema('api#/components/schemas/Problem')
    assert.ok(isProblem?.(problem), JSON.stringify(isProblem?.errors))
  })
})

test('the description and its page are there as the setting says', async () => {
  for (const [docs, statuses] of [
    ['none', [404, 404]],
    ['document', [200, 404]],
    ['page', [200, 200]],
  ] as const) {
    const gatehouse = await testApp('sqlite', { KEYS_ALGS: 'ES256', API_DOCS: docs })
    const found = await Promise.all(['/openapi.json', '/docs'].map(async (path) => (await fetch(gatehouse.issuer + path)).status))
    await gatehouse.close()
    assert.deepEqual(found, statuses)
  }
})
