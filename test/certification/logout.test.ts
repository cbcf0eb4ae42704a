/** What certification for logout demands, one test for each demand: OpenID Connect RP-Initiated, Back-Channel and Front-Channel Logout. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import { SignJWT, UnsecuredJWT } from 'jose'
import type { Engine } from '../app.ts'
import { type Application, call, callback, claimsOf, encode, type Person, told } from '../journeys/application.ts'
import { bye, type LogoutStage, logoutStage, tokenOf } from '../journeys/logout-stage.ts'
import { engines } from '../postgres.ts'
import type { TinyBrowser } from '../tiny-browser.ts'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`logout, on ${engine}`, () => {
    let stage: LogoutStage
    before(async () => {
      stage = await logoutStage(engine)
    })
    after(() => stage.close())

    interface SignedIn {
      app: Application & { path: string }
      browser: TinyBrowser
      hint: string
      who: Person
    }
    async function signedIn(metadata: Record<string, unknown> = {}): Promise<SignedIn> {
      const [app, who, browser] = [await stage.client(metadata), await stage.somebody(), stage.gatehouse.browser()]
      return { app, browser, who, hint: (await app.tokens(browser, {}, who)).id_token }
    }
    const logout = ({ browser }: SignedIn, fields: Record<string, string>) => browser.open(`/logout?${encode(fields)}`)
    const isSignedIn = async ({ app, browser }: SignedIn) => told(await browser.open(app.url({ prompt: 'none' })))['code'] !== undefined
    const metadata = async () => (await call(`${stage.gatehouse.issuer}/.well-known/openid-configuration`)).body

    /** A page of ours: no redirect to the client, whatever the browser is asked. */
    async function staysHere(state: SignedIn, fields: Record<string, string>): Promise<void> {
      assert.equal((await logout(state, fields)).url.origin, stage.gatehouse.issuer)
    }

    test('discovery: end_session_endpoint, and what is supported', async () => {
      const found = await metadata()
      assert.equal(found.end_session_endpoint, `${stage.gatehouse.issuer}/logout`)
      for (const name of ['backchannel', 'frontchannel'])
        assert.deepEqual([found[`${name}_logout_supported`], found[`${name}_logout_session_supported`]], [true, true])
    })

    test('rp-initiated-logout: back to the registered address with the exact state, and prompt=none is an error', async () => {
      const state = await signedIn()
      const sent = 'a state with spaces, & and ü'
      const landing = await logout(state, { id_token_hint: state.hint, post_logout_redirect_uri: bye, state: sent })
      assert.deepEqual([landing.url.origin + landing.url.pathname, landing.url.searchParams.get('state')], [bye, sent])
      assert.equal(await isSignedIn(state), false)
    })

    test('rp-initiated-logout, by POST', async () => {
      const state = await signedIn()
      const landing = await state.browser.post('/logout', { id_token_hint: state.hint, post_logout_redirect_uri: bye })
      assert.equal(landing.url.href, bye)
      assert.equal(await isSignedIn(state), false)
    })

    test('rp-initiated-logout-no-state: back without a state', async () => {
      const state = await signedIn()
      assert.equal((await logout(state, { id_token_hint: state.hint, post_logout_redirect_uri: bye })).url.href, bye)
    })

    test('an ID token that has expired is still a hint', async () => {
      const state = await signedIn()
      stage.gatehouse.advance(7200)
      assert.ok(claimsOf(state.hint).exp < stage.gatehouse.now())
      assert.equal((await logout(state, { id_token_hint: state.hint, post_logout_redirect_uri: bye })).url.href, bye)
    })

    for (const [name, uri] of [
      ['bad-post-logout-redirect-uri', 'https://app.example/other'],
      ['query-added-to-post-logout-redirect-uri', `${bye}?foo=bar`],
    ] as const)
      test(`rp-initiated-logout-${name}: no redirect`, async () => {
        const state = await signedIn()
        await staysHere(state, { id_token_hint: state.hint, post_logout_redirect_uri: uri, state: 'x' })
      })

    test('rp-initiated-logout-modified-id-token-hint (alg none): no redirect', async () => {
      const state = await signedIn()
      const hint = new UnsecuredJWT(claimsOf(state.hint)).encode()
      await staysHere(state, { id_token_hint: hint, post_logout_redirect_uri: bye })
    })

    test('rp-initiated-logout-bad-id-token-hint (a foreign key): no redirect', async () => {
      const state = await signedIn()
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
      const { kid } = JSON.parse(Buffer.from(state.hint.split('.')[0]!, 'base64url').toString())
      const hint = await new SignJWT(claimsOf(state.hint)).setProtectedHeader({ alg: 'RS256', kid }).sign(privateKey)
      await staysHere(state, { id_token_hint: hint, post_logout_redirect_uri: bye })
    })

    test('rp-initiated-logout-no-id-token-hint: no redirect', async () => {
      await staysHere(await signedIn(), { post_logout_redirect_uri: bye, state: 'x' })
    })

    for (const [name, fields] of [
      ['no-params', {}],
      ['only-state', { state: 'x' }],
    ] as const)
      test(`rp-initiated-logout-${name}: the person is asked, and then signed out on a page`, async () => {
        const state = await signedIn()
        await staysHere(state, fields)
        const { url, html } = await state.browser.submit('sign-out', { answer: 'yes' })
        assert.equal(url.origin, stage.gatehouse.issuer)
        assert.match(html, /You are signed out/)
        assert.equal(await isSignedIn(state), false)
      })

    test('rp-initiated-logout-no-post-logout-redirect-uri: signed out on a page', async () => {
      const state = await signedIn()
      const { url, html } = await logout(state, { id_token_hint: state.hint, state: 'x' })
      assert.equal(url.origin, stage.gatehouse.issuer)
      assert.match(html, /You are signed out/)
      assert.equal(await isSignedIn(state), false)
    })

    test('back-channel: a logout token in the form field logout_token alone, before the redirect, and no nonce', async () => {
      const state = await signedIn()
      const { sub, sid, iss, aud } = claimsOf(state.hint)
      assert.equal(typeof sid, 'string')
      await logout(state, { id_token_hint: state.hint, post_logout_redirect_uri: bye })
      const [request, ...more] = stage.at(state.app)
      assert.deepEqual([more, request?.headers['content-type']], [[], 'application/x-www-form-urlencoded'])
      assert.deepEqual([...new URLSearchParams(request!.body).keys()], ['logout_token'])
      const headerOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString())
      const [token, claims] = [tokenOf(request!), claimsOf(tokenOf(request!))]
      assert.equal(headerOf(token).alg, headerOf(state.hint).alg)
      assert.deepEqual([claims.iss, claims.aud, claims.sub, claims.sid], [iss, aud, sub, sid])
      assert.deepEqual([typeof claims.iat, typeof claims.jti, claims.nonce], ['number', 'string', undefined])
      assert.deepEqual(claims.events, { 'http://schemas.openid.net/event/backchannel-logout': {} })
    })

    test('front-channel: a frame for the client with iss and sid, allowed by the policy of the page, which goes on', async () => {
      const state = await signedIn({ frontchannel_logout_uri: new URL('/out', callback).href })
      const { html, headers } = await logout(state, { id_token_hint: state.hint, post_logout_redirect_uri: bye, state: 'x' })
      const frame = new URL(/<iframe [^>]*src="([^"]+)"/.exec(html)![1]!.replaceAll('&amp;', '&'))
      const { iss, sid } = claimsOf(state.hint)
      assert.deepEqual(Object.fromEntries(frame.searchParams), { iss, sid })
      assert.match(headers.get('content-security-policy') ?? '', new RegExp(`frame-src ${frame.origin}(;|$)`))
      assert.match(html, new RegExp(`<a id="continue" class="button" href="${bye}\\?state=x">`))
    })
  })
}
