/** Applications are told that a session has ended — OpenID Connect Back-Channel Logout 1.0. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { giveStatus, operator, removeAccount } from '../../src/identity/account-administration.ts'
import { replacePassword } from '../../src/identity/accounts.ts'
import type { Engine } from '../app.ts'
import { engines } from '../postgres.ts'
import type { TinyBrowser } from '../tiny-browser.ts'
import { call, callback, claimsOf } from './application.ts'
import { asked } from './json.ts'
import { bye, type LogoutStage, logoutStage, tokenOf } from './logout-stage.ts'

const event = 'http://schemas.openid.net/event/backchannel-logout'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`back-channel logout, on ${engine}`, () => {
    let stage: LogoutStage
    let gatehouse: LogoutStage['gatehouse']
    let remote: LogoutStage['remote']
    let somebody: LogoutStage['somebody']
    let client: LogoutStage['client']
    let logout: LogoutStage['logout']
    let at: LogoutStage['at']
    let waiting: LogoutStage['waiting']
    let delivered: LogoutStage['delivered']
    before(async () => {
      stage = await logoutStage(engine)
      ;({ gatehouse, remote, somebody, client, logout, at, waiting, delivered } = stage)
    })
    after(() => stage.close())
    beforeEach(() => remote.received.splice(0))

    test('discovery says that it is supported, with sid', async () => {
      const { body } = await call(`${gatehouse.issuer}/.well-known/openid-configuration`)
      assert.deepEqual([body.backchannel_logout_supported, body.backchannel_logout_session_supported], [true, true])
    })

    test('the logout token arrives before the person is back at the application, and says what it must', async () => {
      for (const alg of ['RS256', 'ES256', 'EdDSA']) {
        const app = await client({ id_token_signed_response_alg: alg, backchannel_logout_session_required: true })
        const browser = gatehouse.browser()
        const idToken = claimsOf((await app.tokens(browser, {}, await somebody())).id_token)
        const hint = (await app.tokens(browser)).id_token
        const landing = await logout(browser, hint)
        assert.equal(landing.url.href, bye)
        const [request, ...more] = at(app)
        assert.deepEqual(more, [], 'one, although the person signed in twice')
        assert.deepEqual([...new URLSearchParams(request!.body).keys()], ['logout_token'])
        assert.equal(request!.headers['content-type'], 'application/x-www-form-urlencoded')
        const keys = createRemoteJWKSet(new URL(`${gatehouse.issuer}/.well-known/jwks.json`))
        const token = tokenOf(request!)
        const expected = { issuer: gatehouse.issuer, audience: app.id, typ: 'logout+jwt', currentDate: new Date(gatehouse.now() * 1000) }
        const { payload, protectedHeader } = await jwtVerify(token, keys, expected)
        assert.deepEqual(
          [protectedHeader.alg, Object.keys(payload).sort()],
          [alg, ['aud', 'events', 'exp', 'iat', 'iss', 'jti', 'sid', 'sub']],
        )
        const { sub, sid, events, iat, exp } = payload
        assert.deepEqual({ sub, sid, events }, { sub: idToken.sub, sid: idToken.sid, events: { [event]: {} } })
        assert.deepEqual([iat, exp], [gatehouse.now(), gatehouse.now() + 120])
        assert.equal(await waiting(), 0)
      }
    })

    test('a logout token is no ID token: it is no hint', async () => {
      const app = await client()
      const browser = gatehouse.browser()
      await logout(browser, (await app.tokens(browser, {}, await somebody())).id_token)
      const { status, html } = await logout(gatehouse.browser(), tokenOf(at(app)[0]!))
      assert.equal(status, 400)
      assert.match(html, /id_token_hint is not an ID token of this issuer/)
    })

    test('a pairwise client is told the subject that it knows', async () => {
      const app = await client({ subject_type: 'pairwise' })
      const browser = gatehouse.browser()
      const who = await somebody()
      const { id_token } = await app.tokens(browser, {}, who)
      await logout(browser, id_token)
      const { sub } = claimsOf(tokenOf(at(app)[0]!))
      assert.equal(sub, claimsOf(id_token).sub)
      assert.notEqual(sub, who.subject)
    })

    test('only applications that the person was signed in to in this session are told, if they ask for it', async () => {
      const [here, plain, elsewhere, silent] = [
        await client(),
        await client({ scope: 'openid profile' }, 'profile'),
        await client(),
        await client({ backchannel_logout_uri: undefined }),
      ]
      const who = await somebody()
      const [browser, other] = [gatehouse.browser(), gatehouse.browser()]
      const { id_token } = await here.tokens(browser, {}, who)
      for (const app of [plain, silent]) await app.code(browser)
      await elsewhere.tokens(other, {}, who)
      await logout(browser, id_token)
      await delivered()
      assert.deepEqual(
        [here, plain, elsewhere, silent].map((app) => at(app).length),
        [1, 0, 0, 0],
      )
      await logout(other, (await elsewhere.tokens(other)).id_token)
      assert.equal(at(elsewhere).length, 1)
    })

    test('each way in which sessions end tells the applications', async () => {
      const { root } = gatehouse
      type Somebody = Awaited<ReturnType<typeof somebody>>
      const ways: Record<string, (who: Somebody, browser: TinyBrowser) => Promise<unknown>> = {
        'the page that asks first': async (_, browser) => {
          await browser.open('/logout')
          await browser.submit('sign-out', { answer: 'yes' })
        },
        'the account page, from another browser': async (who) => {
          const other = gatehouse.browser()
          await other.open('/account/sessions')
          await other.submit('sign-in', { username: who.username, password: who.password })
          await other.submit('sessions-end-others')
        },
        'the account page, everywhere': async (_, browser) => {
          await browser.open('/account/sessions')
          await browser.submit('sessions-end-all')
        },
        'an administrator': async (who) => {
          await gatehouse.addAccount({ username: `boss-${who.username}`, role: 'superadmin' }, who.password)
          const login = { email: `boss-${who.username}`, password: who.password }
          const { body } = await asked(`${gatehouse.issuer}/api/v1/auth/login`, 'POST', login)
          const headers = { authorization: `Bearer ${body.access_token}` }
          const url = `${gatehouse.issuer}/api/v1/admin/users/${who.subject}/sessions`
          assert.equal((await asked(url, 'DELETE', undefined, headers)).status, 204)
        },
        'a changed password': async (who) =>
          replacePassword(root.accounts, (await root.store.accounts.bySubject(who.subject))!, 'another good and long password'),
        suspension: (who) => giveStatus(root.accounts, operator, who.subject, 'suspended'),
        deletion: (who) => removeAccount(root.accounts, operator, who.subject),
        'lost second factors': (who) => root.store.factors.clear(who.subject),
        'somebody else who signs in here': async (_, browser) => {
          const { username, password } = await somebody()
          const app = await client({ backchannel_logout_uri: undefined })
          await browser.open(app.url({ prompt: 'login' }))
          await browser.submit('sign-in', { username, password })
          await browser.open('/logout')
          await browser.submit('sign-out', { answer: 'yes' })
        },
      }
      for (const [way, end] of Object.entries(ways)) {
        const app = await client()
        const browser = gatehouse.browser()
        const who = await somebody()
        const { sid } = claimsOf((await app.tokens(browser, {}, who)).id_token)
        await end(who, browser)
        await delivered()
        assert.deepEqual(
          at(app).map((request) => claimsOf(tokenOf(request)).sid),
          [sid],
          way,
        )
      }
    })

    test('a session that goes on under another id after a new sign-in is told by each id that the application knows', async () => {
      const app = await client()
      const browser = gatehouse.browser()
      const who = await somebody()
      const first = claimsOf((await app.tokens(browser, {}, who)).id_token).sid
      await browser.open(app.url({ prompt: 'login' }))
      await browser.submit('sign-in', { username: who.username, password: who.password })
      const { id_token } = await app.tokens(browser)
      assert.notEqual(claimsOf(id_token).sid, first)
      assert.equal(at(app).length, 0, 'it goes on')
      await logout(browser, id_token)
      assert.deepEqual(
        at(app)
          .map((request) => claimsOf(tokenOf(request)).sid)
          .sort(),
        [first, claimsOf(id_token).sid].sort(),
      )
    })

    test('clients register it themselves, and what is wrong with it is refused by name', async () => {
      const register = (more: object) => asked(`${gatehouse.issuer}/register`, 'POST', { redirect_uris: [callback], ...more })
      const uri = 'https://app.example/logout?from=here'
      const { status, body } = await register({ backchannel_logout_uri: uri, backchannel_logout_session_required: true })
      assert.deepEqual([status, body.backchannel_logout_uri, body.backchannel_logout_session_required], [201, uri, true])
      for (const [member, value] of [
        ['backchannel_logout_uri', 'http://app.example/logout'],
        ['backchannel_logout_uri', 'https://app.example/logout#part'],
        ['backchannel_logout_uri', '/logout'],
        ['backchannel_logout_uri', 7],
        ['backchannel_logout_session_required', 'yes'],
      ] as const) {
        const { status, body } = await register({ [member]: value })
        assert.deepEqual([status, body.error], [400, 'invalid_client_metadata'], String(value))
        assert.match(body.error_description, new RegExp(`^${member} `))
      }
    })
  })
}
