/** What scripts of other origins may send — Fetch Standard §3.2. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type TestApp, testApp } from '../app.ts'

const origin = 'https://app.example'

suite('a preflight', () => {
  let gatehouse: TestApp
  before(async () => {
    gatehouse = await testApp('sqlite', {})
    await gatehouse.addClient({ client_id: 'app', redirect_uris: [`${origin}/callback`] }, 'secret')
  })
  after(() => gatehouse.close())

  const preflight = (from: string) => fetch(`${gatehouse.issuer}/userinfo`, { method: 'OPTIONS', headers: { origin: from } })

  test('of a client’s origin allows every header in which a credential is accepted', async () => {
    const { status, headers } = await preflight(origin)
    assert.deepEqual(
      [status, headers.get('access-control-allow-origin'), headers.get('access-control-allow-headers')],
      [204, origin, 'Authorization, Content-Type, DPoP, x-api-key'],
    )
    assert.equal(headers.get('access-control-allow-credentials'), null)
  })

  test('of a public document allows any header from anywhere', async () => {
    for (const path of ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server', '/.well-known/jwks.json']) {
      const ask = { origin: 'https://anywhere.example', 'access-control-request-headers': 'mcp-protocol-version, traceparent' }
      const { headers } = await fetch(gatehouse.issuer + path, { method: 'OPTIONS', headers: ask })
      assert.equal(headers.get('access-control-allow-origin'), '*')
      assert.ok(headers.get('access-control-allow-headers')?.split(', ').includes('*'), path)
    }
  })

  test('of a registered web origin allows what an origin of a redirect URI may', async () => {
    const web_origins = ['capacitor://localhost', 'https://preview.example:8443']
    await gatehouse.addClient(
      { client_id: 'phone', redirect_uris: ['com.example.app:/cb'], application_type: 'native', web_origins },
      'secret',
    )
    for (const from of web_origins) assert.equal((await preflight(from)).headers.get('access-control-allow-origin'), from)
    for (const from of ['ionic://localhost', 'https://preview.example', 'null'])
      assert.equal((await preflight(from)).headers.get('access-control-allow-origin'), null)
  })

  test('of another origin allows nothing', async () => {
    const { headers } = await preflight('https://evil.example')
    for (const [name] of headers) assert.doesNotMatch(name, /^access-control-/)
  })

  for (const [settings, request, response] of [
    [{}, 'Authorization, Content-Type, DPoP, x-api-key', 'WWW-Authenticate, Retry-After, DPoP-Nonce'],
    [{ FEATURES_DPOP: 'false', FEATURES_API_KEYS: 'false' }, 'Authorization, Content-Type', 'WWW-Authenticate, Retry-After'],
    [
      { FEATURES_CLIENT_ATTESTATION_DRAFT11: 'true' },
      'Authorization, Content-Type, OAuth-Client-Attestation, OAuth-Client-Attestation-PoP, DPoP, x-api-key',
      'WWW-Authenticate, Retry-After, OAuth-Client-Attestation-Challenge, DPoP-Nonce',
    ],
  ] as const)
    test(`headers are those of the features that are on, with ${JSON.stringify(settings)}`, async (t) => {
      const other = await testApp('sqlite', settings)
      t.after(() => other.close())
      await other.addClient({ client_id: 'app', redirect_uris: [`${origin}/callback`] }, 'secret')
      const ask = async (method: string, name: string) =>
        (await fetch(`${other.issuer}/userinfo`, { method, headers: { origin } })).headers.get(`access-control-${name}-headers`)
      assert.deepEqual([await ask('OPTIONS', 'allow'), await ask('GET', 'expose')], [request, response])
    })
})
