/** Second factors at sign-in: codes of an authenticator app, recovery codes, and what a pending sign-in is good for — NIST SP 800-63B-4 §2.2, RFC 6238 §5.2, RFC 8176. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import { givePassword, operator } from '../../src/identity/account-administration.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { type AuthenticatorApp, authenticatorApp, withApp } from '../authenticator-app.ts'
import { engines } from '../postgres.ts'
import type { Landing, TinyBrowser } from '../tiny-browser.ts'
import { type Application, application, callback, claimsOf, type Person, shows, told } from './application.ts'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`second factors, on ${engine}`, () => {
    let gatehouse: TestApp
    let web: Application
    /** New for each test, so that no test affects the next. */
    let who: Person
    let subject: string
    let app: AuthenticatorApp
    let recoveryCodes: readonly string[]
    let browser: TinyBrowser
    let people = 0
    before(async () => {
      gatehouse = await testApp(engine, { LIMITS_SIGN_IN_ACCOUNT: '5' })
      await gatehouse.addClient({ client_id: 'web', redirect_uris: [callback], scope: 'openid', policy: { consent: 'skip' } }, 'secret')
      web = application(gatehouse, { id: 'web', secret: 'secret' })
    })
    after(() => gatehouse.close())
    beforeEach(async () => {
      people += 1
      who = { username: `ada${people}`, password: 'the analytical engine' }
      subject = await gatehouse.addAccount({ username: who.username, claims: { name: 'Ada' } }, who.password)
      ;({ app, recoveryCodes } = await withApp(gatehouse.root, subject, gatehouse.now()))
      gatehouse.advance(60)
      browser = gatehouse.browser()
    })

    async function giveSecret(fields: Readonly<Record<string, string>> = {}): Promise<Landing> {
      await browser.open(web.url(fields))
      return browser.submit('sign-in', { ...who })
    }
    const giveCode = (code: string) => browser.submit('second-factor', { code })
    const idToken = async (landing: Landing) =>
      claimsOf((await web.redeem(told(landing)['code'] ?? assert.fail(landing.html))).body.id_token)

    const wrongFactor = { reason: 'second_factor_wrong', place: 'page' }
    const begun = () => gatehouse.root.store.audit.search({ about: subject, act: 'user.sign-in-begun', limit: 9, newestFirst: true })
    const noted = () => gatehouse.root.store.audit.search({ about: subject, act: 'user.sign-in', limit: 99, newestFirst: false })

    test('the audit log has wrong codes, and the sign-in only when it is complete', async () => {
      await giveSecret()
      assert.deepEqual(await noted(), [])
      assert.equal((await begun()).length, 1)
      await giveCode('000000')
      await giveCode(app.at(gatehouse.now()))
      assert.deepEqual(
        (await noted()).map(({ outcome, by, detail }) => ({ outcome, by, detail })),
        [
          { outcome: 'failure', by: undefined, detail: { ...wrongFactor, error: 'insufficient_user_authentication' } },
          { outcome: 'success', by: { type: 'user', id: subject }, detail: { acr: 'aal2' } },
        ],
      )
    })

    test('a password and then a code: one session, which says so', async () => {
      const page = await giveSecret()
      assert.ok(shows(page, 'second-factor'))
      assert.match(page.html, /Ada/)
      const { acr, amr, auth_time, sub } = await idToken(await giveCode(app.at(gatehouse.now())))
      assert.deepEqual({ acr, amr, auth_time, sub }, { acr: 'aal2', amr: ['pwd', 'otp', 'mfa'], auth_time: gatehouse.now(), sub: subject })
      assert.ok(told(await browser.open(web.url({ prompt: 'none' })))['code'])
    })

    test('a pending sign-in gives nothing: no cookie, no session, no known browser, and no use in another flow', async () => {
      await giveSecret()
      assert.deepEqual([...browser.cookies.keys()], ['gatehouse-browser'])
      assert.equal(told(await browser.open(web.url({ prompt: 'none' })))['error'], 'login_required')
      assert.ok(shows(await browser.open(web.url()), 'sign-in'), 'another flow of the same browser')
    })

    test('a pending sign-in belongs to its browser', async () => {
      const flow = (await giveSecret()).url.searchParams.get('flow') as string
      const stranger = gatehouse.browser()
      await stranger.open(web.url())
      assert.equal((await stranger.post('/authorize/second-factor', { flow, code: app.at(gatehouse.now()) })).status, 400)
      assert.ok(told(await giveCode(app.at(gatehouse.now())))['code'])
    })

    test('a pending sign-in waits ten minutes', async () => {
      const page = await giveSecret()
      gatehouse.advance(599)
      assert.ok(shows(await browser.open(page.url.href), 'second-factor'))
      gatehouse.advance(1)
      assert.ok(shows(await giveCode(app.at(gatehouse.now())), 'sign-in'))
    })

    test('a code without a password is nothing', async () => {
      const page = await browser.open(web.url())
      const flow = page.url.searchParams.get('flow') as string
      const landing = await browser.post('/authorize/second-factor', { flow, code: app.at(gatehouse.now()) })
      assert.ok(shows(landing, 'sign-in'))
      await giveSecret()
      assert.ok(told(await giveCode(app.at(gatehouse.now())))['code'], 'and is not used up')
    })

    const bad: [name: string, code: (codes: { app: AuthenticatorApp; other: AuthenticatorApp; now: number }) => string][] = [
      ['of a minute ago', ({ app, now }) => app.at(now - 60)],
      ['of a minute hence', ({ app, now }) => app.at(now + 60)],
      ['of another account', ({ other, now }) => other.at(now)],
      ['that is a recovery code of another account', () => 'aaaaa-aaaaa'],
      ['that is empty', () => ''],
      ['that is long', ({ app, now }) => `${app.at(now)}0`],
    ]
    for (const [name, code] of bad)
      test(`a code ${name} is refused, and the right one still taken`, async () => {
        const id = await gatehouse.addAccount({ username: `other${people}` })
        const { app: other } = await withApp(gatehouse.root, id, gatehouse.now())
        await giveSecret()
        const page = await giveCode(code({ app, other, now: gatehouse.now() }))
        assert.equal(page.status, 401)
        assert.match(page.html, /The code is not right, or was used already/)
        assert.ok(told(await giveCode(app.at(gatehouse.now())))['code'])
      })

    test('a code is taken once, and none before it afterwards', async () => {
      const early = app.at(gatehouse.now() - 30)
      const code = app.at(gatehouse.now())
      await giveSecret()
      assert.ok(told(await giveCode(code))['code'])
      await giveSecret({ prompt: 'login' })
      for (const used of [code, early]) assert.equal((await giveCode(used)).status, 401)
      gatehouse.advance(30)
      assert.ok(told(await giveCode(app.at(gatehouse.now())))['code'])
    })

    test('of many that show one code at once, one comes in', async () => {
      const browsers = Array.from({ length: 5 }, () => gatehouse.browser())
      for (const one of browsers) {
        await one.open(web.url())
        await one.submit('sign-in', { ...who })
      }
      const code = app.at(gatehouse.now())
      const landings = await Promise.all(browsers.map((one) => one.submit('second-factor', { code })))
      assert.equal(landings.filter((landing) => told(landing)['code']).length, 1)
    })

    test('as apps show it and people type it', async () => {
      await giveSecret()
      const code = app.at(gatehouse.now())
      assert.ok(told(await giveCode(` ${code.slice(0, 3)} ${code.slice(3)} `))['code'])
    })

    test('a recovery code works once', async () => {
      assert.equal(new Set(recoveryCodes).size, 10)
      const [code = '', another = ''] = recoveryCodes
      assert.match(code, /^[a-z2-9]{5}-[a-z2-9]{5}$/)
      await giveSecret()
      const { acr, amr } = await idToken(await browser.submit('recovery', { recovery_code: code }))
      assert.deepEqual([acr, amr], ['aal2', ['pwd', 'otp', 'mfa']])
      assert.deepEqual((await noted()).at(-1)?.detail, { acr: 'aal2', recovery_code: true })
      await giveSecret({ prompt: 'login' })
      assert.equal((await browser.submit('recovery', { recovery_code: code })).status, 401)
      assert.ok(told(await browser.submit('recovery', { recovery_code: another.replace('-', ' ').toUpperCase() }))['code'])
      assert.equal((await gatehouse.root.store.factors.of(subject)).recoveryCodes, 8)
    })

    test('guessing codes ends, across flows and at known browsers too, and starts again later', async () => {
      await giveSecret()
      await giveCode(app.at(gatehouse.now())) // from now on the browser is known
      for (let i = 0; i < 5; i++) {
        await giveSecret({ prompt: 'login' })
        assert.equal((await giveCode('000000')).status, 401)
      }
      gatehouse.advance(30)
      await giveSecret({ prompt: 'login' })
      const refused = await giveCode(app.at(gatehouse.now()))
      assert.equal(refused.status, 429)
      assert.equal(refused.headers.get('retry-after'), '870')
      assert.match(refused.html, /Please wait 15 minutes/)
      browser = gatehouse.browser()
      await giveSecret()
      assert.equal((await giveCode(app.at(gatehouse.now()))).status, 429, 'nor elsewhere')
      gatehouse.advance(870)
      await giveSecret()
      assert.ok(told(await giveCode(app.at(gatehouse.now())))['code'])
    })

    test('another person can sign in instead, without a further step', async () => {
      await gatehouse.addAccount({ username: `plain${people}` }, 'a plain old password')
      const page = await giveSecret()
      assert.ok(shows(await browser.open(`${page.url.href}&another=1`), 'sign-in'))
      const landing = await browser.submit('sign-in', { username: `plain${people}`, password: 'a plain old password' })
      assert.equal((await idToken(landing)).acr, 'aal1')
    })

    test('a temporary password is replaced after the second factor, and the session stays what it was', async () => {
      await gatehouse.root.accounts.store.accounts.change(subject, { passwordIsTemporary: true })
      await giveSecret()
      const page = await giveCode(app.at(gatehouse.now()))
      assert.ok(shows(page, 'new-password'))
      const fresh = 'quite another engine'
      assert.equal((await idToken(await browser.submit('new-password', { password: fresh, repeated: fresh }))).acr, 'aal2')
    })

    test('a password that is changed in the meantime does not count as first factor', async () => {
      await giveSecret()
      await givePassword(gatehouse.root.accounts, operator, subject, { text: 'quite another engine', temporary: false })
      assert.ok(shows(await giveCode(app.at(gatehouse.now())), 'sign-in'))
      assert.equal(told(await browser.open(web.url({ prompt: 'none' })))['error'], 'login_required')
    })

    test('a person who is suspended in the meantime is not signed in', async () => {
      await giveSecret()
      await gatehouse.root.accounts.store.accounts.change(subject, { status: 'suspended' })
      assert.ok(shows(await giveCode(app.at(gatehouse.now())), 'sign-in'))
    })

    test('the secret and the codes are not in the database as they are', async () => {
      const { totp } = await gatehouse.root.store.factors.of(subject)
      assert.doesNotMatch(totp!.sealed, /[A-Z2-7]{32}/)
      assert.deepEqual(await gatehouse.root.store.factors.spendRecoveryCode(subject, recoveryCodes[0]!), undefined)
    })
  })

  suite(`a second factor that is required, on ${engine}`, () => {
    let gatehouse: TestApp
    let web: Application
    let browser: TinyBrowser
    const grace = { username: 'grace', password: 'amazing grace hopper' }
    before(async () => {
      gatehouse = await testApp(engine)
      await gatehouse.addClient({ client_id: 'web', redirect_uris: [callback], scope: 'openid', policy: { consent: 'skip' } }, 'secret')
      web = application(gatehouse, { id: 'web', secret: 'secret' })
    })
    after(() => gatehouse.close())

    const secretOn = ({ html }: Landing) => /<code id="secret">([A-Z2-7 ]+)</.exec(html)?.[1] ?? assert.fail(html)

    test('is set up at sign-in, with recovery codes; sessions of before no longer do', async () => {
      const subject = await gatehouse.addAccount({ username: grace.username }, grace.password)
      browser = gatehouse.browser()
      assert.ok(told(await web.arrive(browser, {}, grace))['code'])
      await gatehouse.app.tenants.set('', { second_factor: 'required' })
      assert.equal(told(await browser.open(web.url({ prompt: 'none' })))['error'], 'login_required')
      assert.ok(shows(await browser.open(web.url()), 'sign-in'))
      const page = await browser.submit('sign-in', { ...grace })
      assert.ok(shows(page, 'enrolment') && page.html.includes('<svg class="qr"'))
      assert.match(
        page.html,
        /href="otpauth:\/\/totp\/Gatehouse:grace\?secret=[A-Z2-7]{32}&amp;issuer=Gatehouse&amp;algorithm=SHA1&amp;digits=6&amp;period=30"/,
      )
      const app = authenticatorApp(secretOn(page))
      const wrong = await browser.submit('enrolment', { code: '000000' })
      assert.deepEqual([wrong.status, wrong.html.includes('The code is not right. Please type the one the app shows now')], [401, true])
      assert.equal(secretOn(wrong), secretOn(page), 'the same secret')
      assert.equal((await gatehouse.root.store.factors.of(subject)).totp, undefined, 'not before it is confirmed')
      const codes = await browser.submit('enrolment', { code: app.at(gatehouse.now()) })
      assert.equal(codes.html.match(/<li><code>[a-z2-9]{5}-[a-z2-9]{5}</g)?.length, 10)
      const [added] = await gatehouse.root.store.audit.search({ act: 'user.factor-add', about: subject, limit: 9, newestFirst: true })
      assert.deepEqual([added?.by?.id, added?.detail], [subject, { factor: 'totp' }])
      const next = /<a id="next"[^>]* href="([^"]+)"/.exec(codes.html)?.[1] as string
      const { acr, amr } = claimsOf((await web.redeem(told(await browser.open(next))['code'] as string)).body.id_token)
      assert.deepEqual([acr, amr], ['aal2', ['pwd', 'otp', 'mfa']])
      browser = gatehouse.browser()
      await browser.open(web.url())
      assert.ok(shows(await browser.submit('sign-in', { ...grace }), 'second-factor'))
      assert.equal((await browser.submit('second-factor', { code: app.at(gatehouse.now()) })).status, 401, 'the confirming code is used up')
      gatehouse.advance(30)
      assert.ok(told(await browser.submit('second-factor', { code: app.at(gatehouse.now()) }))['code'])
    })

    test('cannot be set up with the password alone, once there is one', async () => {
      const mary = { username: 'mary', password: 'the fairy of science' }
      const subject = await gatehouse.addAccount({ username: mary.username }, mary.password)
      const thief = gatehouse.browser()
      await thief.open(web.url())
      const page = await thief.submit('sign-in', { ...mary })
      const stolen = authenticatorApp(secretOn(page))
      const { app } = await withApp(gatehouse.root, subject, gatehouse.now())
      const refused = await thief.submit('enrolment', { code: stolen.at(gatehouse.now()) })
      assert.ok(shows(refused, 'second-factor'))
      gatehouse.advance(30)
      assert.equal((await thief.submit('second-factor', { code: stolen.at(gatehouse.now()) })).status, 401)
      assert.ok(told(await thief.submit('second-factor', { code: app.at(gatehouse.now()) }))['code'])
    })

    test('is offered again when the offer has expired, and an offer of another flow is refused', async () => {
      const joan = { username: 'joan', password: 'a compiler of her own' }
      await gatehouse.addAccount({ username: joan.username }, joan.password)
      const [one, two] = [gatehouse.browser(), gatehouse.browser()]
      await one.open(web.url())
      const offered = await one.submit('sign-in', { ...joan })
      await two.open(web.url())
      await two.submit('sign-in', { ...joan })
      const draft = /name="draft" value="([^"]+)"/.exec(offered.html)?.[1] as string
      const moved = await two.submit('enrolment', { draft, code: authenticatorApp(secretOn(offered)).at(gatehouse.now()) })
      assert.equal(moved.status, 401)
      assert.notEqual(secretOn(moved), secretOn(offered))
    })
  })
}
