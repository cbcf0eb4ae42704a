/** The sections of second factors and passkeys on the account page — NIST SP 800-63B-4 §4.1, §4.2. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { type Authenticator, authenticator } from '../authenticator.ts'
import { type AuthenticatorApp, authenticatorApp } from '../authenticator-app.ts'
import { mailSink } from '../mail-sink.ts'
import { engines } from '../postgres.ts'
import type { Landing, TinyBrowser } from '../tiny-browser.ts'
import { shows } from './application.ts'

const password = 'a good and long password'
const optionsOn = ({ html }: Landing) =>
  (/ data-options="([^"]+)"/.exec(html)?.[1] ?? assert.fail(html)).replaceAll('&quot;', '"').replaceAll('&amp;', '&')

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`second factors on the account page, on ${engine}`, () => {
    let gatehouse: TestApp
    let browser: TinyBrowser
    let username: string
    let subject: string
    let people = 0
    before(async () => {
      gatehouse = await testApp(engine)
    })
    after(() => gatehouse.close())
    beforeEach(async () => {
      username = `person${++people}`
      subject = await gatehouse.addAccount({ username }, password)
      browser = await enter('/account/second-factors')
    })

    async function enter(path: string, code?: string): Promise<TinyBrowser> {
      const fresh = gatehouse.browser()
      await fresh.open(path)
      await fresh.submit('sign-in', { username, password })
      if (code !== undefined) await fresh.submit('second-factor', { code })
      return fresh
    }
    const factors = () => gatehouse.root.store.factors.of(subject)
    /** What was done, and to which factor. */
    const noted = async () =>
      (await gatehouse.root.store.audit.search({ about: subject, limit: 99, newestFirst: false }))
        .map(({ act, detail }) => [act, detail?.['factor']].filter(Boolean).join(' '))
        .filter((act) => act !== 'user.sign-in')
    const secretOn = ({ html }: Landing) => authenticatorApp(/<code id="secret">([A-Z2-7 ]+)</.exec(html)?.[1] ?? assert.fail(html))
    const codesOn = ({ html }: Landing) => html.match(/<li><code>[a-z2-9]{5}-[a-z2-9]{5}</g)?.length

    async function withApp(): Promise<AuthenticatorApp> {
      const app = secretOn(await browser.open('/account/second-factors'))
      assert.equal(codesOn(await browser.submit('second-factors-add-app', { code: app.at(gatehouse.now()) })), 10)
      gatehouse.advance(30)
      return app
    }
    async function withPasskey(name = ''): Promise<Authenticator> {
      const key = authenticator(gatehouse.issuer)
      const { html } = await browser.submit('passkey', { response: key.create(optionsOn(await browser.open('/account/passkeys'))), name })
      if (html.includes('id="recovery-codes"')) assert.match(html, /<a id="next"[^>]* href="[^"]+\/account\/passkeys"/)
      return key
    }

    test('an app is set up with its first code, not with a wrong one, and then asked for', async () => {
      const page = await browser.open('/account/second-factors')
      const app = secretOn(page)
      const refused = await browser.submit('second-factors-add-app', { code: '000000' })
      assert.equal(refused.status, 422)
      assert.match(refused.html, /The code is not right/)
      assert.equal(secretOn(refused).at(0), app.at(0), 'the same secret')
      assert.equal((await factors()).totp, undefined)
      const codes = await browser.submit('second-factors-add-app', { code: app.at(gatehouse.now()) })
      assert.equal(codesOn(codes), 10)
      assert.match(codes.html, /<a id="next"[^>]* href="[^"]+\/account\/second-factors"/)
      assert.match((await browser.open('/account/second-factors')).html, /id="codes-left">10</)
      gatehouse.advance(30)
      assert.ok(!shows(await (await enter('/account', app.at(gatehouse.now()))).open('/account'), 'second-factor'))
      assert.deepEqual(await noted(), ['user.factor-add totp', 'user.sign-in-begun'])
    })

    test('another app takes the place of the old one; recovery codes stay', async () => {
      const old = await withApp()
      const next = secretOn(await browser.open('/account/second-factors'))
      const page = await browser.submit('second-factors-add-app', { code: next.at(gatehouse.now()) })
      assert.match(page.html, /Your authenticator app is set up/)
      assert.equal((await factors()).recoveryCodes, 10)
      gatehouse.advance(30)
      const refused = gatehouse.browser()
      await refused.open('/account')
      await refused.submit('sign-in', { username, password })
      assert.equal((await refused.submit('second-factor', { code: old.at(gatehouse.now()) })).status, 401)
    })

    test('new recovery codes end the old ones, and come only with a factor', async () => {
      assert.ok(!shows(await browser.open('/account/second-factors'), 'second-factors-new-codes'))
      const sid = /name="sid" value="([^"]+)"/.exec((await browser.open('/account/second-factors')).html)?.[1] as string
      assert.equal((await browser.post('/account/second-factors/new-codes', { sid })).status, 422)
      const none = await browser.post('/account/second-factors/remove-app', { sid })
      assert.deepEqual([none.status, /There is no authenticator app\./.test(none.html)], [404, true])
      await withApp()
      await browser.open('/account/second-factors')
      assert.equal(codesOn(await browser.submit('second-factors-new-codes')), 10)
      assert.equal((await factors()).recoveryCodes, 10)
      assert.deepEqual(await noted(), ['user.factor-add totp', 'user.recovery-codes'])
    })

    test('without the last factor the password is enough again', async () => {
      await withApp()
      await browser.open('/account/second-factors')
      assert.match((await browser.submit('second-factors-remove-app')).html, /Your authenticator app is removed/)
      assert.deepEqual(await factors(), { totp: undefined, passkeys: 0, recoveryCodes: 0 })
      assert.ok(!shows(await (await enter('/account')).open('/account'), 'sign-in'))
    })

    test('passkeys are added, named, renamed and removed', async () => {
      const key = await withPasskey('Work laptop')
      await withPasskey()
      const page = await browser.open('/account/passkeys')
      assert.match(page.html, /Work laptop/)
      assert.match(page.html, /This device/)
      const sid = /name="sid" value="([^"]+)"/.exec(page.html)?.[1] as string
      const renamed = await browser.post('/account/passkeys/rename', { sid, passkey: key.id, name: ' Old laptop ' })
      assert.match(renamed.html, /The passkey is renamed\.[\s\S]*Old laptop/)
      for (const name of [{ name: ' ' }, {}] as Record<string, string>[])
        assert.equal((await browser.post('/account/passkeys/rename', { sid, passkey: key.id, ...name })).status, 422)
      assert.equal((await browser.post('/account/passkeys/rename', { sid, passkey: 'unknown', name: 'x' })).status, 404)
      assert.equal((await browser.post('/account/passkeys/remove', { sid, passkey: 'unknown' })).status, 404)
      assert.match((await browser.post('/account/passkeys/remove', { sid, passkey: key.id })).html, /The passkey is removed\./)
      assert.deepEqual(
        (await gatehouse.root.store.passkeys.of(subject)).map(({ name }) => name),
        ['This device'],
      )
      const acts = ['user.factor-add passkey', 'user.factor-add passkey', 'user.factor-rename', 'user.factor-remove passkey']
      assert.deepEqual(await noted(), acts)
    })

    test('a passkey is not added by an answer for another session, twice, or by garbage', async () => {
      const other = await enter('/account/passkeys')
      const key = authenticator(gatehouse.issuer)
      const response = key.create(optionsOn(await other.open('/account/passkeys')))
      await browser.open('/account/passkeys')
      assert.equal((await browser.submit('passkey', { response })).status, 422)
      assert.equal((await browser.submit('passkey', { response: 'garbage' })).status, 422)
      const good = key.create(optionsOn(await browser.open('/account/passkeys')))
      assert.equal(codesOn(await browser.submit('passkey', { response: good })), 10)
      await browser.open('/account/passkeys')
      assert.equal((await browser.submit('passkey', { response: good })).status, 422)
    })

    test('whether the sign-in is recent is judged when the browser is asked for a passkey, not when it answers', async () => {
      const key = authenticator(gatehouse.issuer)
      const response = key.create(optionsOn(await browser.open('/account/passkeys')))
      gatehouse.advance(599)
      assert.equal(codesOn(await browser.submit('passkey', { response })), 10)
      const [{ name } = {}] = await gatehouse.root.store.passkeys.of(subject)
      assert.equal(name, 'This device', 'no name came with it')
    })

    test('a passkey that is refused is named to its device, unless it is stored', async () => {
      const named = (html: string, what: string) =>
        JSON.parse(new RegExp(`data-${what}="([^"]+)"`).exec(html)?.[1]?.replaceAll('&quot;', '"') ?? 'null')
      const [stored, late] = [await withPasskey(), authenticator(gatehouse.issuer)]
      const page = await browser.open('/account/passkeys')
      const again = await browser.submit('passkey', { response: stored.create(optionsOn(page)) })
      assert.deepEqual([again.status, named(again.html, 'unknown')], [409, null])
      const response = late.create(optionsOn(again))
      gatehouse.advance(601)
      const { status, html } = await browser.submit('passkey', { response })
      assert.equal(status, 422)
      assert.deepEqual(named(html, 'unknown'), { rpId: 'localhost', credentialId: late.id })
      assert.deepEqual(named(html, 'accepted').allAcceptedCredentialIds, [stored.id])
      assert.match(html, /id="confirm"/)
    })

    test('nobody removes or renames a passkey of somebody else', async () => {
      const key = await withPasskey('Mine')
      username = `person${++people}`
      await gatehouse.addAccount({ username }, password)
      const stranger = await enter('/account/passkeys')
      const sid = /name="sid" value="([^"]+)"/.exec((await stranger.open('/account/passkeys')).html)?.[1] as string
      for (const act of ['rename', 'remove'])
        assert.equal((await stranger.post(`/account/passkeys/${act}`, { sid, passkey: key.id, name: 'Yours' })).status, 404)
      assert.deepEqual(
        (await gatehouse.root.store.passkeys.of(subject)).map(({ name }) => name),
        ['Mine'],
      )
    })

    test('who has not signed in just now must do so first', async () => {
      const sid = /name="sid" value="([^"]+)"/.exec((await browser.open('/account/second-factors')).html)?.[1] as string
      gatehouse.advance(301)
      for (const path of ['second-factors', 'passkeys']) {
        const { html } = await browser.open(`/account/${path}`)
        assert.match(html, /id="confirm"/)
        assert.doesNotMatch(html, /data-options|id="secret"/)
      }
      for (const act of ['second-factors/add-app', 'second-factors/remove-app', 'second-factors/new-codes', 'passkeys/remove'])
        assert.ok(shows(await browser.post(`/account/${act}`, { sid }), 'sign-in'), act)
    })

    test('where a second factor is required, the last one stays', async () => {
      const slug = `strict${people}`
      await gatehouse.app.tenants.create({ slug, name: 'Strict' })
      const tenant = (await gatehouse.app.tenant(slug)) ?? assert.fail()
      await gatehouse.addAccount({ username }, password, tenant)
      browser = await enter(`/t/${slug}/account/second-factors`)
      assert.ok(!shows(await browser.open(`/t/${slug}/account`), 'sign-in'))
      await gatehouse.app.tenants.set(slug, { second_factor: 'required' })
      assert.ok(shows(await browser.open(`/t/${slug}/account`), 'sign-in'), 'a password was not enough')
      const page = await browser.submit('sign-in', { username, password })
      await browser.submit('enrolment', { code: secretOn(page).at(gatehouse.now()) })
      await browser.open(`/t/${slug}/account/second-factors`)
      const refused = await browser.submit('second-factors-remove-app')
      assert.equal(refused.status, 409)
      assert.match(refused.html, /A second factor is required here/)
      const key = authenticator(gatehouse.issuer)
      const response = key.create(optionsOn(await browser.open(`/t/${slug}/account/passkeys`)))
      assert.match((await browser.submit('passkey', { response })).html, /The passkey is added\./)
      await browser.open(`/t/${slug}/account/second-factors`)
      assert.match((await browser.submit('second-factors-remove-app')).html, /Your authenticator app is removed/, 'one of two')
      const sid = /name="sid" value="([^"]+)"/.exec((await browser.open(`/t/${slug}/account/passkeys`)).html)?.[1] as string
      assert.equal((await browser.post(`/t/${slug}/account/passkeys/remove`, { sid, passkey: key.id })).status, 409)
    })

    test('the download has them, without secrets', async () => {
      await withApp()
      await withPasskey('Work laptop')
      const sid = /name="sid" value="([^"]+)"/.exec((await browser.open('/account/data')).html)?.[1] as string
      const { html } = await browser.post('/account/data/download', { sid })
      const { passkeys, second_factors } = JSON.parse(html)
      assert.deepEqual([passkeys.length, passkeys[0].name, second_factors.recovery_codes], [1, 'Work laptop', 10])
      assert.doesNotMatch(html, /sealed|public_key|publicKey/)
    })
  })
}

