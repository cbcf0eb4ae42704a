/** What a change of an account or the end of a session takes with it, on the paths by which people and administrators come (holes 4, 6, 9). */
import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import { setStatus } from '../../src/identity/accounts.ts'
import { confirmPasskey, passkeyCreation } from '../../src/identity/passkeys.ts'
import { confirmTotp, offerTotp } from '../../src/identity/totp.ts'
import { openDatabase } from '../../src/store/open.ts'
import { sql } from '../../src/store/sql.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { authenticator } from '../authenticator.ts'
import { authenticatorApp, withApp } from '../authenticator-app.ts'
import { type Application, application, callback, shows } from '../journeys/application.ts'
import { asked, bearer } from '../journeys/json.ts'
import { linkIn, type MailSink, mailSink } from '../mail-sink.ts'
import { engines } from '../postgres.ts'
import type { Landing, TinyBrowser } from '../tiny-browser.ts'

const password = 'a good and long password'
const fresh = 'a fresh and long password'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`changes of an account, on ${engine}`, () => {
    let sink: MailSink
    let gatehouse: TestApp
    let app: Application
    let boss: string
    let people = 0
    let who: { username: string; password: string }
    let email: string
    let subject: string
    let browser: TinyBrowser
    before(async () => {
      sink = await mailSink()
      gatehouse = await testApp(engine, { MAIL_SMTP_URL: sink.url, MAIL_FROM: 'id@example.org', LIMITS_SIGN_IN_ADDRESS: '1000' })
      const scope = 'openid offline_access'
      const grant_types = ['authorization_code', 'refresh_token']
      await gatehouse.addClient({ client_id: 'app', redirect_uris: [callback], grant_types, scope, policy: { consent: 'skip' } }, 'secret')
      app = application(gatehouse, { id: 'app', secret: 'secret', scope })
      await gatehouse.addAccount({ username: 'boss', role: 'superadmin' }, password)
      boss = (await asked(`${gatehouse.issuer}/api/v1/auth/login`, 'POST', { email: 'boss', password })).body.access_token
    })
    beforeEach(async () => {
      who = { username: `person${++people}`, password }
      email = `${who.username}@example.com`
      subject = await gatehouse.addAccount({ username: who.username, email }, password)
      browser = gatehouse.browser()
    })
    after(async () => {
      await gatehouse.close()
      await sink.close()
    })

    const admin = (method: string, path: string, body?: unknown) =>
      asked(`${gatehouse.issuer}/api/v1/admin${path}`, method, body, bearer(boss))
    const account = async () => (await gatehouse.root.store.accounts.bySubject(subject))!
    async function onAccountPage(section: string): Promise<TinyBrowser> {
      const own = gatehouse.browser()
      await own.open(`/account/${section}`)
      await own.submit('sign-in', who)
      return own
    }
    async function changePasswordOnPage(): Promise<void> {
      const own = await onAccountPage('password')
      await own.submit('password-change', { current: password, password: fresh, repeated: fresh })
    }
    async function changePasswordByApi(): Promise<void> {
      const { access_token } = (await asked(`${gatehouse.issuer}/api/v1/auth/login`, 'POST', { email, password })).body
      const changed = await asked(
        `${gatehouse.issuer}/api/v1/auth/me/password`,
        'POST',
        { old_password: password, new_password: fresh },
        bearer(access_token),
      )
      assert.equal(changed.status, 200)
    }
    async function mailWith(kind: string): Promise<string> {
      for (;;) {
        const mail = await sink.next()
        if (mail.text.includes(`gth_${kind}_`)) return linkIn(mail)
      }
    }

    const newPasswords: Record<string, () => Promise<unknown>> = {
      'on the account page': changePasswordOnPage,
      'at the sign-in API': changePasswordByApi,
      'by an administrator': () => admin('POST', `/users/${subject}/temporary-password`),
      'that was suspended and resumed': async () => {
        for (const status of ['suspended', 'active']) assert.equal((await admin('PUT', `/users/${subject}/status`, { status })).status, 200)
      },
      'that the operator suspended and resumed': async () => {
        for (const status of ['suspended', 'active'] as const) await setStatus(gatehouse.root.accounts, subject, status)
      },
    }
    for (const [how, act] of Object.entries(newPasswords))
      test(`hole 9: a thief's change of address does not survive an account changed ${how}`, async () => {
        const thief = await onAccountPage('email')
        await thief.submit('email-change', { email: `thief${people}@example.org` })
        const link = await mailWith('le')
        await act()
        const stranger = gatehouse.browser()
        assert.equal((await stranger.open(link)).status, 400)
        const token = new URL(link).searchParams.get('token') as string
        assert.equal((await stranger.post('/link/confirm', { token })).status, 400)
        assert.equal((await account()).email, email)
      })

    test('hole 9: a reset link sent to the old address does nothing once the address has changed', async () => {
      await browser.open('/forgot-password')
      await browser.submit('forgot-password', { login: who.username })
      const reset = await mailWith('lr')
      const own = await onAccountPage('email')
      await own.submit('email-change', { email: `new.${email}` })
      await own.open(await mailWith('le'))
      await own.submit('confirm-email')
      const { passwordHash } = await account()
      assert.equal((await browser.open(reset)).status, 400)
      const token = new URL(reset).searchParams.get('token') as string
      assert.equal((await browser.post('/link/password', { token, password: fresh, repeated: fresh })).status, 400)
      assert.equal((await account()).passwordHash, passwordHash)
    })

    const ends: Record<string, (own: TinyBrowser) => Promise<unknown>> = {
      'a sign-out': async (own) => {
        await own.open('/logout')
        await own.submit('sign-out', { answer: 'yes' })
      },
      'a password chosen on the account page': changePasswordOnPage,
      'a password chosen at the sign-in API': changePasswordByApi,
      'the end of the session by an administrator': async () => {
        const { items } = (await admin('GET', `/sessions?user=${subject}`)).body
        for (const { id } of items) assert.equal((await admin('DELETE', `/sessions/${id}`)).status, 204)
      },
      'the end of all sessions by an administrator': () => admin('DELETE', `/users/${subject}/sessions`),
      'a sign-out everywhere': async () => {
        const own = await onAccountPage('sessions')
        await own.submit('sessions-end-all')
      },
      'a sign-out everywhere else': async () => {
        const own = await onAccountPage('sessions')
        await own.submit('sessions-end-others')
      },
      'a suspension that is over': async () => {
        for (const status of ['suspended', 'active']) await admin('PUT', `/users/${subject}/status`, { status })
      },
      'a new role': () => admin('PUT', `/users/${subject}/role`, { role: 'operator' }),
      'lost second factors': async () => {
        await withApp(gatehouse.root, subject, gatehouse.now())
        assert.equal((await admin('DELETE', `/users/${subject}/factors`)).status, 204)
      },
    }
    for (const [what, end] of Object.entries(ends))
      test(`hole 4: a code does not survive ${what}`, async () => {
        const code = await app.code(browser, {}, who)
        await end(browser)
        assert.equal((await app.redeem(code)).body.error, 'invalid_grant')
      })

    test('hole 4: a pending sign-in does not survive the end of all sessions', async () => {
      const { app: phone } = await withApp(gatehouse.root, subject, gatehouse.now())
      gatehouse.advance(60)
      await browser.open(app.url())
      assert.ok(shows(await browser.submit('sign-in', who), 'second-factor'))
      assert.equal((await admin('DELETE', `/users/${subject}/sessions`)).status, 204)
      assert.ok(shows(await browser.submit('second-factor', { code: phone.at(gatehouse.now()) }), 'sign-in'))
    })

    for (const [what, act] of [
      ['an administrator', (status: 'active' | 'suspended') => admin('PUT', `/users/${subject}/status`, { status })],
      ['the operator', (status: 'active' | 'suspended') => setStatus(gatehouse.root.accounts, subject, status)],
    ] as const)
      test(`hole 6: suspended and resumed by ${what}, an account has no old token, session or known browser`, async () => {
        const tokens = await app.tokens(browser, {}, who)
        for (const status of ['suspended', 'active'] as const) await act(status)
        assert.equal((await app.refresh(tokens.refresh_token)).body.error, 'invalid_grant')
        assert.ok(shows(await browser.open(app.url()), 'sign-in'))
        const device = gatehouse.root.tokens.hash('dv', browser.cookies.get('gatehouse-device') as string) as string
        assert.equal(await gatehouse.root.store.devices.knows(device, who.username, gatehouse.now()), false)
        const userinfo = await asked(`${gatehouse.issuer}/userinfo`, 'GET', undefined, bearer(tokens.access_token))
        assert.equal(userinfo.status, 401)
      })

    const signOuts: Record<string, () => Promise<number>> = {
      'sign out everywhere on the account page': async () => (await browser.submit('sessions-end-all')).status,
      'end all sessions at the administration API': async () => (await admin('DELETE', `/users/${subject}/sessions`)).status,
    }
    for (const [what, act] of Object.entries(signOuts))
      test(`${what}: the answer says so only once it is done, whole or not at all`, async () => {
        await browser.open('/account/sessions')
        await browser.submit('sign-in', who)
        const db = await openDatabase(gatehouse.database)
        await db.write(sql`alter table codes rename to codes_away`)
        try {
          assert.equal(await act(), 500)
        } finally {
          await db.write(sql`alter table codes_away rename to codes`)
          await db.close()
        }
        assert.equal((await gatehouse.root.store.sessions.of(subject, gatehouse.now())).length, 1)
      })

    const cookieEnds: Record<string, () => Promise<unknown>> = {
      'signing out': async () => {
        await browser.open('/logout')
        await browser.submit('sign-out', { answer: 'yes' })
      },
      'signing out everywhere': async () => {
        await browser.open('/account/sessions')
        await browser.submit('sessions-end-all')
      },
      'deleting the account': async () => {
        await browser.open('/account/deletion')
        await browser.submit('deletion-delete', { username: who.username })
      },
    }
    for (const [what, act] of Object.entries(cookieEnds))
      test(`${what} removes the session cookie`, async () => {
        await browser.open('/account')
        await browser.submit('sign-in', who)
        assert.ok(browser.cookies.has('gatehouse-session'))
        await act()
        assert.ok(!browser.cookies.has('gatehouse-session'))
      })
  })

  suite(`a second factor that was set up in the meantime, on ${engine}`, () => {
    let gatehouse: TestApp
    before(async () => {
      gatehouse = await testApp(engine, { SECOND_FACTOR: 'required' })
      await gatehouse.addClient({ client_id: 'app', redirect_uris: [callback], scope: 'openid', policy: { consent: 'skip' } }, 'secret')
    })
    after(() => gatehouse.close())

    const app = () => application(gatehouse, { id: 'app', secret: 'secret' })
    const secretOn = (html: string) => /id="secret"[^>]*>([^<]+)</.exec(html)?.[1] as string

    test('is asked for instead of being replaced', async () => {
      const who = { username: 'grace', password }
      const subject = await gatehouse.addAccount({ username: who.username }, password)
      const late = gatehouse.browser()
      await late.open(app().url())
      const offered = await late.submit('sign-in', who)
      assert.ok(shows(offered, 'enrolment'))
      const { app: phone } = await withApp(gatehouse.root, subject, gatehouse.now())
      const { totp } = await gatehouse.root.store.factors.of(subject)
      const refused = await late.submit('enrolment', { code: authenticatorApp(secretOn(offered.html)).at(gatehouse.now()) })
      assert.ok(shows(refused, 'second-factor'), refused.html)
      assert.deepEqual((await gatehouse.root.store.factors.of(subject)).totp, totp)
      gatehouse.advance(60)
      assert.equal((await late.submit('second-factor', { code: phone.at(gatehouse.now()) })).url.origin, 'https://app.example')
    })

    test('at the same moment in several browsers: one gets the recovery codes, the others are asked for the factor', async () => {
      for (let round = 0; round < 6; round++) {
        const who = { username: `hopper${round}`, password }
        await gatehouse.addAccount({ username: who.username }, password)
        const posts: (() => Promise<Landing>)[] = []
        for (let i = 0; i < 4; i++) {
          const browser = gatehouse.browser()
          await browser.open(app().url())
          const offered = await browser.submit('sign-in', who)
          const code = authenticatorApp(secretOn(offered.html)).at(gatehouse.now())
          posts.push(() => browser.submit('enrolment', { code }))
        }
        const landings = await Promise.all(posts.map((post) => post()))
        assert.deepEqual(
          landings.map(({ status }) => status),
          [200, 200, 200, 200],
        )
        assert.equal(landings.filter((landing) => shows(landing, 'second-factor')).length, 3)
        assert.equal(landings.filter(({ html }) => html.includes('id="recovery-codes"')).length, 1)
      }
    })

    test('is refused by the transaction itself, which then returns no codes', async () => {
      const subject = await gatehouse.addAccount({ username: 'lovelace' }, password)
      const { signIn } = gatehouse.root
      const account = (await gatehouse.root.store.accounts.bySubject(subject))!
      const key = authenticator(gatehouse.issuer)
      const now = gatehouse.now()
      const offer = offerTotp(signIn, account, 'test', now)
      const options = await passkeyCreation(signIn, account, 'test', now)
      await withApp(gatehouse.root, subject, now)
      const code = authenticatorApp(offer.secret).at(now)
      assert.equal(await confirmTotp(signIn, account, { context: 'test', draft: offer.draft, code, onlyFirst: true }, now), 'refused')
      const response = key.create(options, {})
      assert.equal(await confirmPasskey(signIn, account, { context: 'test', response, name: '', onlyFirst: true }, now), 'refused')
      assert.equal((await gatehouse.root.store.factors.of(subject)).passkeys, 0)
    })
  })
}
