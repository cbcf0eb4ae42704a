/** The password section of the account page — NIST SP 800-63B-4 §3.1.1.2; OWASP ASVS 6.2. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { sendLink } from '../../src/identity/links.ts'
import { startSession } from '../../src/identity/sign-in.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { linkIn, type MailSink, mailSink } from '../mail-sink.ts'
import { engines } from '../postgres.ts'
import type { TinyBrowser } from '../tiny-browser.ts'
import { type Application, application, callback, shows } from './application.ts'

const old = 'the old password'
const fresh = 'a fresh and long password'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`the password, on ${engine}`, () => {
    let sink: MailSink
    let gatehouse: TestApp
    let app: Application
    let people = 0
    before(async () => {
      sink = await mailSink()
      gatehouse = await testApp(engine, { MAIL_SMTP_URL: sink.url, MAIL_FROM: 'id@example.org' })
      const scope = 'openid email offline_access'
      await gatehouse.addClient(
        { client_id: 'app', redirect_uris: [callback], grant_types: ['authorization_code', 'refresh_token'], scope },
        'secret',
      )
      app = application(gatehouse, { id: 'app', secret: 'secret', scope })
    })
    after(async () => {
      await gatehouse.close()
      assert.equal(sink.waiting(), 0, 'no mail came that no test expects')
      await sink.close()
    })

    async function enter() {
      const username = `person${++people}`
      const subject = await gatehouse.addAccount({ username, email: `${username}@example.com` }, old)
      const browser = await signedIn(username)
      return { browser, subject, username }
    }
    async function signedIn(username: string): Promise<TinyBrowser> {
      const browser = gatehouse.browser()
      await browser.open('/account/password')
      await browser.submit('sign-in', { username, password: old })
      return browser
    }
    const change = (browser: TinyBrowser, fields: Record<string, string> = {}) =>
      browser.submit('password-change', { current: old, password: fresh, repeated: fresh, ...fields })
    const isRight = async (username: string, password: string) =>
      gatehouse.root.signIn.passwords.verify(password, (await gatehouse.root.store.accounts.byLogin(username))?.passwordHash)

    test('is changed: this session continues, every other session and token ends, and the owner is notified', async () => {
      const { browser, subject, username } = await enter()
      const other = await signedIn(username)
      const tokens = await app.tokens(gatehouse.browser(), {}, { username, password: old })
      const account = (await gatehouse.root.store.accounts.bySubject(subject))!
      await sendLink(gatehouse.root.mail!, 'reset', account, account.email as string)
      const reset = linkIn(await sink.next())
      const before = browser.cookies.get('gatehouse-session')
      browser.cookies.delete('gatehouse-device')
      const done = await change(browser)
      assert.match(done.html, /id="notice"[\s\S]*Your password is saved/)
      assert.notEqual(browser.cookies.get('gatehouse-session'), before, 'the session is a new one')
      assert.ok(browser.cookies.has('gatehouse-device'), 'the browser is known')
      assert.match((await sink.next()).subject, /password for Gatehouse was changed/)
      assert.equal(await isRight(username, fresh), true)
      assert.ok(shows(await other.open('/account/password'), 'sign-in'))
      assert.equal((await app.refresh(tokens.refresh_token)).body.error, 'invalid_grant')
      assert.equal((await gatehouse.browser().open(reset)).status, 400, 'a link for another one is dead')
      const noted = await gatehouse.root.store.audit.search({ act: 'user.password', about: subject, limit: 9, newestFirst: false })
      assert.deepEqual(
        noted.map(({ outcome, by }) => [outcome, by?.id]),
        [['success', subject]],
      )
    })

    const wrong: [fields: Record<string, string>, field: string, fault: RegExp][] = [
      [{ current: 'nonsense' }, 'current', /not your password/],
      [{ current: '' }, 'current', /not your password/],
      [{ password: 'short', repeated: 'short' }, 'password', /at least 15 characters/],
      [{ password: 'passwordpassword', repeated: 'passwordpassword' }, 'password', /Many people use/],
      [{ repeated: 'something else' }, 'password', /not the same/],
      [{ password: old, repeated: old }, 'password', /you have already/],
      [{ password: `a long one\u0000 with a bell \u0007`, repeated: `a long one\u0000 with a bell \u0007` }, '', /not allowed/],
      [{ password: `a long one with a bell \u0007`, repeated: `a long one with a bell \u0007` }, 'password', /./],
    ]
    test('errors are displayed next to the field, no secret is displayed again, and nothing changes', async () => {
      const { browser, subject, username } = await enter()
      for (const [fields, field, fault] of wrong) {
        await browser.open('/account/password')
        const refused = await change(browser, fields)
        assert.equal(refused.status, field === '' ? 400 : 422, JSON.stringify(fields))
        const said = field === '' ? refused.html : new RegExp(`<p id="${field}-fault" class="fault">([^<]*)`).exec(refused.html)?.[1]
        assert.match(said ?? '', fault, JSON.stringify(fields))
        assert.doesNotMatch(refused.html, /type="password" value/)
        assert.equal(await isRight(username, old), true)
      }
      const noted = await gatehouse.root.store.audit.search({ act: 'user.password', about: subject, limit: 9, newestFirst: false })
      assert.deepEqual(
        noted.map(({ outcome }) => outcome),
        ['failure', 'failure'],
        'guesses are recorded',
      )
    })

    test('cannot be guessed here: attempts count as at the sign-in page', async () => {
      const { browser } = await enter()
      for (let i = 0; i < 10; i++) assert.equal((await change(browser, { current: `guess ${i}` })).status, 422)
      const refused = await change(browser)
      assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, '900'])
      assert.match(refused.html, /Please wait 15 minutes/)
    })

    test('who has none chooses one; without a recent sign-in nobody does', async () => {
      const username = `person${++people}`
      const subject = await gatehouse.addAccount({ username, email: `${username}@example.com` })
      const account = (await gatehouse.root.store.accounts.bySubject(subject))!
      const how = {
        acr: 'aal1',
        amr: ['hwk'],
        authTime: gatehouse.now(),
        now: gatehouse.now(),
        from: { headers: {}, address: '192.0.2.1' },
      }
      const browser = gatehouse.browser()
      browser.cookies.set('gatehouse-session', (await startSession(gatehouse.root.signIn, account, [], how))!.join('.'))
      const page = await browser.open('/account/password')
      assert.match(page.html, /Choose a password/)
      assert.doesNotMatch(page.html, /id="current"/)
      assert.match((await browser.open('/account')).html, /id="open-password"[^\n]*>None: you sign in without one</)
      await browser.open('/account/password')
      await change(browser, { current: '' })
      assert.equal(await isRight(username, fresh), true)
      await sink.next()
      gatehouse.advance(301)
      const stale = await browser.open('/account/password')
      assert.ok(!shows(stale, 'password-change'))
      const profile = await browser.open('/account/profile')
      const sid = /name="sid" value="([^"]+)"/.exec(profile.html)?.[1] as string
      const fields = { sid, current: fresh, password: old, repeated: old }
      assert.ok(shows(await browser.post('/account/password/change', fields), 'sign-in'))
      assert.equal(await isRight(username, fresh), true)
    })

    test('of two concurrent changes one is refused as too late', async () => {
      const { browser, username } = await enter()
      const page = await browser.open('/account/password')
      const sid = /name="sid" value="([^"]+)"/.exec(page.html)?.[1] as string
      const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      const answers = await Promise.all(
        ['first', 'second', 'third'].map(async (name) => {
          const password = `the ${name} of the new passwords`
          const body = new URLSearchParams({ sid, current: old, password, repeated: password })
          const init = { method: 'POST', body, headers: { cookie, 'sec-fetch-site': 'same-origin' }, redirect: 'manual' } as const
          const { status, headers } = await fetch(`${gatehouse.issuer}/account/password/change`, init)
          return status === 303 && headers.get('location')?.includes('done=changed') ? name : undefined
        }),
      )
      const won = answers.filter(Boolean)
      assert.equal(won.length, 1)
      assert.equal(await isRight(username, `the ${won[0]} of the new passwords`), true)
      await sink.next()
    })
  })
}
