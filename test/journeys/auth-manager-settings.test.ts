/** The API of the Auth Manager with its own settings alone: no connection is declared. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../app.ts'
import { upstreamProvider } from '../upstream.ts'
import { asked, bearer } from './json.ts'

test('the settings KEYCLOAK_ are all that its API needs, at the root tenant', async (t) => {
  const upstream = await upstreamProvider(undefined, '/realms/SBO')
  const gatehouse = await testApp('sqlite', {
    KEYCLOAK_SERVER: new URL(upstream.issuer).origin,
    KEYCLOAK_REALM: 'SBO',
    KEYCLOAK_CLIENT_ID: upstream.clientId,
    KEYCLOAK_CLIENT_SECRET: upstream.secret,
    AUTH_MANAGER_REDIRECT_URI: 'https://vault.example/v1/offline-token/callback',
  })
  t.after(async () => {
    await gatehouse.close()
    await upstream.close()
  })
  const headers = bearer(upstream.accessTokenFor({ sub: 'ada', sid: 'session' }))
  const call = (method: string, path: string) => asked(gatehouse.issuer + path, method, undefined, headers)
  assert.equal((await call('GET', '/v1/validate-token')).status, 200)
  upstream.person = { sub: 'ada' }
  const { consent_url: url } = (await call('GET', '/v1/offline-token')).body.data
  assert.equal(new URL(url).searchParams.get('redirect_uri'), 'https://vault.example/v1/offline-token/callback')
  const back = new URL((await fetch(url, { redirect: 'manual' })).headers.get('location') as string)
  const kept = await asked(gatehouse.issuer + back.pathname + back.search, 'GET')
  assert.equal(kept.status, 200, kept.text)
  assert.equal((await call('POST', `/v1/access-token?id=${kept.body.data.persistent_token_id}`)).status, 200)
  await gatehouse.app.tenants.create({ slug: 'acme', name: 'Acme' })
  const elsewhere = await call('GET', '/t/acme/v1/validate-token')
  assert.deepEqual([elsewhere.status, elsewhere.body.error], [400, 'Connection keycloak is not set up here'])
})
