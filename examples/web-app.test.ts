/** The example application, run as `npm start` runs it, beside a Gatehouse with its demo clients and the example API. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { addDemoData } from '../src/demo-data.ts'
import { random } from '../src/platform.ts'
import { freePort, type TestApp, testApp } from '../test/app.ts'
import { signIn, target, visitor } from '../test/clients/visitor.ts'
import { alice } from '../test/journeys/application.ts'

suite('the example application', () => {
  let gatehouse: TestApp
  let home: string
  const children: ChildProcess[] = []
  /** Resolves when it has said that it listens. */
  async function run(name: string, env: Record<string, string>): Promise<void> {
    const child = spawn(process.execPath, [join(import.meta.dirname, name)], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    children.push(child)
    await once(child.stdout, 'data')
  }
  before(async () => {
    gatehouse = await testApp('sqlite')
    await addDemoData(gatehouse.root, random)
    await gatehouse.addAccount({ username: alice.username, email: 'alice@example.com', claims: { name: 'Alice <b>' } }, alice.password)
    const [port, apiPort] = [await freePort(), await freePort()]
    home = `http://localhost:${port}`
    const { clientsAdmin } = gatehouse.root.store
    const {
      status: _,
      secretHashes: __,
      sealedSigningSecret: ___,
      tokensFrom: ____,
      ...registered
    } = (await clientsAdmin.find('demo-app'))!
    await clientsAdmin.replace({ ...registered, redirect_uris: [`${home}/callback`], post_logout_redirect_uris: [`${home}/`] })
    await run('api.ts', { PORT: String(apiPort), ISSUER: gatehouse.issuer })
    await run('web-app.ts', { PORT: String(port), ISSUER: gatehouse.issuer, API: `http://localhost:${apiPort}` })
  })
  after(async () => {
    for (const child of children) {
      const exited = once(child, 'exit')
      child.kill()
      await exited
    }
    await gatehouse.close()
  })

  test('signs in, shows who and what, refreshes, calls the API, and signs out back to itself', async () => {
    const ask = visitor()
    const browser = gatehouse.browser()
    const text = async () => (await ask(home)).text()
    const post = (path: string) => ask(home + path, { method: 'POST', headers: { origin: home } })
    assert.match(await text(), /id="sign-in"/)
    await ask(await signIn(browser, target(await post('/sign-in'), home)))
    const first = await text()
    for (const said of ['Hello, Alice &lt;b>', 'alice@example.com', 'ID token', 'Access token', 'Refresh token', 'demo-app'])
      assert.ok(first.includes(said), said)
    const refreshOf = (page: string) => /id="refresh-token"[^>]*>([^<]+)/.exec(page)?.[1]
    await post('/refresh')
    assert.notEqual(refreshOf(await text()), refreshOf(first))
    await post('/call-api')
    assert.match(await text(), /id="notes"[^>]*>201 Created/)
    const away = target(await post('/sign-out'), home)
    assert.equal((await browser.open(away)).url.href, `${home}/`)
    assert.match(await text(), /id="sign-in"/)
  })

  test('listens on this machine alone', async () => {
    await assert.rejects(fetch(home.replace('localhost', '127.0.0.2')))
  })

  test('takes forms from itself alone, and says so when something is wrong', async () => {
    const foreign = await fetch(`${home}/sign-out`, { method: 'POST', headers: { origin: 'https://evil.example' } })
    assert.equal(foreign.status, 403)
    assert.equal((await fetch(`${home}/nowhere`)).status, 404)
    const ask = visitor()
    await ask(`${home}/sign-in`, { method: 'POST', headers: { origin: home } })
    const refused = await ask(`${home}/callback?error=access_denied&error_description=no&state=x`)
    assert.equal(refused.status, 400)
  })
})
