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

  test('without API keys does not allow their header', async () => {
    const without = await testApp('sqlite', { FEATURES_API_KEYS: 'false' })
    await without.addClient({ client_id: 'app', redirect_uris: [`${origin}/callback`] }, 'secret')
    const { headers } = await fetch(`${without.issuer}/userinfo`, { method: 'OPTIONS', headers: { origin } })
    assert.equal(headers.get('access-control-allow-headers'), 'Authorization, Content-Type, DPoP')
    await without.close()
  })

  test('of another origin allows nothing', async () => {
    const { headers } = await preflight('https://evil.example')
    for (const [name] of headers) assert.doesNotMatch(name, /^access-control-/)
  })
})
