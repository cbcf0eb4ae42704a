/** Mails and the links in them: a new password, an invitation, an address proven or changed — NIST SP 800-63B-4 §4.2; OWASP ASVS 6.4. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Passwords } from '../../src/crypto/passwords.ts'
import type { LinkKind } from '../../src/identity/account.ts'
import { createAccount, setStatus } from '../../src/identity/accounts.ts'
import { type MailDeps, sendLink } from '../../src/identity/links.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { linkIn, type Mail, type MailSink, mailSink } from '../mail-sink.ts'
import { engines } from '../postgres.ts'
import type { Landing, TinyBrowser } from '../tiny-browser.ts'
import { type Application, application, callback, shows, told } from './application.ts'

const dead = 'this link was already used or has expired; request a new one'
const fresh = 'a fresh and long password'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`mails, on ${engine}`, () => {
    let sink: MailSink
    let gatehouse: TestApp
    let app: Application
    let people = 0
    before(async () => {
      sink = await mailSink()
      gatehouse = await testApp(engine, { MAIL_SMTP_URL: sink.url, MAIL_FROM: 'id@example.org', LIMITS_SIGN_IN_ADDRESS: '1000' })
      await gatehouse.addClient(
        {
          client_id: 'app',
          redirect_uris: [callback],
          grant_types: ['authorization_code', 'refresh_token'],
          scope: 'openid email offline_access',
        },
        'secret',
      )
      app = application(gatehouse, { id: 'app', secret: 'secret', scope: 'openid email offline_access' })
    })
    after(async () => {
      await gatehouse.close()
      assert.equal(sink.waiting(), 0, 'no mail came that no test expects')
      await sink.close()
    })

    const mailDeps = () => gatehouse.root.mail as MailDeps
    const store = () => gatehouse.root.store

    /** A new account, with a password unless given otherwise. */
    async function somebody(password: string | undefined = 'the old password') {
      const username = `person${++people}`
      const email = `${username}@example.com`
      const account = await createAccount(
        gatehouse.root.accounts,
        { username, email },
        password === undefined ? undefined : { text: password, temporary: false },
      )
      return { username, email, account, subject: account.subject }
    }

    async function ask(browser: TinyBrowser, login: string): Promise<Landing> {
      await browser.open(app.url({ prompt: 'login' }))
      const forgot = /<a id="forgot" href="([^"]+)"/.exec((await browser.open(app.url({ prompt: 'login' }))).html)?.[1]
      assert.ok(shows(await browser.open(forgot as string), 'forgot-password'))
      return browser.submit('forgot-password', { login })
    }

    async function linkOf(
      kind: LinkKind,
      who: Awaited<ReturnType<typeof somebody>>,
      email = who.email,
    ): Promise<{ url: string; mail: Mail }> {
      await sendLink(mailDeps(), kind, (await store().accounts.bySubject(who.subject))!, email)
      const mail = await sink.next()
      return { url: linkIn(mail), mail }
    }

    const choose = (browser: TinyBrowser, password = fresh) => browser.submit('choose-password', { password, repeated: password })

    async function isDead(landing: Promise<Landing>) {
      const { status, html } = await landing
      assert.equal(status, 400)
      assert.ok(html.includes(dead))
      assert.match(html, /<a id="new-link" class="button" href="[^"]*\/forgot-password">/)
    }

    const canSignIn = async (username: string, password: string, browser = gatehouse.browser()) =>
      told(await app.arrive(browser, { prompt: 'login' }, { username, password }))['code'] !== undefined

    /** The last event about this person that the person caused. */
    async function lastOf(subject: string) {
      const [entry] = await store().audit.search({ target: subject, limit: 1, newestFirst: true })
      return [entry?.act, entry?.outcome, entry?.by?.id]
    }

    test('a forgotten password is replaced through a link, once; every session and token ends', async () => {
      const { username, email, subject } = await somebody()
      const [own, thief] = [gatehouse.browser(), gatehouse.browser()]
      const stolen = await app.tokens(thief, { prompt: 'consent' }, { username, password: 'the old password' })
      const sent = await ask(own, username)
      assert.match(sent.html, /<h1 id="mail-sent">/)
      const mail = await sink.next()
      assert.deepEqual(mail.recipients, [email])
      assert.match(mail.subject, /Choose a new password/)
      const [asked] = await store().audit.search({ target: subject, act: 'user.link', limit: 1, newestFirst: true })
      assert.deepEqual([asked?.by, asked?.detail], [undefined, { kind: 'reset' }], 'nobody knows who asked')
      assert.ok(asked?.requestId && asked.address, 'but from where')
      assert.match(mail.raw, /^From: Gatehouse <id@example\.org>\r$/m)
      assert.match(mail.raw, /^Auto-Submitted: auto-generated\r$/m)
      const url = linkIn(mail)
      await own.open(url)
      const page = await own.open(url)
      assert.ok(shows(page, 'choose-password'), 'looking spends nothing')
      assert.ok(page.html.includes(`value="${username}"`))
      assert.match((await choose(own, 'short')).html, /at least 15 characters/)
      assert.match((await choose(own, 'passwordpassword')).html, /Many people use/)
      assert.match((await choose(own, `${username}${username}${username}`)).html, /not your name or email address/)
      assert.match((await own.submit('choose-password', { password: fresh, repeated: 'other' })).html, /not the same/)
      const set = await choose(own)
      assert.match(set.html, /<h1 id="password-set">/)
      assert.match((await sink.next()).subject, /password for Gatehouse was changed/)
      assert.deepEqual(await lastOf(subject), ['user.recovery', 'success', subject])

      const back = / id="back" class="button" href="([^"]+)"/.exec(set.html)?.[1] ?? assert.fail('no way back to the application')
      assert.ok(shows(await own.open(back), 'sign-in'))
      assert.ok(shows(await own.submit('sign-in', { username, password: fresh }), 'consent'), 'on with the same request')
      await isDead(own.open(url))
      await isDead(
        own.post('/link/password', { token: new URL(url).searchParams.get('token') as string, password: fresh, repeated: fresh }),
      )
      assert.equal((await app.refresh(stolen.refresh_token)).body.error, 'invalid_grant')
      assert.ok(shows(await thief.open(app.url()), 'sign-in'), 'the session is over')
      assert.equal(await canSignIn(username, 'the old password'), false)
      assert.equal(await canSignIn(username, fresh), true)
      assert.equal((await store().accounts.bySubject(subject))?.claims['email_verified'], true)
    })

    test('a browser in which a password was chosen by a link is known: nobody can keep its owner out there', async () => {
      const who = await somebody()
      const own = gatehouse.browser()
      for (let i = 0; i < 10; i++) assert.equal(await canSignIn(who.username, 'guess'), false)
      assert.equal(await canSignIn(who.username, 'the old password', own), false, 'too many attempts')
      await own.open(app.url())
      const { status, html } = await own.submit('sign-in', { username: who.username, password: 'the old password' })
      assert.equal(status, 429)
      const reset = /<a id="reset" href="([^"]+)"/.exec(html)?.[1]?.replaceAll('&amp;', '&') ?? assert.fail('a new password is not offered')
      assert.ok((await own.open(reset)).html.includes(`name="login" value="${who.username}"`))
      await own.open((await linkOf('reset', who)).url)
      assert.doesNotMatch((await choose(own)).html, /id="back"/, 'the link belongs to no flow')
      await sink.next()
      assert.equal(await canSignIn(who.username, fresh), true, 'the new password ends the count of wrong guesses, everywhere')
      assert.equal(await canSignIn(who.username, fresh, own), true)
    })

    test('an invited person chooses a password and signs in', async () => {
      const who = await somebody(undefined)
      await store().accounts.change(who.subject, { passwordHash: undefined })
      const { url, mail } = await linkOf('invitation', who)
      assert.match(mail.text, new RegExp(`You sign in as ${who.username}`))
      assert.match(mail.text, /within 7 days/)
      const browser = gatehouse.browser()
      assert.match((await browser.open(url)).html, /Welcome to/)
      assert.match((await choose(browser)).html, /<h1 id="password-set">/)
      assert.equal(await canSignIn(who.username, fresh), true)
      await isDead(browser.open(url))
    })

    test('an address is verified by a link, once', async () => {
      const who = await somebody()
      const { url } = await linkOf('verification', who)
      const browser = gatehouse.browser()
      assert.ok(shows(await browser.open(url), 'confirm-email'))
      assert.equal((await store().accounts.bySubject(who.subject))?.claims['email_verified'], undefined, 'looking proves nothing')
      assert.match((await browser.submit('confirm-email')).html, /<h1 id="email-confirmed">/)
      assert.equal((await store().accounts.bySubject(who.subject))?.claims['email_verified'], true)
      assert.deepEqual(await lastOf(who.subject), ['user.email', 'success', who.subject])
      await isDead(browser.open(url))
      await isDead(browser.post('/link/confirm', { token: new URL(url).searchParams.get('token') as string }))
    })

    test('an address is changed by a link to the new one, and the old one is notified', async () => {
      const who = await somebody()
      const { url, mail } = await linkOf('email-change', who, `new.${who.email}`)
      assert.deepEqual(mail.recipients, [`new.${who.email}`])
      const browser = gatehouse.browser()
      assert.ok((await browser.open(url)).html.includes(`new.${who.username}@`))
      assert.equal((await store().accounts.bySubject(who.subject))?.email, who.email)
      await browser.submit('confirm-email')
      const news = await sink.next()
      assert.deepEqual(news.recipients, [who.email])
      assert.match(news.subject, /email address for Gatehouse was changed/)
      const account = await store().accounts.byLogin(`new.${who.email}`)
      assert.deepEqual([account?.subject, account?.claims['email_verified']], [who.subject, true])
    })

    test('an address that somebody else has by then is not taken over', async () => {
      const [who, other] = [await somebody(), await somebody()]
      const { url } = await linkOf('email-change', who, `x.${who.email}`)
      const browser = gatehouse.browser()
      await browser.open(url)
      await store().accounts.change(other.subject, { email: `x.${who.email}` })
      assert.match((await browser.submit('confirm-email')).html, /another account now has this email address/)
      assert.equal((await store().accounts.bySubject(who.subject))?.email, who.email)
    })

    test('a link is good for one thing, for its time, in its tenant, and only the newest of a kind', async () => {
      const who = await somebody()
      const browser = gatehouse.browser()
      const token = (url: string) => new URL(url).searchParams.get('token') as string
      const reset = (await linkOf('reset', who)).url
      const verification = (await linkOf('verification', who)).url
      await isDead(browser.post('/link/confirm', { token: token(reset) }))
      await isDead(browser.post('/link/password', { token: token(verification), password: fresh, repeated: fresh }))
      await gatehouse.app.tenants.create({ slug: `acme-${engine}`, name: 'Acme' })
      await isDead(browser.open(reset.replace('/link', `/t/acme-${engine}/link`)))
      for (const broken of [`${reset}x`, reset.slice(0, -1), reset.replace('_lr_', '_li_')]) await isDead(browser.open(broken))
      const newer = (await linkOf('reset', who)).url
      await isDead(browser.open(reset))
      assert.ok(shows(await browser.open(newer), 'choose-password'))
      gatehouse.advance(3600)
      await isDead(choose(browser))
      assert.equal(await canSignIn(who.username, 'the old password'), true)
    })

    test('a form of another site spends nothing', async () => {
      const { url } = await linkOf('reset', await somebody())
      const token = new URL(url).searchParams.get('token') as string
      const foreign = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }
      for (const path of ['/link/password', '/link/confirm', '/forgot-password/send'])
        assert.equal((await gatehouse.browser().post(path, { token, password: fresh, repeated: fresh, login: 'x' }, foreign)).status, 400)
      assert.ok(shows(await gatehouse.browser().open(url, { 'sec-fetch-site': 'cross-site' }), 'choose-password'), 'a link from a mail may')
    })

    test('who asks learns nothing of who has an account: same words, same status, no hashing, no mail but to the owner', async () => {
      const [real, suspended] = [await somebody(), await somebody()]
      await setStatus(gatehouse.root.accounts, suspended.subject, 'suspended')
      const bare = await createAccount(gatehouse.root.accounts, { username: `bare${people}` }, undefined)
      const hashed = () => (gatehouse.root.signIn.passwords as Passwords).load().done
      const before = hashed()
      const seen = async (login: string) => {
        const answers: [number, string | null, string][] = []
        const browser = gatehouse.browser()
        for (let i = 0; i < 4; i++) {
          const { status, headers, html } = await ask(browser, login)
          const words = /<body>[\s\S]*<\/body>/.exec(html)![0]
          answers.push([status, headers.get('retry-after'), words.replaceAll(login, '').replace(/gth_fl_\w+/g, '')])
        }
        return answers
      }
      const expected = await seen(real.username)
      assert.deepEqual(
        expected.map(([status, retry]) => [status, retry]),
        [
          [200, null],
          [200, null],
          [200, null],
          [429, '900'],
        ],
      )
      for (let i = 0; i < 3; i++) assert.deepEqual((await sink.next()).recipients, [real.email])
      for (const login of ['nobody', 'nobody@example.com', suspended.username, suspended.email, bare.username])
        assert.deepEqual(await seen(login), expected, login)
      assert.equal(hashed(), before)
      assert.equal(sink.waiting(), 0)
      assert.equal((await ask(gatehouse.browser(), real.email)).status, 200)
      const other = await somebody()
      await ask(gatehouse.browser(), other.email)
      assert.deepEqual((await sink.next()).recipients, [other.email], 'no fourth mail comes for the other name of the account')
      gatehouse.advance(900)
      assert.equal((await ask(gatehouse.browser(), real.email)).status, 200)
      await sink.next()
    })
  })

  suite(`mails that do not go, on ${engine}`, () => {
    test('a server that refuses changes nothing of the answer, and nothing breaks', async () => {
      const sink = await mailSink({ refuse: 550 })
      const gatehouse = await testApp(engine, { MAIL_SMTP_URL: sink.url })
      await gatehouse.addAccount({ username: 'alice', email: 'alice@example.com' })
      const browser = gatehouse.browser()
      await browser.open('/forgot-password')
      assert.match((await browser.submit('forgot-password', { login: 'alice' })).html, /<h1 id="mail-sent">/)
      await gatehouse.close() // waits for requests in progress
      await sink.close()
    })

    test('without a mail server nothing that needs one is offered', async () => {
      const gatehouse = await testApp(engine, {}, (config) => ({ ...config, mail: {} }))
      await gatehouse.addClient({ client_id: 'app', redirect_uris: [callback], scope: 'openid' }, 'secret')
      const browser = gatehouse.browser()
      const page = await browser.open(application(gatehouse, { id: 'app' }).url())
      assert.ok(shows(page, 'sign-in'))
      assert.ok(!page.html.includes('forgot'))
      assert.equal((await browser.open('/forgot-password')).status, 404)
      assert.equal((await browser.post('/forgot-password/send', { login: 'x' })).status, 404)
      assert.equal((await browser.open('/link?token=x')).status, 404)
      await gatehouse.close()
    })
  })
}
