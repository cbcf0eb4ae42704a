/** Logout tokens survive an application that is slow, down or hostile, and cost bounded time — OpenID Connect Back-Channel Logout 1.0 §2.5. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import { type Engine, freePort, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { receiver } from '../receiver.ts'
import { browser as browserAt } from '../tiny-browser.ts'
import { alice, application, call, callback, claimsOf } from './application.ts'
import { bye, type LogoutStage, logoutStage, tokenOf } from './logout-stage.ts'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`delivery of logout tokens, on ${engine}`, () => {
    let stage: LogoutStage
    let gatehouse: LogoutStage['gatehouse']
    let remote: LogoutStage['remote']
    let shared: LogoutStage['shared']
    let somebody: LogoutStage['somebody']
    let client: LogoutStage['client']
    let logout: LogoutStage['logout']
    let at: LogoutStage['at']
    let waiting: LogoutStage['waiting']
    let delivered: LogoutStage['delivered']
    let losses: LogoutStage['losses']
    before(async () => {
      stage = await logoutStage(engine)
      ;({ gatehouse, remote, shared, somebody, client, logout, at, waiting, delivered, losses } = stage)
    })
    after(() => stage.close())
    beforeEach(() => remote.received.splice(0))

    test('a receiver that does not answer delays the person by a moment only', async () => {
      const app = await client()
      const held: (() => void)[] = []
      remote.answers.set(app.path, (response) => held.push(() => response.writeHead(204).end()))
      const browser = gatehouse.browser()
      const landing = await logout(browser, (await app.tokens(browser, {}, await somebody())).id_token)
      assert.equal(landing.url.href, bye)
      assert.equal(held.length, 1, 'it was sent, and is not answered')
      held[0]!()
      while ((await waiting()) > 0) await new Promise((next) => setImmediate(next))
      assert.equal(at(app).length, 1)
    })

    test('what is refused for now is sent again, with another jti, and not before its time', async () => {
      const app = await client()
      remote.answers.set(app.path, (response, n) => response.writeHead(n < 3 ? 500 : 200).end())
      const browser = gatehouse.browser()
      await logout(browser, (await app.tokens(browser, {}, await somebody())).id_token)
      await gatehouse.app.deliverDue()
      assert.equal(at(app).length, 1)
      gatehouse.advance(31)
      await gatehouse.app.deliverDue()
      assert.equal(at(app).length, 2)
      gatehouse.advance(61)
      await Promise.all(Array.from({ length: 6 }, () => gatehouse.app.deliverDue()))
      await delivered()
      assert.equal(new Set(at(app).map((request) => claimsOf(tokenOf(request)).jti)).size, 3)
      assert.deepEqual(await losses(app), [])
    })

    test('redirects are not followed, huge answers are cut off; what stays undelivered for a day is lost, and that is recorded', async () => {
      const [redirecting, huge] = [await client(), await client()]
      remote.answers.set(redirecting.path, (response) => response.writeHead(302, { location: `${remote.url}/elsewhere` }).end())
      remote.answers.set(huge.path, (response) => response.writeHead(200).end('x'.repeat(1_000_000)))
      const browser = gatehouse.browser()
      const who = await somebody()
      const { id_token } = await redirecting.tokens(browser, {}, who)
      await huge.tokens(browser)
      await logout(browser, id_token)
      while ((await waiting()) > 0) {
        gatehouse.advance(3600)
        await gatehouse.app.deliverDue()
      }
      assert.equal(remote.received.filter(({ path }) => path === '/elsewhere').length, 0)
      assert.ok(at(redirecting).length > 10 && at(huge).length > 10)
      for (const [app, reason] of [
        [redirecting, '302'],
        [huge, 'too-large'],
      ] as const) {
        const [loss, ...more] = await losses(app)
        const { attempts, reason: told, ...rest } = loss ?? assert.fail('it is recorded')
        assert.deepEqual([rest, more], [{ outcome: 'failure', user: who.subject, session: claimsOf(id_token).sid }, []])
        assert.ok([reason, 'expired'].includes(String(told)))
        assert.ok(Number(attempts) > 10)
      }
    })

    test('an address of a private network is not called, and the loss is recorded at once', async () => {
      const app = await client({ backchannel_logout_uri: 'https://10.0.0.1/logout' })
      const browser = gatehouse.browser()
      await logout(browser, (await app.tokens(browser, {}, await somebody())).id_token)
      assert.equal(await waiting(), 0)
      assert.equal((await losses(app))[0]?.['reason'], 'address')
    })

    test('many messages to a receiver that is not there cost one attempt', async () => {
      const app = await client()
      remote.answers.set(app.path, (response) => response.destroy())
      const browsers = [gatehouse.browser(), gatehouse.browser(), gatehouse.browser()]
      const hints = []
      for (const browser of browsers) hints.push((await app.tokens(browser, {}, await somebody())).id_token)
      for (const [n, browser] of browsers.entries()) await logout(browser, hints[n])
      assert.equal(at(app).length, 1)
      remote.answers.delete(app.path)
      gatehouse.advance(61)
      await delivered()
      assert.equal(at(app).length, 4)
    })

    test('a client that no longer wants logout tokens, or is disabled or gone, gets none', async () => {
      const { clientsAdmin } = gatehouse.root.store
      const changes: Record<string, (id: string) => Promise<unknown>> = {
        disabled: (id) => clientsAdmin.setStatus(id, 'disabled'),
        removed: (id) => clientsAdmin.remove(id, gatehouse.now()),
      }
      for (const [what, change] of Object.entries(changes)) {
        const app = await client()
        const who = await somebody()
        await app.tokens(gatehouse.browser(), {}, who)
        remote.answers.set(app.path, (response) => response.writeHead(500).end())
        await gatehouse.root.store.sessions.end({ subject: who.subject })
        assert.equal(at(app).length, 1, what)
        await change(app.id)
        gatehouse.advance(31)
        await delivered()
        assert.equal(at(app).length, 1, what)
      }
    })

    test('while a tenant is suspended its logout tokens wait', async () => {
      await gatehouse.app.tenants.create({ slug: 'acme', name: 'Acme' })
      const tenant = (await gatehouse.app.tenant('acme'))!
      const subject = await gatehouse.addAccount({ username: alice.username }, alice.password, tenant)
      const metadata = { client_id: 'acme-app', redirect_uris: [callback], policy: { consent: 'skip' } }
      await gatehouse.addClient({ ...metadata, backchannel_logout_uri: `${remote.url}/acme` }, 'secret', tenant)
      const issuer = `${gatehouse.issuer}/t/acme`
      await application(gatehouse, { id: 'acme-app', secret: 'secret', issuer }).tokens(browserAt(issuer))
      await gatehouse.app.tenants.setStatus('acme', 'suspended')
      await tenant.store.factors.clear(subject)
      gatehouse.advance(2)
      await gatehouse.app.deliverDue()
      assert.equal(at({ path: '/acme' }).length, 0)
      await gatehouse.app.tenants.setStatus('acme', 'active')
      while (at({ path: '/acme' }).length === 0) {
        gatehouse.advance(31)
        await gatehouse.app.deliverDue()
      }
      assert.equal(claimsOf(tokenOf(at({ path: '/acme' })[0]!)).iss, issuer)
    })

    test('of two nodes one sends each logout token', async () => {
      const second = await testApp(engine, { ...shared, ISSUER: gatehouse.issuer, LISTEN_PORT: String(await freePort()) })
      try {
        second.advance(gatehouse.now() + 2 - second.now())
        const app = await client()
        const persons = []
        for (let n = 0; n < 5; n++) {
          const who = await somebody()
          await app.tokens(gatehouse.browser(), {}, who)
          persons.push(who.subject)
        }
        for (const subject of persons) await gatehouse.root.store.factors.clear(subject)
        gatehouse.advance(2)
        await Promise.all([gatehouse, second, gatehouse, second].map((node) => node.app.deliverDue()))
        await delivered()
        assert.deepEqual(
          at(app)
            .map((request) => claimsOf(tokenOf(request)).sub)
            .sort(),
          persons.sort(),
        )
      } finally {
        await second.close()
      }
    })
  })
}

test('where the feature is off, no logout token is sent or advertised', async () => {
  const gatehouse = await testApp('sqlite', { FEATURES_BACK_CHANNEL_LOGOUT: 'false' })
  const remote = await receiver()
  try {
    const subject = await gatehouse.addAccount({ username: alice.username }, alice.password)
    const client = { client_id: 'app', redirect_uris: [callback], backchannel_logout_uri: remote.url, policy: { consent: 'skip' } }
    await gatehouse.addClient(client, 'secret')
    await application(gatehouse, { id: 'app', secret: 'secret' }).tokens(gatehouse.browser())
    await gatehouse.root.signIn.store.sessions.end({ subject })
    assert.deepEqual(remote.received, [])
    const { body } = await call(`${gatehouse.issuer}/.well-known/openid-configuration`)
    assert.equal(body.backchannel_logout_supported, undefined)
  } finally {
    await gatehouse.close()
    await remote.close()
  }
})
