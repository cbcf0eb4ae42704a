/** The cause of a refusal can be found: in the log under the request id, and on the page in development mode. */
import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { after, before, suite, test } from 'node:test'
import { type TestApp, testApp } from '../app.ts'
import { alice, application, basic, call, callback, encode } from './application.ts'

suite('why a request was refused', () => {
  let gatehouse: TestApp
  before(async () => {
    gatehouse = await testApp('sqlite', { LOG_LEVEL: 'info' })
    await gatehouse.addAccount({ username: alice.username }, alice.password)
    await gatehouse.addClient({ client_id: 'app', redirect_uris: [callback], post_logout_redirect_uris: [callback] }, 'secret')
  })
  after(() => gatehouse.close())

  /** The line of the log about this request. */
  function lineOf(id: string | null): Record<string, unknown> {
    const lines = gatehouse
      .logged()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    const found = lines.filter((line) => line['id'] === id)
    assert.equal(found.length, 1)
    return found[0] as Record<string, unknown>
  }
  const requestIdOf = (html: string) => /<code id="request-id">([^<]+)/.exec(html)?.[1] ?? null

  test('each answer has a line that says what was asked, of which tenant, from where, and how long it took', async () => {
    await gatehouse.app.tenants.create({ slug: 'acme', name: 'Acme' })
    const { headers } = await fetch(`${gatehouse.issuer}/t/acme/authorize?client_id=nobody`)
    const { id: _, time, ms, ip, ...line } = lineOf(headers.get('x-request-id'))
    const said = { tenant: 'acme', method: 'GET', route: '/authorize', status: 400, client: 'nobody', msg: 'refused', level: 'info' }
    assert.deepEqual(Object.fromEntries(Object.keys(said).map((name) => [name, line[name]])), said)
    assert.ok(Number.isFinite(ms) && Number.isFinite(Date.parse(time as string)) && /^(?:127\.0\.0\.1|::1)$/.test(ip as string))
  })

  test('a refusal that travels to the client has its line, with client, error and reason', async () => {
    const { url, headers } = await gatehouse.browser().open(application(gatehouse, { id: 'app' }).url({ scope: 'openid phone' }))
    const error_description = url.searchParams.get('error_description')
    const { msg, client, error, description, status } = lineOf(headers.get('x-request-id'))
    assert.deepEqual([msg, client, error, description, status], ['refused', 'app', 'invalid_scope', error_description, 303])
  })

  test('so has one to a program, whichever way the client named itself', async () => {
    const body = encode({ grant_type: 'client_credentials' })
    const authorization = basic('app', 'wrong')
    const asks = [
      { body, headers: { authorization } },
      { body, headers: { authorization: authorization.replace('Basic', 'BASIC') } },
      { body: `${body}&client_id=app&client_secret=wrong` },
    ]
    for (const ask of asks) {
      const { headers } = await call(`${gatehouse.issuer}/token`, ask)
      const { client, error, why } = lineOf(headers.get('x-request-id'))
      assert.deepEqual([client, error, why], ['app', 'invalid_client', 'wrong secret'])
    }
    assert.doesNotMatch(gatehouse.logged(), /client_secret|:wrong|YXBwOndyb25n/)
  })

  test('a name of a client is cut off where no client can have it', async () => {
    const { headers } = await call(`${gatehouse.issuer}/token`, { body: `client_id=${'x'.repeat(300)}` })
    assert.equal(lineOf(headers.get('x-request-id'))['client'], 'x'.repeat(255))
  })

  test('what is answered has a line too, without a client or an error', async () => {
    const { headers } = await call(`${gatehouse.issuer}/.well-known/openid-configuration?client_id=app`)
    const { msg, level, status, client, error } = lineOf(headers.get('x-request-id'))
    assert.deepEqual([msg, level, status, client, error], ['answered', 'info', 200, undefined, undefined])
  })

  test('so has one of the sign-in page, with its reason', async () => {
    const browser = gatehouse.browser()
    await browser.open(application(gatehouse, { id: 'app' }).url())
    const { headers } = await browser.submit('sign-in', { username: alice.username, password: 'not this one' })
    const { msg, act, target, reason, place } = lineOf(headers.get('x-request-id'))
    const subject = (await gatehouse.root.store.accounts.byLogin(alice.username))?.subject
    assert.deepEqual([msg, act, target, reason, place], ['refused', 'user.sign-in', subject, 'wrong_password', 'page'])
    assert.doesNotMatch(gatehouse.logged(), /not this one/)
  })

  test('a page of a refusal has the request id, the time, and the command that mends it', async () => {
    const wanted = 'https://app.example/other?x=1'
    const page = await gatehouse.browser().open(application(gatehouse, { id: 'app', redirectUri: wanted }).url())
    assert.equal(page.status, 400)
    assert.equal(lineOf(requestIdOf(page.html))['error'], 'invalid_request')
    assert.match(page.html, /<time>\d{4}-\d\d-\d\dT/)
    assert.match(
      page.html,
      /<code>gatehouse clients update app --redirect-uris https:\/\/app\.example\/callback &#39;https:\/\/app\.example\/other\?x=1&#39;</,
    )
    const logout = await gatehouse
      .browser()
      .open(`/logout?${encode({ client_id: 'app', post_logout_redirect_uri: 'https://app.example/bye' })}`)
    assert.match(logout.html, /--post-logout-redirect-uris https:\/\/app\.example\/callback https:\/\/app\.example\/bye</)
  })

  test('no command is made of what a shell would not take literally', async () => {
    await gatehouse.addClient({ client_id: '-app', redirect_uris: [callback] }, 'secret')
    await gatehouse.addClient({ client_id: 'quoted', redirect_uris: [callback, "https://app.example/'"] }, 'secret')
    const site = 'https://app.example/'
    const asks: [id: string, wanted: string, isMade?: boolean][] = [
      ['app', `${site}'; rm -rf ~ #`],
      ['app', `${site}$(id)`],
      ['app', '-x'],
      ['app', `${site}\u{1f600}`],
      ['app', site + 'x'.repeat(300 - site.length), true],
      ['app', site + 'x'.repeat(301 - site.length)],
      ['-app', site],
      ['quoted', site],
    ]
    for (const [id, redirectUri, isMade = false] of asks) {
      const page = await gatehouse.browser().open(application(gatehouse, { id, redirectUri }).url())
      assert.deepEqual([page.status, page.html.includes('id="cure"')], [400, isMade], `${id} ${redirectUri}`)
    }
  })

  test('production shows no command', async () => {
    const production = await testApp('sqlite', { DEMO_HELP: 'false' })
    await production.addClient({ client_id: 'app', redirect_uris: [callback] }, 'secret')
    const page = await production.browser().open(application(production, { id: 'app', redirectUri: 'https://app.example/other' }).url())
    assert.ok(requestIdOf(page.html))
    assert.doesNotMatch(page.html, /gatehouse clients update/)
    await production.close()
  })
})

test('a fault is logged with its cause, and the answer tells none of it', async (t) => {
  const broken = await testApp('sqlite', { LOG_LEVEL: 'info' })
  t.after(() => broken.close())
  await broken.addClient({ client_id: 'app', redirect_uris: [callback] }, 'secret')
  const other = new DatabaseSync(broken.database.slice('sqlite:'.length))
  other.exec('drop table flows')
  other.close()
  const { status, headers, text } = await call(application(broken, { id: 'app' }).url())
  assert.deepEqual([status, /id="error-code">server_error</.test(text), text.includes('no such table')], [500, true, false])
  const logged = broken.logged().split('\n').filter(Boolean)
  const { level, msg, error, err } = logged.map((line) => JSON.parse(line)).find(({ id }) => id === headers.get('x-request-id'))
  assert.deepEqual([level, msg, error], ['error', 'failed', 'server_error'])
  assert.match(JSON.stringify(err), /no such table: (?:main\.)?flows/)
})
