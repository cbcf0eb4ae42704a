/** Sign-in through a provider whose answers are wrong in every way: each a page for the person, a reason in the log, and nothing half linked. */
import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import { generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import type { Engine } from '../app.ts'
import { engines } from '../postgres.ts'
import type { Upstream, UpstreamAnswer } from '../upstream.ts'
import { shows, told } from './application.ts'
import { newcomer, upstreamStage } from './upstream-stage.ts'

type Twist = Parameters<Upstream['twist']['set']>[1]
const untrusted = /The answer of that provider could not be trusted, so nothing was done/
const silent = /That provider does not answer just now/

const claimsOf = ({ body }: UpstreamAnswer) =>
  JSON.parse(Buffer.from((body as { id_token: string }).id_token.split('.')[1] as string, 'base64url').toString())
const withToken = (usual: UpstreamAnswer, idToken: unknown) => ({ ...usual, body: { ...(usual.body as object), id_token: idToken } })
const foreign = await generateKeyPair('ES256')

for (const engine of Object.keys(engines) as Engine[]) {
  const { gatehouse, upstream, store, set, app, through, consentAt, close } = await upstreamStage(engine, { LOG_LEVEL: 'info' })
  await set('open', { sign_in: { sign_up: 'open' } })
  const claims =
    (changed: object): Twist =>
    async (usual) =>
      withToken(usual, await upstream.signIdToken({ ...claimsOf(usual), ...changed }))
  const signed =
    (header: object): Twist =>
    async (usual) =>
      withToken(usual, await new SignJWT(claimsOf(usual)).setProtectedHeader({ alg: 'ES256', ...header }).sign(foreign.privateKey))

  const cases: readonly [what: string, path: string, twist: Twist, page: RegExp, reason: RegExp][] = [
    ['another iss', '/token', claims({ iss: 'https://evil.example' }), untrusted, /"iss"/],
    ['another aud', '/token', claims({ aud: 'somebody' }), untrusted, /"aud"/],
    ['another azp', '/token', claims({ aud: ['gatehouse', 'other'], azp: 'other' }), untrusted, /"azp"/],
    ['another nonce', '/token', claims({ nonce: 'other' }), untrusted, /"nonce"/],
    ['an ID token that has expired', '/token', claims({ exp: 1 }), untrusted, /"exp"/],
    ['alg none', '/token', (usual) => withToken(usual, new UnsecuredJWT(claimsOf(usual)).encode()), untrusted, /./],
    ['a foreign key', '/token', signed({ kid: 'key' }), untrusted, /signature/],
    ['a foreign key of another name', '/token', signed({ kid: 'other' }), untrusted, /./],
    ['a sub that is another at userinfo', '/userinfo', (usual) => ({ ...usual, body: { sub: 'another' } }), untrusted, /"sub"/],
    ['10 MB of JSON', '/token', () => ({ status: 200, body: { x: 'x'.repeat(10_000_000) } }), silent, /more than \d+ bytes/],
    ['10 MB at userinfo', '/userinfo', (usual) => ({ ...usual, body: { x: 'x'.repeat(10_000_000) } }), silent, /more than \d+ bytes/],
    ['a redirect', '/token', () => ({ status: 302, body: '', headers: { location: 'http://localhost:1/' } }), untrusted, /302/],
    ['an HTML page', '/token', () => ({ status: 200, body: '<html>' }), untrusted, /./],
    ['an HTML page as keys', '/jwks', () => ({ status: 200, body: '<html>' }), untrusted, /./],
    ['no content', '/token', () => ({ status: 204, body: '' }), untrusted, /./],
    ['a reset connection', '/token', () => ({ status: 0, body: '' }), silent, /./],
  ]

  suite(`${engine}: hostile answers at sign-in`, () => {
    after(close)

    for (const [n, [what, path, twist, page, reason]] of cases.entries())
      test(what, async () => {
        gatehouse.root.connections.cache.clear() // keys are fetched anew
        const before = gatehouse.logged().length
        const accounts = (await store.accounts.search({ sort: 'username', descending: false, offset: 0, limit: 200 })).total
        upstream.twist.set(path, twist)
        const browser = gatehouse.browser()
        const { landing } = await through(browser, 'open', newcomer(`hostile-${n}`))
        upstream.twist.clear()
        assert.match(landing.html, page)
        assert.ok(shows(landing, 'sign-in'))
        const line = gatehouse
          .logged()
          .slice(before)
          .split('\n')
          .find((one) => one.includes('did not succeed'))
        assert.match(JSON.parse(line ?? '{}').why ?? '', reason, line ?? 'no line')
        assert.equal(await store.upstreamIdentities.find('open', `hostile-${n}`), undefined)
        assert.equal((await store.accounts.search({ sort: 'username', descending: false, offset: 0, limit: 200 })).total, accounts)
        assert.ok(!told(await browser.open(app.url()))['code'])
      })

    test('a provider that does not answer when the person leaves for it; the sign-in goes on without it', async () => {
      gatehouse.root.connections.cache.clear()
      upstream.twist.set('/.well-known/openid-configuration', () => ({ status: 503, body: {} }))
      const browser = gatehouse.browser()
      const flow = /name="flow" value="([^"]+)"/.exec((await browser.open(app.url())).html)?.[1]
      const { status, html } = await browser.open(`/authorize/upstream?flow=${flow}&connection=open`)
      upstream.twist.clear()
      gatehouse.root.connections.cache.clear()
      assert.equal(status, 503)
      assert.match(html, silent)
      assert.ok(html.includes(`name="flow" value="${flow}"`))
    })

    test('an answer that names another issuer, or none although it was announced', async () => {
      for (const iss of ['https://evil.example', undefined]) {
        const browser = gatehouse.browser()
        const flow = /name="flow" value="([^"]+)"/.exec((await browser.open(app.url())).html)?.[1]
        const url = new URL(await consentAt((await browser.open(`/authorize/upstream?flow=${flow}&connection=open`)).url))
        if (iss === undefined) url.searchParams.delete('iss')
        else url.searchParams.set('iss', iss)
        assert.match((await browser.open(url.href)).html, untrusted)
      }
    })

    test('two callbacks with one answer at once: one signs in, the other is refused', async () => {
      const browser = gatehouse.browser()
      const flow = /name="flow" value="([^"]+)"/.exec((await browser.open(app.url())).html)?.[1]
      upstream.person = newcomer('twice')
      const back = await consentAt((await browser.open(`/authorize/upstream?flow=${flow}&connection=open`)).url)
      const both = await Promise.all([browser.open(back), browser.open(back)])
      assert.deepEqual(both.map(({ status }) => status).sort(), [200, 400])
      const identity = await store.upstreamIdentities.find('open', 'twice')
      assert.equal((await store.upstreamIdentities.of(identity!.subject)).length, 1)
    })
  })
}
