/** What a code and a refresh token are worth, to whom and how long — RFC 6749 §4.1.2, §4.1.3, §6; RFC 9700 §4.14; OpenID Connect Core §11, §12. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { setStatus } from '../../src/identity/accounts.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import type { TinyBrowser } from '../tiny-browser.ts'
import { type Answer, type Application, alice, application, call, callback, claimsOf } from './application.ts'

const scope = 'openid email offline_access'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`codes and refresh tokens, on ${engine}`, () => {
    let gatehouse: TestApp
    let app: Application
    let other: Application
    let keeper: Application
    let spa: Application
    let browser: TinyBrowser
    before(async () => {
      gatehouse = await testApp(engine)
      const client = {
        redirect_uris: [callback],
        grant_types: ['authorization_code', 'refresh_token'],
        scope: 'openid email profile offline_access read write',
        policy: { consent: 'skip' },
      }
      await gatehouse.addClient({ ...client, client_id: 'app' }, 'secret')
      await gatehouse.addClient({ ...client, client_id: 'other' }, 'secret')
      await gatehouse.addClient({ ...client, client_id: 'spa', token_endpoint_auth_method: 'none' })
      await gatehouse.addClient({ ...client, client_id: 'keeper', policy: { consent: 'skip', refresh_rotation: 'keep' } }, 'secret')
      await gatehouse.addClient({ ...client, client_id: 'once', grant_types: ['authorization_code'] }, 'secret')
      await gatehouse.addClient(
        {
          ...client,
          client_id: 'timed',
          access_token_lifetime: 5_000,
          id_token_lifetime: 77,
          refresh_token_lifetime: 88,
          policy: { consent: 'skip', code_lifetime: 9 },
        },
        'secret',
      )
      await gatehouse.addAccount({ username: alice.username }, alice.password)
      app = named('app')
      other = named('other')
      keeper = named('keeper')
      spa = application(gatehouse, { id: 'spa', scope })
      browser = gatehouse.browser()
      await app.arrive(browser)
    })
    after(() => gatehouse.close())

    const named = (id: string) => application(gatehouse, { id, secret: 'secret', scope })
    const isInvalid = ({ status, body }: Answer, error = 'invalid_grant') => assert.deepEqual([status, body.error], [400, error])
    const isGood = async (who: Application, token: string) => (await who.post('/introspect', { token })).body.active

    test('only its client can redeem a code, and another client cannot spend it', async () => {
      const code = await app.code(browser)
      isInvalid(await other.redeem(code))
      isInvalid(await spa.redeem(code))
      assert.equal((await app.redeem(code)).status, 200)
    })
    test('a code lives for a minute, or as long as the client’s policy says', async () => {
      const [first, second, third, fourth] = [
        await app.code(browser),
        await app.code(browser),
        await named('timed').code(browser),
        await named('timed').code(browser),
      ]
      gatehouse.advance(8)
      assert.equal((await named('timed').redeem(third)).status, 200)
      gatehouse.advance(1)
      isInvalid(await named('timed').redeem(fourth))
      gatehouse.advance(50)
      assert.equal((await app.redeem(first)).status, 200)
      gatehouse.advance(1)
      isInvalid(await app.redeem(second))
    })
    test('a code that two redeem at once gives tokens to one, and those are taken back', async () => {
      const code = await app.code(browser)
      const all = await Promise.all(Array.from({ length: 10 }, () => app.redeem(code)))
      const won = all.filter(({ status }) => status === 200)
      assert.equal(won.length, 1)
      for (const lost of all) if (lost !== won[0]) isInvalid(lost)
      assert.equal(await isGood(app, won[0]!.body.access_token), false)
      isInvalid(await app.refresh(won[0]!.body.refresh_token))
    })
    test('offline_access decides in an OpenID request; a plain one need not ask', async () => {
      assert.ok((await app.tokens(browser)).refresh_token)
      assert.equal((await app.tokens(browser, { scope: 'openid' })).refresh_token, undefined)
      assert.ok((await app.tokens(browser, { scope: 'read' })).refresh_token)
      assert.equal((await named('once').tokens(browser)).refresh_token, undefined)
      assert.equal((await app.tokens(browser, { scope: undefined })).scope, 'openid email profile read write')
    })

    test('scope: less may be asked, more not, and less is not for ever', async () => {
      const first = await app.tokens(browser, { scope: 'openid email offline_access read' })
      const less = await app.refresh(first.refresh_token, { scope: 'read' })
      assert.deepEqual([less.body.scope, less.body.id_token], ['read', undefined])
      assert.equal(claimsOf(less.body.access_token).scope, 'read')
      for (const wider of ['openid write', 'profile', 'nonsense'])
        isInvalid(await app.refresh(less.body.refresh_token, { scope: wider }), 'invalid_scope')
      const all = await app.refresh(less.body.refresh_token)
      assert.equal(all.body.scope, 'openid email offline_access read')
      assert.ok(all.body.id_token)
    })
    test('the refreshed ID token is about the same sign-in', async () => {
      const first = await app.tokens(browser, { nonce: 'n' })
      gatehouse.advance(30)
      const { body } = await app.refresh(first.refresh_token)
      const [before, after] = [claimsOf(first.id_token), claimsOf(body.id_token)]
      for (const claim of ['iss', 'sub', 'aud', 'auth_time', 'acr', 'sid']) assert.equal(after[claim], before[claim], claim) // Core §12.2
      assert.equal(after.iat, before.iat + 30)
      assert.deepEqual([after.nonce, after.azp, before.azp], [undefined, undefined, undefined])
    })

    test('only its client can use a refresh token, and another client does not trigger reuse detection', async () => {
      for (const [owner, stranger] of [
        [app, other],
        [spa, other],
        [app, spa],
      ] as const) {
        const { refresh_token } = await owner.tokens(browser)
        isInvalid(await stranger.refresh(refresh_token))
        const next = await owner.refresh(refresh_token)
        assert.equal(next.status, 200)
        isInvalid(await stranger.refresh(refresh_token)) // used by now
        assert.equal((await owner.refresh(next.body.refresh_token)).status, 200)
      }
    })
    for (const name of ['app', 'spa']) {
      test(`rotation for ${name}: repeated within the grace the same successor, then a theft`, async () => {
        const who = name === 'spa' ? spa : app
        const { refresh_token, access_token } = await who.tokens(browser)
        const next = (await who.refresh(refresh_token)).body.refresh_token
        assert.notEqual(next, refresh_token)
        gatehouse.advance(9)
        assert.equal((await who.refresh(refresh_token)).body.refresh_token, next)
        gatehouse.advance(1)
        isInvalid(await who.refresh(refresh_token))
        isInvalid(await who.refresh(next))
        assert.equal((await call(`${gatehouse.issuer}/userinfo`, { headers: { authorization: `Bearer ${access_token}` } })).status, 401)
      })
      test(`rotation for ${name}: once the successor was used there is no grace`, async () => {
        const who = name === 'spa' ? spa : app
        const { refresh_token } = await who.tokens(browser)
        const second = (await who.refresh(refresh_token)).body.refresh_token
        const third = (await who.refresh(second)).body.refresh_token
        isInvalid(await who.refresh(refresh_token))
        isInvalid(await who.refresh(third))
      })
    }
    test('the policy keep: the same token, as often as it likes, until it expires or is revoked', async () => {
      const { refresh_token } = await keeper.tokens(browser)
      for (let n = 0; n < 3; n++) {
        gatehouse.advance(60)
        assert.equal((await keeper.refresh(refresh_token)).body.refresh_token, refresh_token)
      }
      assert.equal((await keeper.post('/revoke', { token: refresh_token })).status, 200)
      isInvalid(await keeper.refresh(refresh_token))
    })
    test('lifetimes are the client’s', async () => {
      const { access_token, id_token, refresh_token, expires_in } = await named('timed').tokens(browser)
      assert.equal(expires_in, 5_000)
      for (const [token, lifetime] of [
        [access_token, 5_000],
        [id_token, 77],
      ] as const)
        assert.equal(claimsOf(token).exp - claimsOf(token).iat, lifetime)
      gatehouse.advance(87)
      assert.equal(await isGood(named('timed'), refresh_token), true)
      gatehouse.advance(1)
      assert.equal(await isGood(named('timed'), refresh_token), false)
      isInvalid(await named('timed').refresh(refresh_token))
    })

    test('a suspended account: code, refresh token and session are worth nothing at once, and the session stays so', async () => {
      const who = { username: 'robert', password: 'the builder' }
      const subject = await gatehouse.addAccount({ username: who.username }, who.password)
      const bobs = gatehouse.browser()
      const tokens = await app.tokens(bobs, {}, who)
      const opaque = await keeper.tokens(bobs)
      const code = await app.code(bobs)
      await setStatus(gatehouse.root.accounts, subject, 'suspended')
      isInvalid(await app.redeem(code))
      isInvalid(await app.refresh(tokens.refresh_token))
      isInvalid(await keeper.refresh(opaque.refresh_token))
      assert.equal(await isGood(app, tokens.access_token), false)
      assert.equal(await isGood(app, tokens.refresh_token), false)
      assert.equal(
        (await call(`${gatehouse.issuer}/userinfo`, { headers: { authorization: `Bearer ${tokens.access_token}` } })).status,
        401,
      )
      await assert.rejects(app.code(bobs, { prompt: 'none' }), /login_required/)
      await setStatus(gatehouse.root.accounts, subject, 'active')
      await assert.rejects(app.code(bobs, { prompt: 'none' }), /login_required/)
    })
  })
}
