/** What counts as an attempt, whose it is, and what ends the count (hole 10). */
import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import { Busy } from '../../src/crypto/work-queue.ts'
import { attemptCode, attemptPassword } from '../../src/identity/throttle.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { type Application, application, callback, told } from '../journeys/application.ts'
import { type Asked, asked, bearer } from '../journeys/json.ts'
import { linkIn, type MailSink, mailSink } from '../mail-sink.ts'
import { engines } from '../postgres.ts'
import type { Landing, TinyBrowser } from '../tiny-browser.ts'

const password = 'a good and long password'
const fresh = 'a fresh and long password'
const quarter = 900

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`attempts, on ${engine}`, () => {
    let sink: MailSink
    let gatehouse: TestApp
    let app: Application
    let people = 0
    /** Of each test anew. */
    let username: string
    let email: string
    let subject: string
    before(async () => {
      sink = await mailSink()
      gatehouse = await testApp(engine, {
        ...{ MAIL_SMTP_URL: sink.url, MAIL_FROM: 'id@example.org', TRUSTED_PROXIES: '127.0.0.1,::1' },
        ...{ LIMITS_SIGN_IN_ACCOUNT: '3', LIMITS_SIGN_IN_ADDRESS: '1000', LIMITS_SIGN_IN_TENANT: '100000', API_SIGN_UP_EMAIL: 'private' },
      })
      await gatehouse.addClient({ client_id: 'app', redirect_uris: [callback], scope: 'openid', policy: { consent: 'skip' } }, 'secret')
      app = application(gatehouse, { id: 'app', secret: 'secret' })
    })
    beforeEach(async () => {
      username = `person${++people}`
      email = `${username}@example.com`
      subject = await gatehouse.addAccount({ username, email }, password)
    })
    after(async () => {
      await gatehouse.close()
      assert.equal(sink.waiting(), 0, 'no mail came that no test expects')
      await sink.close()
    })

    async function signIn(login: string, text: string, browser = gatehouse.browser()): Promise<Landing> {
      await browser.open(app.url({ prompt: 'login' }))
      return browser.submit('sign-in', { username: login, password: text })
    }
    const isIn = (landing: Landing) => told(landing)['code'] !== undefined
    const guess = async (times: number, login: string, browser?: TinyBrowser) => {
      for (let i = 0; i < times; i++) assert.equal((await signIn(login, 'wrong', browser)).status, 401)
    }
    const login = (text = password) => asked(`${gatehouse.issuer}/api/v1/auth/login`, 'POST', { email, password: text })
    const changePassword = (token: string, old: string, text = fresh): Promise<Asked> =>
      asked(`${gatehouse.issuer}/api/v1/auth/me/password`, 'POST', { old_password: old, new_password: text }, bearer(token))

    test('hole 10: a wrong old_password counts as a wrong password does, and is in the audit log', async () => {
      const { access_token } = (await login()).body
      for (let i = 0; i < 3; i++) assert.equal((await changePassword(access_token, 'wrong')).status, 422)
      const refused = await changePassword(access_token, password)
      assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, String(quarter)])
      assert.equal((await signIn(username, password)).status, 429, 'it is the count of the account')
      const noted = await gatehouse.root.store.audit.search({ act: 'user.password', about: subject, limit: 9, newestFirst: false })
      assert.deepEqual(
        noted.slice(0, 3).map(({ outcome, by }) => [outcome, by?.id]),
        Array.from({ length: 3 }, () => ['failure', subject]),
      )
      gatehouse.advance(quarter)
      const again = (await login()).body
      assert.equal((await changePassword(again.access_token, password)).status, 200)
      const news = await sink.next()
      assert.deepEqual([news.recipients, /was changed/.test(news.subject)], [[email], true], 'and its owner is notified of the change')
    })

    test('hole 10: a wrong password on the account page counts as well', async () => {
      const browser = gatehouse.browser()
      await browser.open('/account/password')
      await browser.submit('sign-in', { username, password })
      browser.cookies.delete('gatehouse-device')
      for (let i = 0; i < 3; i++)
        assert.equal((await browser.submit('password-change', { current: 'wrong', password: fresh, repeated: fresh })).status, 422)
      assert.equal((await browser.submit('password-change', { current: password, password: fresh, repeated: fresh })).status, 429)
      assert.equal((await signIn(email, password)).status, 429)
    })

    test('hole 10: user name and address are one count, and so are two spellings', async () => {
      await guess(1, username)
      await guess(1, email)
      await guess(1, ` ${email.toUpperCase()} `)
      for (const name of [username, email]) assert.equal((await signIn(name, password)).status, 429)
      assert.equal((await login()).status, 429)
    })

    test('hole 10: a name that is nobody’s has a count, and another name another', async () => {
      await guess(3, `nobody${people}`)
      assert.equal((await signIn(`nobody${people}`, 'wrong')).status, 429)
      await guess(1, `nobody${people}@example.com`)
    })

    test('hole 10: a browser known from before a new password has no privilege left', async () => {
      const [own, known] = [gatehouse.browser(), gatehouse.browser()]
      for (const browser of [own, known]) assert.ok(isIn(await signIn(username, password, browser)))
      await own.open('/account/password')
      await own.submit('password-change', { current: password, password: fresh, repeated: fresh })
      await sink.next()
      await guess(3, username)
      assert.equal((await signIn(username, 'wrong', known)).status, 429, 'it counts as any other')
      assert.ok(isIn(await signIn(username, fresh, own)), 'the one in which the password was chosen is known')
    })

    test('hole 10: a known browser has a daily limit, too', async () => {
      const known = gatehouse.browser()
      assert.ok(isIn(await signIn(username, password, known)))
      for (let i = 0; i < 33; i++) {
        await guess(3, username, known)
        gatehouse.advance(quarter)
      }
      await guess(1, username, known)
      const refused = await signIn(username, password, known)
      assert.equal(refused.status, 429)
      assert.ok(Number(refused.headers.get('retry-after')) > 10 * 3600)
    })

    test('hole 10: others who sign up with an address, or change theirs to it, do not use up the owner’s reset mails', async () => {
      for (let i = 0; i < 4; i++) {
        const { status } = await asked(`${gatehouse.issuer}/api/v1/auth/register`, 'POST', { email, password: fresh })
        assert.equal(status, i < 3 ? 202 : 429)
        if (i < 3) assert.match((await sink.next()).subject, /already have an account/)
      }
      const stranger = gatehouse.browser()
      await gatehouse.addAccount({ username: `stranger${people}`, email: `stranger${people}@example.com` }, password)
      await stranger.open('/account/email')
      await stranger.submit('sign-in', { username: `stranger${people}`, password })
      for (let i = 0; i < 3; i++) {
        assert.equal((await stranger.submit('email-change', { email })).status, 200)
        await sink.next()
      }
      const owner = gatehouse.browser()
      await owner.open('/forgot-password')
      assert.match((await owner.submit('forgot-password', { login: email })).html, /<h1 id="mail-sent">/)
      assert.match(linkIn(await sink.next()), /gth_lr_/)
    })

    test('hole 10: an account gets three reset mails in a quarter of an hour, by whichever of its logins', async () => {
      const browser = gatehouse.browser()
      for (const name of [username, email, username, email]) {
        await browser.open('/forgot-password')
        assert.equal((await browser.submit('forgot-password', { login: name })).status, 200)
      }
      for (let i = 0; i < 3; i++) await sink.next()
      await gatehouse.app.deliverDue()
      assert.equal(sink.waiting(), 0)
    })

    test('hole 10: a password set by a link unlocks the account, everywhere', async () => {
      await guess(3, username)
      assert.equal((await signIn(username, password)).status, 429)
      const elsewhere = gatehouse.browser()
      await elsewhere.open('/forgot-password')
      await elsewhere.submit('forgot-password', { login: username })
      await elsewhere.open(linkIn(await sink.next()))
      await elsewhere.submit('choose-password', { password: fresh, repeated: fresh })
      await sink.next()
      assert.ok(isIn(await signIn(email, fresh)))
    })

    test('hole 10: a response that the server is too busy does not count as a wrong guess', async () => {
      const { signIn: deps } = gatehouse.root
      const source = { login: username, address: '192.0.2.1', device: undefined }
      const busy = () => Promise.reject(new Busy(1))
      for (let i = 0; i < 5; i++) await assert.rejects(attemptPassword(deps, source, gatehouse.now(), busy), Busy)
      for (let i = 0; i < 5; i++) await assert.rejects(attemptCode(deps, subject, gatehouse.now(), busy), Busy)
      const { wait, result } = await attemptCode(deps, subject, gatehouse.now(), async () => 'right')
      assert.deepEqual([wait, result], [undefined, 'right'])
      await guess(2, username)
      assert.ok(isIn(await signIn(username, password)))
    })
  })
}
