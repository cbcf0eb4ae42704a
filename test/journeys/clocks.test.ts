/** Nodes on machines whose clocks differ agree on the time, by the clock of their database. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { freePort, type TestApp, testApp } from '../app.ts'
import { freshPostgres } from '../postgres.ts'
import { browser } from '../tiny-browser.ts'
import { alice, application, call, callback, claimsOf } from './application.ts'

const scope = 'openid offline_access'

suite('6: nodes whose clocks differ, on postgres', () => {
  const nodes: { app: TestApp; base: string }[] = []
  const closing: (() => Promise<unknown>)[] = []

  /** A node of one installation; `skew`: seconds its machine's clock is ahead. */
  async function node(skew: number, shared: Record<string, string>): Promise<{ app: TestApp; base: string }> {
    const port = await freePort()
    const base = `http://localhost:${port}`
    const settings = { ISSUER: base, ...shared, LISTEN_PORT: String(port) }
    const app = await testApp('sqlite', settings, undefined, () => Date.now() + skew * 1000)
    closing.push(() => app.close())
    return { app, base }
  }

  before(async () => {
    const database = await freshPostgres()
    const data = mkdtempSync(join(tmpdir(), 'gatehouse-clocks-'))
    closing.push(
      () => database.drop(),
      async () => rmSync(data, { recursive: true, force: true }),
    )
    const shared = { DATABASE_URL: database.url, DATA_DIR: data }
    const first = await node(0, shared)
    nodes.push(first)
    for (const skew of [60, -60, 7200]) nodes.push(await node(skew, { ...shared, ISSUER: first.base }))
    const client = { redirect_uris: [callback], grant_types: ['authorization_code', 'refresh_token'], scope, policy: { consent: 'skip' } }
    await first.app.addClient({ ...client, client_id: 'app' }, 'secret')
    await first.app.addAccount({ username: alice.username }, alice.password)
  })
  after(async () => {
    for (const close of closing.reverse()) await close()
  })

  const at = (n: number) => application({ issuer: nodes[n]!.base }, { id: 'app', secret: 'secret', scope })

  test('what one issues, every other accepts; nobody is signed out, and no twin is taken for theft', async () => {
    const person = browser(nodes[0]!.base)
    await at(0).arrive(person)
    const cookie = [...person.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    for (let n = 0; n < nodes.length; n++) {
      const silent = await call(at(n).url({ prompt: 'none' }), { headers: { cookie } })
      const code = new URL(silent.headers.get('location') as string).searchParams.get('code')
      assert.ok(code, 'the session is alive')
      const [one, other] = [at((n + 1) % nodes.length), at((n + 2) % nodes.length)]
      const tokens = (await one.redeem(code)).body
      const bearer = { headers: { authorization: `Bearer ${tokens.access_token}` } }
      for (const { base } of nodes) assert.equal((await call(`${base}/userinfo`, bearer)).status, 200)
      const twins = [await one.refresh(tokens.refresh_token), await other.refresh(tokens.refresh_token)]
      assert.deepEqual(
        twins.map(({ status }) => status),
        [200, 200],
      )
      const next = twins[1]!.body
      assert.equal((await at(n).refresh(next.refresh_token)).status, 200, 'the family is alive')
      assert.ok(Math.abs(claimsOf(tokens.access_token).iat - Date.now() / 1000) < 30)
    }
  })

  test('a node whose clock is off by more than 60 seconds says so', async () => {
    const readiness = await Promise.all(nodes.map(({ base }) => call(`${base}/readyz`)))
    assert.deepEqual(
      readiness.map(({ status, body }) => [status, body.status]),
      [
        [200, 'ready'],
        [200, 'ready'],
        [200, 'ready'],
        [200, 'degraded'],
      ],
    )
    assert.match(readiness[3]!.body.reason, /^the clock of this machine is 7\d{3} seconds ahead of that of the database/)
  })
})
