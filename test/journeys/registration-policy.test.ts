/** Who may register clients, and how many — RFC 7591 §5. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { testApp } from '../app.ts'
import { callback } from './application.ts'
import { asked } from './json.ts'

const web = { client_name: 'Shop', redirect_uris: [callback] }
const day = 86_400

suite('where clients cannot register themselves', () => {
  test('registration is closed in production unless it is opened, and a tenant can close it', async () => {
    const gatehouse = await testApp('sqlite', { REGISTRATION_OPEN: 'false' })
    try {
      const { status, headers, body } = await asked(`${gatehouse.issuer}/register`, 'POST', web)
      assert.deepEqual([status, body.error_description], [401, 'an initial access token is needed to register here'])
      assert.equal(headers.get('www-authenticate'), `Bearer realm="${gatehouse.issuer}"`)
    } finally {
      await gatehouse.close()
    }
  })

  test('a tenant closes it for itself', async () => {
    const gatehouse = await testApp('sqlite')
    try {
      await gatehouse.app.tenants.create({ slug: 'acme', name: 'Acme' })
      await gatehouse.app.tenants.set('acme', { open_registration: false })
      assert.equal((await asked(`${gatehouse.issuer}/t/acme/register`, 'POST', web)).status, 401)
      assert.equal((await asked(`${gatehouse.issuer}/register`, 'POST', web)).status, 201)
    } finally {
      await gatehouse.close()
    }
  })

  test('one address registers only so many in a day, and only such redirect URIs as are allowed', async () => {
    const gatehouse = await testApp('sqlite', { REGISTRATION_PER_ADDRESS: '2', REGISTRATION_REDIRECTS: 'loopback' })
    try {
      const register = (uri: string) => asked(`${gatehouse.issuer}/register`, 'POST', { redirect_uris: [uri] })
      const refused = await register(callback)
      assert.deepEqual(
        [refused.body.error, refused.body.error_description],
        ['invalid_redirect_uri', 'redirect_uris has a kind of URI that needs an initial access token'],
      )
      assert.equal((await register('http://localhost/')).status, 201)
      const third = await register('http://localhost/')
      assert.deepEqual([third.status, third.body.error], [429, 'too_many_requests'])
      assert.ok(Number(third.headers.get('retry-after')) > 0)
      gatehouse.advance(day)
      assert.equal((await register('http://localhost/')).status, 201)
    } finally {
      await gatehouse.close()
    }
  })

  test('without the feature the sign-up has the address to itself', async () => {
    const gatehouse = await testApp('sqlite', { FEATURES_DYNAMIC_REGISTRATION: 'false', FEATURES_REGISTRATION_MANAGEMENT: 'false' })
    try {
      const { status, headers } = await asked(`${gatehouse.issuer}/register`, 'POST', web)
      assert.deepEqual([status, headers.get('content-type')], [422, 'application/problem+json'])
    } finally {
      await gatehouse.close()
    }
  })

  test('without management no address for it is returned', async () => {
    const gatehouse = await testApp('sqlite', { FEATURES_REGISTRATION_MANAGEMENT: 'false' })
    try {
      const { body } = await asked(`${gatehouse.issuer}/register`, 'POST', web)
      assert.deepEqual([body.registration_client_uri, body.registration_access_token], [undefined, undefined])
    } finally {
      await gatehouse.close()
    }
  })
})
