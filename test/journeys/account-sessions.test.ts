/** The sessions section of the account page — OWASP ASVS 7.4, 7.5. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { AccountRequest } from '../../src/web/account/section.ts'
import { sessions as section } from '../../src/web/account/sessions.ts'
import type { Html } from '../../src/web/pages/html.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import type { Landing, TinyBrowser } from '../tiny-browser.ts'
import { type Application, application, callback, shows } from './application.ts'

const password = 'a good and long password'
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`sessions, on ${engine}`, () => {
    let gatehouse: TestApp
    let app: Application
    let people = 0
    before(async () => {
      gatehouse = await testApp(engine, { TRUSTED_PROXIES: '127.0.0.1,::1' })
      const scope = 'openid offline_access'
      await gatehouse.addClient(
        { client_id: 'app', redirect_uris: [callback], grant_types: ['authorization_code', 'refresh_token'], scope },
        'secret',
      )
      app = application(gatehouse, { id: 'app', secret: 'secret', scope })
    })
    after(() => gatehouse.close())

    async function somebody() {
      const username = `person${++people}`
      return { username, password, subject: await gatehouse.addAccount({ username }, password) }
    }
    type Somebody = Awaited<ReturnType<typeof somebody>>

    /** In a separate browser; the sign-in has these headers. */
    async function enter(who: Somebody, headers: Record<string, string> = {}) {
      const browser = gatehouse.browser()
      const page = await browser.open('/account/sessions')
      const flow = page.url.searchParams.get('flow') as string
      return { browser, page: await browser.post('/authorize/sign-in', { flow, username: who.username, password }, headers) }
    }
    const items = ({ html }: Landing) =>
      Array.from(/<ul class="items">[\s\S]*?<\/ul>/.exec(html)?.[0].matchAll(/<li>[\s\S]*?<\/li>/g) ?? [], ([item]) => ({
        sid: /name="session" value="([^"]+)"/.exec(item)?.[1],
        text: item
          .replace(/<[^>]+>/g, ' ')
          .replace(/\s+/g, ' ')
          .trim(),
      }))
    const sidOf = ({ html }: Landing) => /name="sid" value="([^"]+)"/.exec(html)?.[1] as string
    const isIn = async (browser: TinyBrowser) => !shows(await browser.open('/account/sessions'), 'sign-in')
    const noted = async (act: string, about: string) =>
      (await gatehouse.root.store.audit.search({ act, about, limit: 9, newestFirst: false })).map(({ outcome, target }) => [
        outcome,
        target,
      ])

    test('a session that ends while the account page is read is no fault', async () => {
      const { root } = gatehouse
      const { subject } = await somebody()
      const account = (await root.store.accounts.bySubject(subject))!
      const ask = { tenant: root, account, session: { authTime: gatehouse.now() } } as unknown as AccountRequest
      const state = await section.state!(ask)
      assert.match((state!.text as Html).text, /0 sessions, last sign-in/)
    })

    test('each is listed with its device, address and times; the current one is marked', async () => {
      const who = await somebody()
      const phone = await enter(who, { 'user-agent': firefox, 'x-forwarded-for': '203.0.113.7' })
      gatehouse.advance(600)
      const { page } = await enter(who)
      const [mine, other] = items(page)
      assert.match(mine!.text, /^Unknown device This one Last used .* from network address /)
      assert.equal(mine!.sid, undefined)
      const time = /\d{1,2} \w+ \d{4}(?:,| at) \d\d:\d\d UTC/.source
      assert.match(
        other!.text,
        new RegExp(`^Firefox on Linux Last used ${time} from network address 203\\.0\\.113\\.7 Signed in ${time} Sign out$`),
      )
      await phone.browser.open('/account/sessions', { 'x-forwarded-for': '198.51.100.9' })
      const { browser } = await enter(who)
      assert.match(
        items(await browser.open('/account/sessions'))
          .map(({ text }) => text)
          .join(),
        /Firefox on Linux .* 198\.51\.100\.9/,
        'where it was used last',
      )
    })

    test('times are in the time zone of the person', async () => {
      const who = await somebody()
      const { browser } = await enter(who)
      for (const [zone, name] of [
        ['America/New_York', /GMT-[45]/],
        ['Nowhere/At all', /UTC/],
        [7, /UTC/],
      ] as const) {
        await gatehouse.root.store.accounts.change(who.subject, { claims: { zoneinfo: zone } })
        assert.match(items(await browser.open('/account/sessions'))[0]!.text, name)
      }
    })

    test('one that has not been used for long has ended, and is not listed', async () => {
      const who = await somebody()
      await enter(who)
      gatehouse.advance(3600)
      assert.equal(items((await enter(who)).page).length, 1)
    })

    test('its use is noted where it comes from elsewhere, or after a twentieth of the time that it may be unused', async () => {
      const who = await somebody()
      const { browser } = await enter(who, { 'x-forwarded-for': '203.0.113.7' })
      const start = gatehouse.now()
      const uses: [after: number, address: string, noted: number][] = [
        [180, '203.0.113.7', 0],
        [181, '203.0.113.7', 181],
        [182, '203.0.113.8', 182],
        [183, '203.0.113.8', 182],
      ]
      for (const [after, address, noted] of uses) {
        gatehouse.advance(start + after - gatehouse.now())
        await browser.open('/account/sessions', { 'x-forwarded-for': address })
        const [stored] = await gatehouse.root.store.sessions.of(who.subject, gatehouse.now())
        assert.deepEqual([stored!.lastSeenAt - start, stored!.address], [noted, address], `after ${after} seconds`)
      }
    })

    test('one is ended from afar, and only that', async () => {
      const who = await somebody()
      const [first, second, mine] = [await enter(who), await enter(who), await enter(who)]
      const session = sidOf(first.page)
      const done = await mine.browser.submit('sessions-end', { session })
      assert.match(done.html, /id="notice"[\s\S]*That session is signed out/)
      assert.deepEqual([await isIn(first.browser), await isIn(second.browser), await isIn(mine.browser)], [false, true, true])
      assert.deepEqual(await noted('session.end', who.subject), [['success', session]])
      const again = await mine.browser.submit('sessions-end', { session })
      assert.deepEqual([again.status, /ended already/.test(again.html)], [404, true])
      const own = await mine.browser.submit('sessions-end', { session: sidOf(mine.page) })
      assert.deepEqual([own.status, await isIn(mine.browser)], [422, true])
    })

    test('those of others are as unknown as those that are not', async () => {
      const [who, other] = [await somebody(), await somebody()]
      const [mine, theirs] = [await enter(who), await enter(other)]
      await enter(who)
      const answers = []
      for (const session of [sidOf(theirs.page), 'nonsense']) {
        await mine.browser.open('/account/sessions')
        const { status, html } = await mine.browser.submit('sessions-end', { session })
        answers.push([status, /<article>[\s\S]*<\/article>/.exec(html)?.[0]])
      }
      assert.deepEqual(answers[0], answers[1])
      assert.equal(await isIn(theirs.browser), true)
      const missing = await mine.browser.post('/account/sessions/end', { sid: sidOf(mine.page) })
      assert.equal(missing.status, 400)
    })

    test('all others end, this one goes on; applications keep their access', async () => {
      const [who, other] = [await somebody(), await somebody()]
      const [first, mine, theirs] = [await enter(who), await enter(who), await enter(other)]
      const tokens = await app.tokens(first.browser, {}, who)
      await mine.browser.open('/account/sessions')
      assert.match((await mine.browser.submit('sessions-end-others')).html, /All other sessions are signed out\./)
      assert.deepEqual([await isIn(first.browser), await isIn(mine.browser), await isIn(theirs.browser)], [false, true, true])
      assert.equal((await app.refresh(tokens.refresh_token)).status, 200)
      assert.ok(!shows(await mine.browser.open('/account/sessions'), 'sessions-end-others'), 'there is no other')
    })

    test('all end, this one too; other accounts of this browser stay', async () => {
      const [who, other] = [await somebody(), await somebody()]
      const { browser } = await enter(other)
      const elsewhere = await enter(who)
      await browser.open(app.url({ prompt: 'login' }))
      await browser.submit('sign-in', { username: who.username, password })
      await browser.open('/account/sessions')
      const bye = await browser.submit('sessions-end-all')
      assert.match(bye.html, /You are signed out/)
      assert.equal(await isIn(elsewhere.browser), false)
      assert.match((await browser.open('/account')).html, new RegExp(`class="me"[^>]*>[\\s\\S]*?${other.username}`))
      assert.deepEqual(await noted('user.sign-out', who.subject), [['success', who.subject]])
    })
  })
}
