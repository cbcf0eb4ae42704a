/** More tenants in turn than stay made: each is what it was when its turn comes again, and none is another. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Tenant } from '../../src/tenant.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { call } from './application.ts'

const slugs = Array.from({ length: 250 }, (_, n) => `t${n}`)
const secretOf = (slug: string) => `the-secret-of-${slug}`

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`many tenants, on ${engine}`, () => {
    let gatehouse: TestApp
    const tokens = new Map<string, string>()
    before(async () => {
      gatehouse = await testApp(engine)
      for (const slug of slugs) {
        await gatehouse.app.tenants.create({ slug, name: slug })
        const tenant = (await gatehouse.app.tenant(slug)) as Tenant
        const client = {
          client_id: 'job',
          token_endpoint_auth_method: 'client_secret_post',
          grant_types: ['client_credentials'],
          redirect_uris: [],
          response_types: [],
        }
        await gatehouse.addClient(client, secretOf(slug), tenant) // the same name everywhere
      }
    })
    after(() => gatehouse.close())

    const post = (slug: string, path: string, members: Record<string, string>) =>
      call(`${gatehouse.issuer}/t/${slug}${path}`, {
        body: new URLSearchParams({ client_id: 'job', client_secret: secretOf(slug), ...members }).toString(),
      })
    const tokenAt = (slug: string) => post(slug, '/token', { grant_type: 'client_credentials' })
    const isActive = async (slug: string, token: string) => (await post(slug, '/introspect', { token })).body.active
    const keyIds = async (slug: string) =>
      (await call(`${gatehouse.issuer}/t/${slug}/.well-known/jwks.json`)).body.keys.map(({ kid }: { kid: string }) => kid)

    test('each gives tokens, to its own client only', async () => {
      for (const [n, slug] of slugs.entries()) {
        const { status, body } = await tokenAt(slug)
        assert.equal(status, 200, slug)
        tokens.set(slug, body.access_token)
        const other = slugs.at(n - 1) as string
        assert.equal((await post(slug, '/token', { grant_type: 'client_credentials', client_secret: secretOf(other) })).status, 401)
      }
    })

    test('each knows its tokens when its turn comes again, and no others', async () => {
      for (const [n, slug] of slugs.entries()) {
        assert.equal(await isActive(slug, tokens.get(slug) as string), true, slug)
        assert.equal(await isActive(slug, tokens.get(slugs.at(n - 1) as string) as string), false, slug)
      }
    })

    test('each has the keys that it had', async () => {
      const first = await keyIds('t0')
      for (const slug of slugs.slice(1)) await tokenAt(slug)
      assert.deepEqual(await keyIds('t0'), first)
      assert.notDeepEqual(await keyIds('t1'), first)
    })

    test('what the process remembers of providers and by the settings is not lost with its turn', async () => {
      const before = (await gatehouse.app.tenant('t0')) as Tenant
      const { connections, vault, ctx } = before
      for (const slug of slugs.slice(1)) await tokenAt(slug)
      const now = (await gatehouse.app.tenant('t0')) as Tenant
      assert.notEqual(now, before)
      assert.equal(now.connections.cache, connections.cache)
      assert.equal(now.vault.backOff, vault.backOff)
      assert.equal(now.vault.underWay, vault.underWay)
      assert.equal(now.ctx.tenant, ctx.tenant)
    })

    test('what was changed while it had no turn is seen with its next request', async () => {
      const before = (await gatehouse.app.tenant('t0')) as Tenant
      for (const slug of slugs.slice(1)) await tokenAt(slug)
      assert.equal(await before.store.clientsAdmin.setStatus('job', 'disabled'), true)
      assert.equal((await tokenAt('t0')).status, 401)
      await before.store.clientsAdmin.setStatus('job', 'active')
      assert.equal((await tokenAt('t0')).status, 200)
      await before.keyring.rotate('ES256', { immediately: true })
      for (const slug of slugs.slice(1)) await tokenAt(slug)
      assert.equal((await keyIds('t0')).length, (await keyIds('t1')).length + 1)
      await gatehouse.app.tenants.setStatus('t0', 'suspended')
      assert.equal((await tokenAt('t0')).status, 404)
    })
  })
}