test('the owner of an account hears of its factors by mail', async () => {
  const sink = await mailSink()
  const gatehouse = await testApp('sqlite', { MAIL_FROM: 'id@example.org', MAIL_SMTP_URL: sink.url })
  await gatehouse.addAccount({ username: 'ada', email: 'ada@example.com' }, password)
  const browser = gatehouse.browser()
  await browser.open('/account/second-factors')
  const page = await browser.submit('sign-in', { username: 'ada', password })
  const app = authenticatorApp(/<code id="secret">([A-Z2-7 ]+)</.exec(page.html)?.[1] as string)
  const shown = await browser.submit('second-factors-add-app', { code: app.at(gatehouse.now()) })
  const [code = ''] = shown.html.match(/[a-z2-9]{5}-[a-z2-9]{5}(?=<\/code>)/) ?? []
  assert.match((await sink.next()).raw, /A second factor was added/)
  const other = gatehouse.browser()
  await other.open('/account')
  await other.submit('sign-in', { username: 'ada', password })
  await other.submit('recovery', { recovery_code: code })
  assert.match((await sink.next()).raw, /Recovery codes left: 9/)
  await browser.open('/account/second-factors')
  await browser.submit('second-factors-new-codes')
  const news = await sink.next()
  assert.match(news.subject, /New recovery codes/)
  assert.match(news.text, /When: .*UTC\r\nNetwork address: (?:127\.0\.0\.1|::1)\r\n/)
  assert.ok(news.text.includes(`${gatehouse.issuer}/forgot-password?login=ada`))
  await browser.open('/account/second-factors')
  await browser.submit('second-factors-remove-app')
  assert.match((await sink.next()).raw, /A second factor was removed/)
  const key = authenticator(gatehouse.issuer)
  await browser.submit('passkey', { response: key.create(optionsOn(await browser.open('/account/passkeys'))) })
  assert.match((await sink.next()).raw, /A second factor was added/)
  const sid = /name="sid" value="([^"]+)"/.exec((await browser.open('/account/passkeys')).html)?.[1] as string
  await browser.post('/account/passkeys/remove', { sid, passkey: key.id })
  assert.match((await sink.next()).raw, /A second factor was removed/)
  await gatehouse.close()
  await sink.close()
})
