/** The database is unreachable for a while: nothing is lost or partly done, and every client is asked to retry — RFC 9110 §15.6.4. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type TestApp, testApp } from '../app.ts'
import { freshPostgres } from '../postgres.ts'
import type { TinyBrowser } from '../tiny-browser.ts'
import { type Answer, type Application, alice, application, call, callback, encode, shows, told } from './application.ts'
import { type Wire, wireTo } from './tcp-proxy.ts'

const scope = 'openid offline_access'

suite('PostgreSQL is unreachable', () => {
  let gatehouse: TestApp
  let wire: Wire
  let app: Application
  let opaque: Application
  let browser: TinyBrowser
  let close: () => Promise<void>
  before(async () => {
    const database = await freshPostgres()
    const url = new URL(database.url)
    wire = await wireTo({ host: url.hostname, port: Number(url.port) })
    url.port = String(wire.port)
    gatehouse = await testApp('sqlite', { DATABASE_URL: url.href, LOG_LEVEL: 'warn' })
    close = async () => {
      await gatehouse.close()
      await wire.cut()
      await database.drop()
    }
    const client = {
      redirect_uris: [callback],
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      scope: `${scope} read`,
    }
    await gatehouse.addClient({ ...client, client_id: 'app' }, 'secret')
    await gatehouse.addClient({ ...client, client_id: 'opaque', access_token_format: 'opaque' }, 'secret')
    await gatehouse.addAccount({ username: alice.username }, alice.password)
    app = application(gatehouse, { id: 'app', secret: 'secret', scope })
    opaque = application(gatehouse, { id: 'opaque', secret: 'secret', scope })
    browser = gatehouse.browser()
    await app.arrive(browser)
  })
  after(() => close())

  function isAway({ status, headers, body, text }: Answer, audience: 'program' | 'person') {
    assert.equal(status, 503)
    assert.match(headers.get('retry-after') as string, /^[1-9]\d?$/)
    assert.equal(headers.get('cache-control'), 'no-store')
    assert.equal(headers.get('location'), null)
    if (audience === 'program') assert.equal(body.error, 'temporarily_unavailable')
    else assert.match(text, /id="error-code">temporarily_unavailable</)
    assert.doesNotMatch(text, /postgres|127\.0\.0\.1|ECONN/i)
    const logged = gatehouse.logged().split('\n').filter(Boolean)
    const { level, msg, error, err } = logged.map((line) => JSON.parse(line)).find(({ id }) => id === headers.get('x-request-id'))
    assert.deepEqual([level, msg, error, typeof err], ['warn', 'unavailable', 'temporarily_unavailable', 'object'])
  }

  /** Every endpoint that needs the database, whatever it is asked. */
  async function everythingIsAway(held: { code: string; access: string; refresh: string; flow: string }): Promise<void> {
    const { code, access, refresh, flow } = held
    const headers = { cookie: [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; '), 'sec-fetch-site': 'same-origin' }
    const post = (path: string, fields: Record<string, string>) => call(gatehouse.issuer + path, { body: encode(fields), headers })
    for (const answer of [
      await app.redeem(code),
      await app.refresh(refresh),
      await opaque.post('/token', { grant_type: 'client_credentials' }),
      await app.post('/introspect', { token: access }),
      await app.post('/introspect', { token: refresh }),
      await app.post('/revoke', { token: access }),
      await app.post('/revoke', { token: refresh }),
      await call(`${gatehouse.issuer}/userinfo`, { headers: { authorization: `Bearer ${access}` } }),
    ])
      isAway(answer, 'program')
    for (const answer of [
      await call(app.url(), { headers }),
      await post('/authorize', Object.fromEntries(new URL(app.url()).searchParams)),
      await call(`${gatehouse.issuer}/authorize/continue?flow=${flow}`, { headers }),
      await post('/authorize/sign-in', { flow, ...alice }),
      await post('/authorize/consent', { flow, answer: 'allow', sid: 'x' }),
      await post('/authorize/choose-account', { flow, sid: 'x' }),
      await post('/authorize/cancel', { flow }),
      await call(`${gatehouse.issuer}/logout`, { headers }),
    ])
      isAway(answer, 'person')
  }

  test('every endpoint answers 503, and afterwards everything goes on', async () => {
    const { access_token: access, refresh_token: refresh } = await app.tokens(browser)
    const code = await app.code(browser)
    const visitor = gatehouse.browser()
    const page = await visitor.open(app.url())
    const flow = page.url.searchParams.get('flow') as string
    assert.equal((await call(`${gatehouse.issuer}/readyz`)).status, 200)
    await wire.cut()

    await everythingIsAway({ code, access, refresh, flow })
    const ready = await call(`${gatehouse.issuer}/readyz`)
    assert.deepEqual([ready.status, ready.body.status, ready.headers.has('retry-after')], [503, 'not ready', true])
    assert.match(ready.body.reason, /the database does not answer/)
    for (const path of ['/healthz', '/version', '/.well-known/openid-configuration', '/.well-known/jwks.json'])
      assert.equal((await call(gatehouse.issuer + path)).status, 200, path) // cached
    const signed = () => app.post('/token', { grant_type: 'client_credentials' })
    assert.equal((await signed()).status, 200) // stored nowhere, and what it depends on is remembered
    gatehouse.advance(11) // longer than the cache
    await everythingIsAway({ code, access, refresh, flow })
    for (const path of ['/.well-known/openid-configuration', '/.well-known/jwks.json'])
      isAway(await call(gatehouse.issuer + path), 'program')
    isAway(await signed(), 'program')
    assert.equal((await call(`${gatehouse.issuer}/healthz`)).status, 200)

    await wire.mend()
    assert.equal((await call(`${gatehouse.issuer}/readyz`)).status, 200)
    assert.equal((await app.post('/introspect', { token: access })).body.active, true)
    assert.equal((await app.redeem(code)).status, 200)
    assert.equal((await app.refresh(refresh)).status, 200)
    assert.ok(told(await visitor.submit('sign-in', { ...alice }))['code'])
    assert.ok(told(await browser.open(app.url({ prompt: 'none' })))['code'])
  })

  /** The one statement that spends and stores tokens, and commits, has their documents. */
  const issuing = '"clientId"'

  for (const id of ['app', 'opaque']) {
    test(`cut just before the commit, ${id}: what was asked is wholly undone`, async () => {
      const who = application(gatehouse, { id, secret: 'secret', scope })
      const code = await who.code(browser)
      isAway(await cutWhile(() => who.redeem(code), issuing), 'program')
      const first = await who.redeem(code)
      assert.equal(first.status, 200)

      const { access_token, refresh_token } = first.body
      isAway(await cutWhile(() => who.refresh(refresh_token), issuing), 'program')
      const next = (await who.refresh(refresh_token)).body
      assert.ok(next.refresh_token)

      for (const token of [access_token, next.refresh_token]) {
        isAway(await cutWhile(() => who.post('/revoke', { token })), 'program')
        assert.equal((await who.post('/introspect', { token })).body.active, true)
        assert.equal((await who.post('/revoke', { token })).status, 200)
        assert.equal((await who.post('/introspect', { token })).body.active, false)
      }
    })
  }

  test('cut just before the commit of a sign-in, of a consent and of a code', async () => {
    const visitor = gatehouse.browser()
    await visitor.open(app.url({ prompt: 'consent' }))
    const failed = await cutWhile(() => visitor.submit('sign-in', { ...alice }))
    assert.equal(failed.status, 503)
    assert.equal(visitor.cookies.has('gatehouse-session'), false)
    const page = await visitor.open(app.url({ prompt: 'consent' }))
    assert.ok(shows(await visitor.submit('sign-in', { ...alice }), 'consent'))
    assert.equal((await cutWhile(() => visitor.submit('consent', { answer: 'allow' }))).status, 503)
    assert.ok(shows(await visitor.open(`${gatehouse.issuer}/authorize/continue?${page.url.search.slice(1)}`), 'consent'))
    assert.ok(told(await visitor.submit('consent', { answer: 'allow' }))['code'])
    assert.equal((await cutWhile(() => visitor.open(app.url()))).status, 503)
    assert.ok(told(await visitor.open(app.url()))['code'])
  })

  /** `at`: what is in the message that must not arrive. */
  async function cutWhile<T>(act: () => Promise<T>, at = 'commit'): Promise<T> {
    const cut = wire.cutAt(at)
    const [answer] = await Promise.all([act(), cut])
    await wire.mend()
    return answer
  }
})
