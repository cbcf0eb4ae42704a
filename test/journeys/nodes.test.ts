/** Two nodes of one installation: what one changes, the other acts on; at the next request on SQLite, in half a second on PostgreSQL. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { ClientMetadata } from '../../src/protocol/client.ts'
import type { Engine, TestApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { type TwoNodes, twoNodes } from '../two-nodes.ts'
import { call } from './application.ts'

const api = { identifier: 'https://api.example', name: 'API', scopes: { read: 'Read', write: 'Write' } }
const machine = {
  client_id: 'machine',
  grant_types: ['client_credentials'],
  response_types: [],
  redirect_uris: [],
  scope: 'read write',
}
const form = (body: Record<string, string>) => new URLSearchParams(body).toString()

for (const engine of Object.keys(engines) as Engine[])
  suite(`two nodes on ${engine}`, () => {
    let nodes: TwoNodes
    let one: TestApp
    let other: string
    let client: ClientMetadata

    before(async () => {
      nodes = await twoNodes(engine)
      one = nodes.one
      other = nodes.other
      client = await one.addClient(machine, 'secret')
    })
    after(() => nodes.close())

    const ask = (path: string, body: Record<string, string>, secret = 'secret', base = other) =>
      call(base + path, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          authorization: `Basic ${Buffer.from(`machine:${secret}`).toString('base64')}`,
        },
        body: form(body),
      })
    const token = (more: Record<string, string> = {}, secret?: string, path = '/token') =>
      ask(path, { grant_type: 'client_credentials', ...more }, secret)

    /** What the other node answers after a change: on SQLite its very next answer, on PostgreSQL the first that differs. */
    // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever was answered
    async function seen<T>(read: () => Promise<T>, change: () => Promise<any>): Promise<T> {
      const earlier = JSON.stringify(await read())
      assert.equal(JSON.stringify(await read()), earlier)
      await change()
      let latest = await read()
      if (engine === 'postgres') while (JSON.stringify(latest) === earlier) latest = await read()
      return latest
    }
    const statusOf = async (answer: Promise<{ status: number }>) => (await answer).status
    test('client: its scope, its secret, its status', async () => {
      const scopeOf = async () => (await token()).body.scope
      assert.equal(await seen(scopeOf, () => one.root.store.clientsAdmin.replace({ ...client, scope: 'read' })), 'read')
      await seen(scopeOf, () => one.root.store.clientsAdmin.replace(client))
      const rotate = (text: string) => () =>
        one.root.store.clientsAdmin.rotateSecret(
          'machine',
          { id: text, hash: one.root.tokens.hashSecret(text), createdAt: one.now() },
          undefined,
        )
      assert.equal(await seen(() => statusOf(token()), rotate('other')), 401)
      assert.equal(await seen(() => statusOf(token()), rotate('secret')), 200)
      assert.equal(
        await seen(
          () => statusOf(token()),
          () => one.root.store.clientsAdmin.setStatus('machine', 'disabled'),
        ),
        401,
      )
      assert.equal(
        await seen(
          () => statusOf(token()),
          () => one.root.store.clientsAdmin.setStatus('machine', 'active'),
        ),
        200,
      )
    })

    test('resource: that it exists, and its scopes', async () => {
      const status = () => statusOf(token({ resource: api.identifier, scope: 'write' }))
      assert.equal(await seen(status, () => one.root.store.resourcesAdmin.add(api)), 200)
      assert.equal(await seen(status, () => one.root.store.resourcesAdmin.replace({ ...api, scopes: { read: 'Read' } })), 400)
      assert.equal(await seen(status, () => one.root.store.resourcesAdmin.replace(api)), 200)
      assert.equal(await seen(status, () => one.root.store.resourcesAdmin.remove(api.identifier)), 400)
    })

    test('signing key: a revoked one is neither published nor accepted', async () => {
      const kids = async () => {
        const keys = (await call(`${other}/.well-known/jwks.json`)).body.keys as { kid: string; alg: string }[]
        return keys.filter(({ alg }) => alg === 'ES256').map(({ kid }) => kid)
      }
      const [kid] = await kids()
      const { access_token: signed } = (await token()).body
      const active = async () => (await ask('/introspect', { token: signed })).body.active
      assert.equal(await seen(active, () => one.root.keyring.revoke(kid!)), false)
      assert.ok(!(await kids()).includes(kid!))
      assert.equal((await token()).status, 200)
    })

    test('revocation of a token', async () => {
      const { access_token: signed } = (await token()).body
      const active = async () => (await ask('/introspect', { token: signed })).body.active
      assert.equal(await seen(active, () => ask('/revoke', { token: signed }, 'secret', one.issuer)), false)
    })

    test('tenant: that it exists, its settings, its status', async () => {
      const { tenants } = one.app
      const discovery = () => call(`${other}/t/acme/.well-known/openid-configuration`)
      assert.equal(
        await seen(
          () => statusOf(discovery()),
          () => tenants.create({ slug: 'acme', name: 'Acme' }),
        ),
        200,
      )
      const grants = async () => (await discovery()).body.grant_types_supported as string[]
      assert.ok(!(await seen(grants, () => tenants.set('acme', { password_grant: false }))).includes('password'))
      assert.equal(
        await seen(
          () => statusOf(discovery()),
          () => tenants.setStatus('acme', 'suspended'),
        ),
        404,
      )
      assert.equal(
        await seen(
          () => statusOf(discovery()),
          () => tenants.setStatus('acme', 'active'),
        ),
        200,
      )
    })
  })
