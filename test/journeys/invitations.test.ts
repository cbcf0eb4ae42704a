/** Invitations: by administrators, with a link; who was invited comes by the link or through a provider that vouches for the address. */
import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import type { Engine } from '../app.ts'
import { linkIn, mailSink } from '../mail-sink.ts'
import { engines } from '../postgres.ts'
import { asked, bearer } from './json.ts'
import { newcomer, upstreamStage } from './upstream-stage.ts'

const week = 7 * 86_400
const taken = /There is an account with this address here already/

for (const engine of Object.keys(engines) as Engine[]) {
  const sink = await mailSink()
  const settings = { MAIL_SMTP_URL: sink.url, MAIL_FROM: 'id@example.org', KEYS_ALGS: 'ES256,RS256' }
  const { gatehouse, store, set, through, tokensOf, close } = await upstreamStage(engine, settings)
  await set('staff', { sign_in: { sign_up: 'invited' } })
  const password = 'a long and fine password'
  await gatehouse.addAccount({ sub: 'boss-sub', username: 'boss', role: 'org_admin' }, password)
  const admin = async (method: string, path: string, body?: unknown) => {
    const { body: token } = await asked(`${gatehouse.issuer}/api/v1/auth/login`, 'POST', { email: 'boss', password })
    return asked(`${gatehouse.issuer}/api/v1/admin${path}`, method, body, bearer(token.access_token))
  }
  let people = 0
  const invite = async (more: object = {}) => {
    const username = `guest-${++people}`
    const email = `${username}@example.com`
    const made = await admin('POST', '/users', { username, email, access: 'invitation', ...more })
    assert.equal(made.status, 201, made.text)
    return { id: made.body.id as string, username, email, url: linkIn(await sink.next()) }
  }
  const listed = async () => (await admin('GET', '/invitations')).body.items.map(({ id }: { id: string }) => id)

  suite(`${engine}: invitations`, () => {
    after(async () => {
      await close()
      assert.equal(sink.waiting(), 0, 'no mail came that no test expects')
      await sink.close()
    })

    test('one is listed until the person has chosen a password by its link', async () => {
      const { id, username, email, url } = await invite()
      const { body } = await admin('GET', '/invitations')
      const { expires_at, ...rest } = body.items.find((one: { id: string }) => one.id === id)
      assert.deepEqual(rest, { id, username, email })
      assert.equal(Date.parse(expires_at) / 1000, gatehouse.now() + week)
      const browser = gatehouse.browser()
      await browser.open(url)
      const fresh = 'my own and only password'
      assert.equal((await browser.submit('choose-password', { password: fresh, repeated: fresh })).status, 200)
      assert.ok(!(await listed()).includes(id))
      assert.equal((await store.accounts.bySubject(id))?.claims['email_verified'], true)
    })

    test('who was invited signs in through the provider, as the account that was made for them', async () => {
      const { id, email, url } = await invite({ role: 'operator', claims: { name: 'Given Name' } })
      const browser = gatehouse.browser()
      const person = newcomer('guest-upstream', { email: email.toUpperCase() })
      const { sub } = await tokensOf((await through(browser, 'staff', person)).landing, browser)
      assert.equal(sub, id)
      const account = await store.accounts.bySubject(id)
      assert.deepEqual([account?.role, account?.claims['name'], account?.claims['email_verified']], ['operator', 'Given Name', true])
      assert.ok(!(await listed()).includes(id))
      assert.equal((await gatehouse.browser().open(url)).status, 400, 'the link ended with it')
      const acts = (await store.audit.search({ target: id, limit: 20, newestFirst: false })).map(({ act }) => act)
      assert.deepEqual(acts, ['user.create', 'user.connect', 'user.sign-in'])
      const again = gatehouse.browser()
      assert.equal((await tokensOf((await through(again, 'staff', { ...person, email: 'moved@example.com' })).landing, again)).sub, id)
      await through(gatehouse.browser(), 'staff', newcomer('another-upstream', { email }))
      assert.match((await sink.next()).text, /Connect the account/, 'an account in use is connected by its owner alone')
      assert.equal((await store.upstreamIdentities.of(id)).length, 1)
    })

    test('one that is revoked, has expired or was used does not let the provider in; a new one does', async () => {
      const revoked = await invite()
      assert.equal((await admin('DELETE', `/invitations/${revoked.id}`)).status, 204)
      const again = await admin('DELETE', `/invitations/${revoked.id}`)
      assert.deepEqual([again.status, again.body.detail], [404, 'this account has no invitation in force'])
      assert.equal((await gatehouse.browser().open(revoked.url)).status, 400)
      const expired = await invite()
      gatehouse.advance(week)
      assert.ok(!(await listed()).includes(expired.id))
      const used = await invite()
      const browser = gatehouse.browser()
      await browser.open(used.url)
      await browser.submit('choose-password', { password, repeated: password })
      for (const [n, { email, id }] of [revoked, expired, used].entries()) {
        const { landing } = await through(gatehouse.browser(), 'staff', newcomer(`late-${n}`, { email }))
        assert.match(landing.html, taken)
        assert.deepEqual(await store.upstreamIdentities.of(id), [])
      }
      assert.match((await sink.next()).text, /Connect the account/, 'an account in use is connected by its owner alone')
      assert.equal((await admin('POST', `/users/${expired.id}/links`, { kind: 'invitation' })).status, 202)
      await sink.next()
      const own = gatehouse.browser()
      assert.equal(
        (await tokensOf((await through(own, 'staff', newcomer('late-1', { email: expired.email }))).landing, own)).sub,
        expired.id,
      )
    })

    test('nobody else is let in: another address, one that is not verified, another rule', async () => {
      const { id, email } = await invite()
      for (const [person, refusal] of [
        [newcomer('stranger-1'), /No account here is connected with that one/],
        [newcomer('stranger-2', { email, email_verified: false }), /No account here is connected with that one/],
      ] as const)
        assert.match((await through(gatehouse.browser(), 'staff', person)).landing.html, refusal)
      for (const sign_in of [{ sign_up: 'open' }, { sign_up: 'never' }, { sign_up: 'domains', email_domains: ['example.com'] }]) {
        await set('other', { sign_in })
        assert.match((await through(gatehouse.browser(), 'other', newcomer('stranger-3', { email }))).landing.html, taken)
      }
      assert.deepEqual(await store.upstreamIdentities.of(id), [])
    })
  })
}
