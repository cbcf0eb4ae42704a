import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { testApp } from '../../test/app.ts'
import { assemble, metadata } from './assemble.ts'
import type { Endpoint, Feature } from './feature.ts'
import { replaceMembers } from './replace-members.ts'

const endpoint: Endpoint = { path: '/x', methods: ['GET'], audience: 'program', handle: async () => ({ kind: 'json', status: 204 }) }
const redeem = () => Promise.reject(new Error('is not called here'))
const one: Feature = {
  id: 'one',
  spec: 'RFC 1',
  endpoints: [endpoint],
  grantTypes: [{ name: 'g', redeem }],
  clientAuth: [{ method: 'm', carrier: 'client_id', claimedClient: () => undefined, verify: async () => undefined }],
  responseModes: [{ name: 'r', reply: async () => ({ kind: 'json', status: 204 }) }],
  credentials: [{ header: 'h', find: async () => undefined }],
  mayRepeat: ['p'],
  scopes: { s: 'Do one thing' },
}

suite('assembling', () => {
  test('puts each item into its table', () => {
    const server = assemble([one, { id: 'two', spec: 'RFC 2', mayRepeat: ['q'], scopes: { t: 'Do another thing' } }])
    assert.equal(server.endpoints.get('/x'), endpoint)
    assert.deepEqual([...server.grantTypes.keys(), ...server.clientAuth.keys(), ...server.responseModes.keys()], ['g', 'm', 'r'])
    assert.deepEqual([...server.credentials.keys()], ['h'])
    assert.deepEqual([...server.mayRepeat], ['p', 'q'])
    assert.deepEqual({ ...server.scopes }, { s: 'Do one thing', t: 'Do another thing' })
    assert.ok(!('constructor' in server.scopes), 'a scope of that name means nothing here')
  })

  const twice = [
    ['endpoints', '/x'],
    ['grantTypes', 'g'],
    ['clientAuth', 'm'],
    ['responseModes', 'r'],
    ['credentials', 'h'],
  ] as const
  for (const [kind, name] of twice) {
    test(`refuses two ${kind} of one name`, () => {
      const two: Feature = { id: 'two', spec: 'RFC 2', [kind]: one[kind] }
      assert.throws(() => assemble([one, two]), { message: `feature two registers ${name} a second time` })
    })
  }

  test('refuses a feature without the one it requires, in whichever order they come', () => {
    const two: Feature = { id: 'two', spec: 'RFC 2', requires: ['one'] }
    assert.doesNotThrow(() => assemble([one, two]))
    assert.doesNotThrow(() => assemble([two, one]))
    assert.throws(() => assemble([two]), { message: 'feature two requires one' })
  })
})

suite('metadata', () => {
  test('no feature may contradict the tables or another feature', async () => {
    const gatehouse = await testApp('sqlite', { KEYS_ALGS: 'ES256' })
    try {
      const { ctx } = gatehouse.root
      const documentOf = (...features: Feature[]) => {
        const server = assemble(features)
        return metadata(replaceMembers(ctx, { server, tenant: { ...ctx.tenant, scopes: server.scopes } }))
      }
      const saying = (id: string, extensions: Record<string, unknown>): Feature => ({ id, spec: 'RFC 2', metadata: () => extensions })
      for (const name of ['issuer', 'grant_types_supported', 'scopes_supported']) {
        assert.throws(() => documentOf(one, saying('two', { [name]: 'x' })), { message: `feature two contradicts ${name}` })
      }
      assert.throws(() => documentOf(saying('two', { x: 1 }), saying('three', { x: 1 })), { message: 'feature three contradicts x' })
      assert.deepEqual(documentOf(saying('two', { empty: [], none: false })), { issuer: gatehouse.issuer, none: false })
      assert.deepEqual(documentOf({ ...one, endpoints: [{ ...endpoint, advertisedAs: 'x_endpoint', clientAuth: 'any' }] }), {
        issuer: gatehouse.issuer,
        x_endpoint: `${gatehouse.issuer}/x`,
        x_endpoint_auth_methods_supported: ['m'],
        grant_types_supported: ['g'],
        scopes_supported: ['s'],
      })
    } finally {
      await gatehouse.close()
    }
  })
})
