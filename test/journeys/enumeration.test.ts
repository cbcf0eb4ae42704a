/** Nothing reveals whether an account exists: not the text, the status, the headers or the work that is done — OWASP ASVS 6.3.8; NIST SP 800-63B-4 §3.2.2. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Passwords } from '../../src/crypto/passwords.ts'
import { createAccount, setStatus } from '../../src/identity/accounts.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { type MailSink, mailSink } from '../mail-sink.ts'
import { engines } from '../postgres.ts'
import { type Application, application, callback } from './application.ts'
import { asked } from './json.ts'
import { password } from './sign-up-setup.ts'

/** Of one length, so that even the length of an answer can be compared. Nobody has the first. */
const names = ['nobody', 'active', 'barred', 'keyless', 'interim'].map((name) => name.padEnd(7, '0'))

/** As anybody on the network sees it. */
interface Seen {
  status: number
  headers: Headers
  text: string
}

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`whether there is an account, on ${engine}`, () => {
    let gatehouse: TestApp
    let sink: MailSink
    let app: Application
    let old: Application
    let strange: string
    before(async () => {
      sink = await mailSink()
      gatehouse = await testApp(engine, {
        MAIL_SMTP_URL: sink.url,
        MAIL_FROM: 'id@example.org',
        API_SIGN_UP_EMAIL: 'private',
        LIMITS_SIGN_IN_ADDRESS: '10000',
      })
      const { accounts } = gatehouse.root
      const input = (username: string) => ({ username, email: `${username}@example.com` })
      const [, active, barred, keyless, interim] = names as [string, string, string, string, string]
      for (const username of [active, barred]) await gatehouse.addAccount(input(username), password)
      const { subject } = (await gatehouse.root.store.accounts.byLogin(barred))!
      await setStatus(accounts, subject, 'suspended')
      await createAccount(accounts, input(keyless), undefined)
      await createAccount(accounts, input(interim), { text: password, temporary: true })
      await gatehouse.addClient({ client_id: 'app', redirect_uris: [callback], scope: 'openid' }, 'secret')
      await gatehouse.addClient({ client_id: 'old', grant_types: ['password'], scope: 'openid' }, 'secret')
      app = application(gatehouse, { id: 'app', secret: 'secret' })
      old = application(gatehouse, { id: 'old', secret: 'secret' })
      await gatehouse.addAccount({ username: 'stranger' }, password)
      const browser = gatehouse.browser()
      await app.arrive(browser, {}, { username: 'stranger', password })
      strange = browser.cookies.get('gatehouse-device') as string
    })
    after(async () => {
      await gatehouse.close()
      await sink.close()
    })

    /** A form on a page of a flow. */
    async function submitted(
      form: string,
      fields: Record<string, string>,
      ask: Record<string, string> = {},
      device?: string,
    ): Promise<Seen> {
      const browser = gatehouse.browser()
      if (device !== undefined) browser.cookies.set('gatehouse-device', device)
      const page = await browser.open(app.url(ask))
      const forgot = form === 'forgot-password' ? /<a id="forgot" href="([^"]+)"/.exec(page.html)?.[1] : undefined
      if (forgot !== undefined) await browser.open(forgot)
      const { status, headers, html } = await browser.submit(form, fields)
      return { status, headers, text: html }
    }
    const json = (path: string, body: object) => asked(gatehouse.issuer + path, 'POST', body)
    const wrong = 'not the password of anybody'
    const choice = { password, repeated: password }

    const byLogin: Record<string, (login: string) => Promise<Seen>> = {
      'the sign-in page': (username) => submitted('sign-in', { username, password: wrong }, { prompt: 'login' }),
      'the sign-in page, at a browser that somebody else has signed in at': (username) =>
        submitted('sign-in', { username, password: wrong }, { prompt: 'login' }, strange),
      'a login_hint': async (login_hint) => {
        const { status, headers, html } = await gatehouse.browser().open(app.url({ login_hint }))
        return { status, headers, text: html }
      },
      'the page of forgotten passwords': (login) => submitted('forgot-password', { login }),
      'the sign-in API': (email) => json('/api/v1/auth/login', { email, password: wrong }),
      'the sign-in of Auto Authn': (identifier) => json('/login', { identifier, password: wrong }),
      'the password grant': (username) => old.post('/token', { grant_type: 'password', username, password: wrong }),
    }
    let asks = 0
    const byAddress: Record<string, (email: string) => Promise<Seen>> = {
      'the sign-up page': (email) => submitted('sign-up', { email, ...choice }, { prompt: 'create' }),
      'the sign-up of the sign-in API': (email) => json('/api/v1/auth/register', { email, password }),
      'the sign-up of Auto Authn, under a name that is free': (email) =>
        json('/register', { tenant_slug: 'same', username: `name${++asks}`, email, password }),
      'the sign-up of Auto Authn, under the name of somebody': (email) =>
        json('/register', { tenant_slug: 'same', username: names[++asks % names.length], email, password }),
    }

    const hashed = () => (gatehouse.root.signIn.passwords as Passwords).load().done

    /** All that an observer could compare, without what differs from one request to the next. */
    async function observed(act: (login: string) => Promise<Seen>, login: string) {
      const before = hashed()
      const { status, headers, text } = await act(login)
      const id = headers.get('x-request-id') as string
      const same = (said: string) =>
        said
          .replaceAll(id, 'ID')
          .replace(/gth_\w+/g, 'TOKEN')
          .replace(/&quot;challenge&quot;:&quot;[\w-]+/, 'CHALLENGE')
          .replaceAll(login, 'LOGIN')
          .replaceAll(encodeURIComponent(login), 'LOGIN')
      const told = [...headers].filter(([name]) => name !== 'date').map(([name, value]) => `${name}: ${same(value)}`)
      return { status, told, text: same(text), hashes: hashed() - before }
    }

    async function tellsNothing(act: (login: string) => Promise<Seen>, logins: readonly string[]) {
      gatehouse.advance(900 * 100)
      const expected = await observed(act, logins[0] as string)
      for (const login of logins.slice(1)) assert.deepEqual(await observed(act, login), expected, login)
    }

    for (const [path, act] of Object.entries(byLogin)) {
      test(`${path} does not reveal a name`, () => tellsNothing(act, names))
      test(`${path} does not reveal an address`, () =>
        tellsNothing(
          act,
          names.map((name) => `${name}@example.com`),
        ))
    }
    for (const [path, act] of Object.entries(byAddress)) {
      test(`${path} reveals nothing`, async () => {
        if (!(await gatehouse.app.tenant('same'))) await settle()
        await tellsNothing(
          act,
          names.map((name) => `${name}@example.com`),
        )
      })
    }

    /** A tenant with the same accounts, for the surface that names one. */
    async function settle() {
      await gatehouse.app.tenants.create({ slug: 'same', name: 'Same' })
      const tenant = (await gatehouse.app.tenant('same'))!
      for (const username of names.slice(1)) await gatehouse.addAccount({ username, email: `${username}@example.com` }, password, tenant)
    }
  })
}
