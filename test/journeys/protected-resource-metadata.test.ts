/** What declared APIs publish about themselves, served for them — RFC 9728. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { createGuard } from '@gatehouse/guard'
import { discoverOAuthProtectedResourceMetadata } from '@modelcontextprotocol/sdk/client/auth.js'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { call, encode } from './application.ts'

const identifier = 'https://notes.example/mcp'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`protected resource metadata, on ${engine}`, () => {
    let gatehouse: TestApp
    before(async () => {
      gatehouse = await testApp(engine)
      const scopes = { 'notes:read': 'Read notes', 'notes:write': 'Write notes' }
      const authorization_details_types = { note: { description: 'One note', schema: {} } }
      await gatehouse.root.store.resourcesAdmin.add({ identifier, name: 'Notes', scopes, authorization_details_types })
      await gatehouse.root.store.resourcesAdmin.add({ identifier: 'urn:example:plain', name: 'Plain', scopes: {} })
      await gatehouse.app.tenants.create({ slug: 'acme', name: 'Acme' })
    })
    after(() => gatehouse.close())

    const at = (resource: string, base = gatehouse.issuer) => `${base}/resource-metadata?${encode({ resource })}`

    test('names the issuer and what the API declares, for any website', async () => {
      const { status, headers, body } = await call(at(identifier), { headers: { origin: 'https://agent.example' } })
      assert.equal(status, 200)
      assert.deepEqual(body, {
        resource: identifier,
        authorization_servers: [gatehouse.issuer],
        resource_name: 'Notes',
        bearer_methods_supported: ['header'],
        scopes_supported: ['notes:read', 'notes:write'],
        authorization_details_types_supported: ['note'],
      })
      assert.deepEqual([headers.get('access-control-allow-origin'), headers.get('cache-control')], ['*', 'public, max-age=300'])
    })

    test('leaves out what the API does not declare', async () => {
      assert.deepEqual(Object.keys((await call(at('urn:example:plain'))).body), [
        'resource',
        'authorization_servers',
        'resource_name',
        'bearer_methods_supported',
      ])
    })

    test('is of the resource as it is declared, however its identifier is written', async () => {
      assert.equal((await call(at('HTTPS://notes.example:443/mcp'))).body.resource, identifier)
    })

    test('is not told of what this tenant does not declare', async () => {
      for (const url of [at('https://other.example'), at(identifier, `${gatehouse.issuer}/t/acme`), at('x')]) {
        const { status, body } = await call(url)
        assert.deepEqual([status, body.error], [400, 'invalid_target'], url)
      }
      for (const url of [`${gatehouse.issuer}/resource-metadata`, at('a'.repeat(3000))])
        assert.equal((await call(url)).body.error, 'invalid_request', url)
    })

    test('a guard that names it leads clients there', async () => {
      const guard = createGuard({ issuer: gatehouse.issuer, audience: identifier, metadataUrl: at(identifier) })
      const refused = await guard.check({ method: 'POST', url: '/mcp', headers: {} }).catch((error) => error)
      const [, resourceMetadataUrl] = /resource_metadata="([^"]+)"/.exec(refused.headers['www-authenticate']) ?? []
      const found = await discoverOAuthProtectedResourceMetadata(identifier, { resourceMetadataUrl: resourceMetadataUrl as string })
      assert.partialDeepStrictEqual(found, { resource: identifier, authorization_servers: [gatehouse.issuer] })
    })
  })
}
