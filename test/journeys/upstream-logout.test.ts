/** A provider signs people out here, by logout tokens — OpenID Connect Back-Channel Logout 1.0 §2.6. */
import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import { metadataOf } from '../../src/protocol/change-client.ts'
import type { Engine } from '../app.ts'
import { withApp } from '../authenticator-app.ts'
import { engines } from '../postgres.ts'
import type { TinyBrowser } from '../tiny-browser.ts'
import { alice, call, encode, shows, told } from './application.ts'
import { newcomer, upstreamStage } from './upstream-stage.ts'

const event = 'http://schemas.openid.net/event/backchannel-logout'

for (const engine of Object.keys(engines) as Engine[]) {
  const { gatehouse, upstream, store, set, app, through, tokensOf, close } = await upstreamStage(engine)
  let jtis = 0

  suite(`${engine}: a provider that ends sessions here`, () => {
    after(close)

    const claims = (more: object = {}) => ({
      iss: upstream.issuer,
      aud: upstream.clientId,
      iat: gatehouse.now(),
      exp: gatehouse.now() + 120,
      jti: `jti ${++jtis}`,
      events: { [event]: {} },
      ...more,
    })
    const sent = (token: string, name = 'sso') =>
      call(`${gatehouse.issuer}/connections/${name}/backchannel-logout`, { body: encode({ logout_token: token }) })
    const logout = async (more: object, header = { typ: 'logout+jwt' }) => sent(await upstream.signIdToken(claims(more), header))
    const isIn = async (browser: TinyBrowser) => told(await browser.open(app.url({ prompt: 'none' })))['code'] !== undefined
    /** Signs in through the provider, which gives the session this `sid`. */
    async function enter(sub: string, sid: string | undefined, name = 'sso'): Promise<TinyBrowser> {
      upstream.idToken = sid === undefined ? {} : { sid }
      await set(name, { sign_in: { sign_up: 'open' } })
      const browser = gatehouse.browser()
      await tokensOf((await through(browser, name, newcomer(sub))).landing, browser)
      return browser
    }

    test('by sid it ends that session, by sub all of the person, and no other', async () => {
      const [first, second, third] = [await enter('p1', 's1'), await enter('p1', 's2'), await enter('p1', undefined)]
      const other = await enter('p2', 's3')
      const local = gatehouse.browser()
      await app.tokens(local, {}, alice)
      const answer = await logout({ sid: 's1' })
      assert.deepEqual([answer.status, answer.headers.get('cache-control')], [200, 'no-store'])
      assert.deepEqual([await isIn(first), await isIn(second), await isIn(third), await isIn(other)], [false, true, true, true])
      assert.equal((await logout({ sub: 'p2', sid: 's2' })).status, 200)
      assert.deepEqual([await isIn(second), await isIn(other)], [true, true], 'both must match')
      assert.equal((await logout({ sub: 'p1' })).status, 200)
      assert.deepEqual([await isIn(second), await isIn(third), await isIn(other), await isIn(local)], [false, false, true, true])
      const [noted] = await store.audit.search({ act: 'session.end', limit: 1, newestFirst: true })
      assert.equal(noted?.detail?.['connection'], 'sso')
    })

    test('a sid of 255 characters is known, and a longer one of no use', async () => {
      for (const [length, known] of [
        [255, true],
        [256, false],
      ] as const) {
        const browser = await enter('p9', 's'.repeat(length))
        await logout({ sid: 's'.repeat(length) })
        assert.equal(await isIn(browser), !known, `${length}`)
      }
    })

    test('a session that goes on under another id after a new sign-in ends too; the other provider ends nothing', async () => {
      const browser = await enter('p3', 's4')
      const { subject } = (await store.upstreamIdentities.find('sso', 'p3'))!
      const account = (await store.accounts.bySubject(subject))!
      const { hash } = (await store.sessions.of(subject, gatehouse.now()))[0]!
      const row = (await store.sessions.of(subject, gatehouse.now()))[0]!
      await store.sessions.start({ ...row, hash: 'another', sid: 'another' }, account.passwordHash, [hash])
      await set('elsewhere')
      assert.equal((await sent(await upstream.signIdToken(claims({ sub: 'p3' }), { typ: 'logout+jwt' }), 'elsewhere')).status, 200)
      assert.equal((await store.sessions.of(subject, gatehouse.now())).length, 1)
      assert.equal((await logout({ sid: 's4' })).status, 200)
      assert.equal((await store.sessions.of(subject, gatehouse.now())).length, 0)
      assert.equal(await isIn(browser), false)
    })

    test('a session that began only after a second factor ends too', async () => {
      await enter('p6', 's7')
      const { subject } = (await store.upstreamIdentities.find('sso', 'p6'))!
      const { app: authenticator } = await withApp(gatehouse.root, subject, gatehouse.now())
      upstream.idToken = { sid: 's8' }
      const browser = gatehouse.browser()
      await through(browser, 'sso', newcomer('p6'))
      gatehouse.advance(30)
      await tokensOf(await browser.submit('second-factor', { code: authenticator.at(gatehouse.now()) }), browser)
      assert.equal((await logout({ sid: 's8' })).status, 200)
      assert.equal(await isIn(browser), false)
      assert.equal((await store.sessions.of(subject, gatehouse.now())).length, 1)
    })

    test('applications that ask for it are told in turn', async () => {
      const metadata = metadataOf((await store.clientsAdmin.find('app'))!)
      await store.clientsAdmin.replace({ ...metadata, backchannel_logout_uri: 'https://10.0.0.1/logout' })
      await enter('p5', 's5')
      await logout({ sid: 's5' })
      const [loss] = await store.audit.search({ act: 'client.logout-lost', target: 'app', limit: 1, newestFirst: true })
      assert.equal(loss?.detail?.['reason'], 'address')
      await store.clientsAdmin.replace(metadata)
    })

    test('what is not a valid logout token ends nothing', async () => {
      const browser = await enter('p4', 's6')
      const { privateKey } = await generateKeyPair('ES256')
      const good = claims({ sid: 's6' })
      const header = { alg: 'ES256', kid: 'key', typ: 'logout+jwt' }
      const secret = new TextEncoder().encode(JSON.stringify(await exportJWK((await generateKeyPair('ES256')).publicKey)))
      const sign = (more: object, head = {}) => upstream.signIdToken(claims({ sid: 's6', ...more }), { typ: 'logout+jwt', ...head })
      const tokens: Record<string, string> = {
        'no token': 'x',
        'a foreign key': await new SignJWT(good).setProtectedHeader(header).sign(privateKey),
        'alg none': new UnsecuredJWT(good).encode(),
        'an HMAC': await new SignJWT(good).setProtectedHeader({ ...header, alg: 'HS256' }).sign(secret),
        'another kid': await sign({}, { kid: 'other' }),
        'another typ': await sign({}, { typ: 'at+jwt' }),
        'another issuer': await sign({ iss: 'https://other.example' }),
        'another audience': await sign({ aud: 'somebody' }),
        'no audience': await sign({ aud: undefined }),
        'no iat': await sign({ iat: undefined }),
        'from the future': await sign({ iat: gatehouse.now() + 120 }),
        expired: await sign({ exp: gatehouse.now() - 61 }),
        'too old, whatever its exp': await sign({ iat: gatehouse.now() - 3700, exp: gatehouse.now() + 9999 }),
        'exp is a text': await sign({ exp: 'never' }),
        'no events': await sign({ events: undefined }),
        'another event': await sign({ events: { 'https://other.example': {} } }),
        'an event that is no object': await sign({ events: { [event]: true } }),
        'a nonce': await sign({ nonce: 'n' }),
        nobody: await sign({ sid: undefined }),
        'an empty sid': await sign({ sid: '' }),
        'a long sid': await sign({ sid: 'x'.repeat(256) }),
        'a sub that is no text': await sign({ sid: undefined, sub: 5 }),
        'no jti': await sign({ jti: undefined }),
        'too long': `${await sign({ more: 'x'.repeat(20_000) })}`,
      }
      for (const [what, token] of Object.entries(tokens)) {
        const { status, body } = await sent(token)
        assert.deepEqual(
          [status, body.error, body.error_description],
          [400, 'invalid_request', 'logout_token is not a valid logout token of this provider'],
          what,
        )
      }
      assert.equal((await call(`${gatehouse.issuer}/connections/sso/backchannel-logout`, { body: '' })).status, 400)
      for (const name of ['nobody', 'closed']) {
        if (name === 'closed') await set(name, { enabled: false })
        const { status, body } = await sent(await sign({}), name)
        assert.deepEqual([status, body.error_description], [404, 'no provider signs people out at this address'])
      }
      assert.equal(await isIn(browser), true)
      const once = await sign({})
      assert.equal((await sent(once)).status, 200)
      assert.equal(await isIn(browser), false)
      assert.equal((await sent(once)).status, 400, 'a second time')
    })

    test('while the metadata of the provider cannot be had, it may try again', async () => {
      await set('down', { issuer: 'http://localhost:9/' })
      const { status, body } = await sent(await upstream.signIdToken(claims({ sid: 's' }), { typ: 'logout+jwt' }), 'down')
      assert.deepEqual(
        [status, body.error, body.error_description],
        [503, 'temporarily_unavailable', 'the keys of the provider cannot be had; try again'],
      )
    })

    test('a connection that is disabled leaves its sessions, and one that is removed ends them, and no other', async () => {
      const [first, second] = [await enter('p7', undefined, 'leaving'), await enter('p8', undefined)]
      await set('leaving', { enabled: false })
      assert.deepEqual([await isIn(first), await isIn(second)], [true, true])
      assert.equal(await store.connections.remove('leaving'), true)
      assert.deepEqual([await isIn(first), await isIn(second)], [false, true])
    })

    for (const [what, close] of [
      ['disabled', () => set('half', { enabled: false })],
      ['closed for signing in', () => set('half', { sign_in: { enabled: false }, vault: { enabled: true } })],
      ['removed', () => store.connections.remove('half')],
    ] as const)
      test(`a second factor does not complete a sign-in through a connection that was ${what} meanwhile`, async () => {
        const person = `half ${what.slice(0, 3)}`.replace(' ', '-')
        await enter(person, undefined, 'half')
        const { subject } = (await store.upstreamIdentities.find('half', person))!
        const { app: authenticator } = await withApp(gatehouse.root, subject, gatehouse.now())
        const browser = gatehouse.browser()
        const { landing } = await through(browser, 'half', newcomer(person))
        assert.ok(shows(landing, 'second-factor'), landing.html)
        await close()
        gatehouse.advance(30)
        const after = await browser.submit('second-factor', { code: authenticator.at(gatehouse.now()) })
        assert.ok(shows(after, 'sign-in'), after.html)
        await store.connections.remove('half')
      })

    test('metadata that cannot be had is asked for once in 30 seconds, however many ask', async () => {
      const path = '/.well-known/openid-configuration'
      const asked = () => upstream.requests.filter((request) => request.path === path).length
      await set('flaky')
      upstream.twist.set(path, (answer) => ({ ...answer, status: 503 }))
      const before = asked()
      const statuses = async () => {
        const tokens = await Promise.all(['a', 'b', 'c'].map((sid) => upstream.signIdToken(claims({ sid }), { typ: 'logout+jwt' })))
        const answers: number[] = []
        for (const token of tokens) answers.push((await sent(token, 'flaky')).status)
        return answers
      }
      assert.deepEqual([await statuses(), asked() - before], [[503, 503, 503], 1])
      gatehouse.advance(29)
      assert.deepEqual([await statuses(), asked() - before], [[503, 503, 503], 1])
      upstream.twist.delete(path)
      gatehouse.advance(1)
      assert.deepEqual([await statuses(), asked() - before], [[200, 200, 200], 2])
    })
  })
}
