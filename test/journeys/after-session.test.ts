/** What an application keeps when the session of the person ends: as its policy says — OpenID Connect Back-Channel Logout 1.0 §2.7. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import type { TinyBrowser } from '../tiny-browser.ts'
import { type Application, alice, application, call, callback, claimsOf, encode } from './application.ts'

/** Seconds. */
const session = 600

interface Tokens {
  access_token: string
  refresh_token: string
  id_token: string
}

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`after the session, on ${engine}`, () => {
    let gatehouse: TestApp
    let apps: Record<'keep' | 'end', Application>
    before(async () => {
      gatehouse = await testApp(engine, { LIFETIMES_SESSION_IDLE: String(session), LIFETIMES_ACCESS_TOKEN: String(2 * session) })
      const scope = 'openid offline_access'
      const client = { redirect_uris: [callback], grant_types: ['authorization_code', 'refresh_token'] }
      const add = async (id: 'keep' | 'end') => {
        const policy = { consent: 'skip', after_session: id }
        await gatehouse.addClient(
          { ...client, client_id: id, scope, policy, access_token_format: id === 'end' ? 'jwt' : 'opaque' },
          'secret',
        )
        return application(gatehouse, { id, secret: 'secret', scope })
      }
      apps = {
        keep: await add('keep'),
        end: await add('end'),
      }
      await gatehouse.addAccount({ username: alice.username }, alice.password)
    })
    after(() => gatehouse.close())

    const isActive = async (app: Application, token: string) => (await app.post('/introspect', { token })).body.active
    const userinfo = async ({ access_token: token }: Tokens) =>
      (await call(`${gatehouse.issuer}/userinfo`, { headers: { authorization: `Bearer ${token}` } })).status

    const endings: Record<string, (browser: TinyBrowser, tokens: Tokens) => Promise<unknown>> = {
      'the person signed out': (browser, { id_token }) => browser.open(`/logout?${encode({ id_token_hint: id_token })}`),
      'an administrator ended it': (_browser, { id_token }) => gatehouse.root.store.sessions.end({ subject: claimsOf(id_token).sub }),
      'it expired': async () => gatehouse.advance(session),
    }
    for (const [name, end] of Object.entries(endings)) {
      test(`${name}: a client whose policy is "end" loses its tokens, another one keeps them`, async () => {
        const browser = gatehouse.browser()
        const kept = (await apps.keep.tokens(browser)) as Tokens
        const lost = (await apps.end.tokens(browser)) as Tokens
        assert.equal(await userinfo(lost), 200)
        await end(browser, lost)
        assert.equal(await userinfo(lost), 401)
        for (const token of [lost.access_token, lost.refresh_token]) assert.equal(await isActive(apps.end, token), false)
        const { status, body } = await apps.end.refresh(lost.refresh_token)
        assert.deepEqual(
          [status, body.error, body.error_description],
          [400, 'invalid_grant', 'the session in which the person signed in has ended'],
        )
        assert.equal((await apps.keep.refresh(kept.refresh_token)).status, 200)
      })
    }

    test('who signs in again in the same browser stays signed in to the clients of before', async () => {
      const browser = gatehouse.browser()
      const before = (await apps.end.tokens(browser)) as Tokens
      await apps.keep.arrive(browser, { prompt: 'login' })
      assert.equal(await userinfo(before), 200)
      assert.equal((await apps.end.refresh(before.refresh_token)).status, 200)
    })
  })
}
