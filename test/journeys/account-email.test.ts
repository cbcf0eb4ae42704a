/** The email section of the account page — NIST SP 800-63B-4 §4.2.1; OWASP ASVS 6.4. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type TestApp, testApp } from '../app.ts'
import { linkIn, type MailSink, mailSink } from '../mail-sink.ts'
import type { TinyBrowser } from '../tiny-browser.ts'
import { shows } from './application.ts'

const password = 'a good and long password'

suite('the email address', () => {
  let sink: MailSink
  let gatehouse: TestApp
  let people = 0
  before(async () => {
    sink = await mailSink()
    gatehouse = await testApp('sqlite', { MAIL_SMTP_URL: sink.url, MAIL_FROM: 'id@example.org', LIMITS_SIGN_IN_ADDRESS: '1000' })
  })
  after(async () => {
    await gatehouse.close()
    assert.equal(sink.waiting(), 0, 'no mail came that no test expects')
    await sink.close()
  })

  /** Somebody new, at the section. */
  async function enter(email: string | undefined = `person${people + 1}@example.com`) {
    const username = `person${++people}`
    const subject = await gatehouse.addAccount({ username, ...(email === '' ? {} : { email }) }, password)
    const browser = gatehouse.browser()
    await browser.open('/account/email')
    const page = await browser.submit('sign-in', { username, password })
    return { browser, page, subject, username, email: email as string }
  }
  const account = async (subject: string) => (await gatehouse.root.store.accounts.bySubject(subject))!
  const sidOf = (html: string) => /name="sid" value="([^"]+)"/.exec(html)?.[1] as string
  const auditEvents = async (subject: string, act: string) =>
    (await gatehouse.root.store.audit.search({ act, about: subject, limit: 9, newestFirst: false })).map(({ outcome }) => outcome)

  test('is confirmed by a link that the person requests', async () => {
    const { browser, page, subject, email } = await enter()
    assert.match(page.html, /Not confirmed yet/)
    assert.match((await browser.open('/account')).html, /class="detail open">[^<]*<[^>]*>[^\n]*, not confirmed yet/)
    gatehouse.advance(301)
    await browser.open('/account/email')
    assert.match((await browser.submit('email-verify')).html, /id="notice"[\s\S]*We have sent a link/)
    const mail = await sink.next()
    assert.deepEqual(mail.recipients, [email])
    await browser.open(linkIn(mail))
    await browser.submit('confirm-email')
    const confirmed = await browser.open('/account/email')
    assert.match(confirmed.html, />Confirmed</)
    assert.ok(!shows(confirmed, 'email-verify'))
    const again = await browser.post('/account/email/verify', { sid: sidOf(page.html), email: 'typed@example.com' })
    assert.deepEqual([again.status, /confirmed already/.test(again.html)], [422, true])
    assert.doesNotMatch(again.html, /typed@example/, 'it belongs to the other form')
    assert.match(again.html, /id="problem"[^>]* autofocus/, 'no field is to be corrected')
    assert.doesNotMatch((await browser.open('/account')).html, /not confirmed yet|id="open-email"[^\n]*class="detail open"/)
    assert.deepEqual(await auditEvents(subject, 'user.link'), ['success'])
  })

  test('is changed when the link in the new mailbox is followed, and the old address is notified', async () => {
    const { browser, subject, email } = await enter()
    assert.match((await browser.submit('email-change', { email: ` new.${email} ` })).html, /We have sent a link to the new address/)
    const mail = await sink.next()
    assert.deepEqual(mail.recipients, [`new.${email}`])
    assert.equal((await account(subject)).email, email)
    await browser.open(linkIn(mail))
    await browser.submit('confirm-email')
    assert.deepEqual((await sink.next()).recipients, [email])
    assert.equal((await account(subject)).email, `new.${email}`)
  })

  test('a person without an address adds one', async () => {
    const { browser, page, subject } = await enter('')
    assert.match(page.html, /There is no email address yet/)
    const none = await browser.post('/account/email/verify', { sid: sidOf(page.html) })
    assert.match(none.html, /no address to confirm yet/)
    assert.match((await browser.open('/account')).html, /id="open-email"[^\n]*class="detail open">None yet</)
    await browser.open('/account/email')
    await browser.submit('email-change', { email: `first${people}@example.com` })
    await browser.open(linkIn(await sink.next()))
    await browser.submit('confirm-email')
    assert.equal((await account(subject)).email, `first${people}@example.com`)
  })

  test('it does not reveal whether somebody else has an address', async () => {
    const other = await enter()
    const { browser, subject, email } = await enter()
    const words = (html: string) => /<article>[\s\S]*<\/article>/.exec(html)![0].replace(/value="[^"]*"/g, '')
    const free = await browser.submit('email-change', { email: 'nobody.has.this@example.com' })
    const taken = await browser.submit('email-change', { email: other.email })
    assert.deepEqual([taken.status, words(taken.html)], [free.status, words(free.html)])
    await sink.next()
    const mail = await sink.next()
    await browser.open(linkIn(mail))
    assert.match((await browser.submit('confirm-email')).html, /another account now has this email address/)
    assert.equal((await account(subject)).email, email)
  })

  for (const [typed, fault] of [
    ['nonsense', 'This must be an email address'],
    ['', 'This must be an email address'],
    [`${'x'.repeat(260)}@example.com`, 'This is too long'],
    ['OWN', 'This is your address already'],
  ] as const)
    test(`"${typed.slice(0, 20)}" is refused: ${fault}`, async () => {
      const { browser, email } = await enter()
      const refused = await browser.submit('email-change', { email: typed === 'OWN' ? email.toUpperCase() : typed })
      assert.equal(refused.status, 422)
      assert.match(refused.html, new RegExp(`<p id="email-fault" class="fault">${fault}`))
    })

  test('mails are counted for the account and for the address they go to', async () => {
    const { browser, username } = await enter()
    for (let i = 0; i < 3; i++) {
      assert.equal((await browser.submit('email-change', { email: `${username}.${i}@example.com` })).status, 200)
      await sink.next()
    }
    const refused = await browser.submit('email-change', { email: `${username}.3@example.com` })
    assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, '900'])
    assert.match(refused.html, /wait 15 minutes/)
    assert.match(refused.html, new RegExp(`value="${username}.3@example.com"`), 'what was typed is not lost')
    for (let i = 0; i < 4; i++) {
      const { status } = await (await enter()).browser.submit('email-change', { email: 'mailbox@example.com' })
      assert.equal(status, i < 3 ? 200 : 429)
      if (i < 3) await sink.next()
    }
  })

  test('so are those that confirm an address', async () => {
    const { browser } = await enter()
    for (let i = 0; i < 3; i++) {
      assert.equal((await browser.submit('email-verify')).status, 200)
      await sink.next()
    }
    const refused = await browser.submit('email-verify')
    assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, '900'])
  })

  test('is changed only by who has signed in within five minutes', async () => {
    const { browser, page, subject, username, email } = await enter()
    gatehouse.advance(301)
    const stale = await browser.open('/account/email')
    assert.ok(!shows(stale, 'email-change'))
    const asked = await browser.post('/account/email/change', { sid: sidOf(page.html), email: `x.${email}` })
    assert.ok(shows(asked, 'sign-in'))
    assert.match(asked.html, new RegExp(`name="username" value="${username}"`))
    const back = await browser.submit('sign-in', { username, password })
    assert.equal(back.url.pathname, '/account/email')
    assert.match(back.html, /nothing has been changed yet/)
    assert.ok(shows(back, 'email-change'))
    await isConfirmed(browser, username)
    assert.equal((await account(subject)).email, email)
  })

  /** By the button that stands where the form would. */
  async function isConfirmed(browser: TinyBrowser, username: string) {
    gatehouse.advance(301)
    const stale = await browser.open('/account/email')
    const confirm = /<a id="confirm"[^>]* href="([^"]+)"/.exec(stale.html)?.[1]?.replaceAll('&amp;', '&') as string
    const asked = await browser.open(confirm)
    const left = await browser.post('/authorize/cancel', { flow: asked.url.searchParams.get('flow') as string })
    assert.equal(left.url.pathname, '/account/email')
    assert.ok(!shows(left, 'email-change'))
    await browser.open(confirm)
    assert.ok(shows(await browser.submit('sign-in', { username, password }), 'email-change'))
  }
})

test('without mail the address is shown, and nothing that needs mail is there', async (t) => {
  const gatehouse = await testApp('sqlite', {}, (config) => ({ ...config, mail: {} }))
  t.after(() => gatehouse.close())
  await gatehouse.addAccount({ username: 'alice', email: 'alice@example.com' }, password)
  const browser = gatehouse.browser()
  await browser.open('/account/email')
  const page = await browser.submit('sign-in', { username: 'alice', password })
  assert.match(page.html, /cannot be changed here/)
  assert.ok(!shows(page, 'email-verify') && !shows(page, 'email-change'))
  const profile = await browser.open('/account/profile')
  const sid = /name="sid" value="([^"]+)"/.exec(profile.html)?.[1] as string
  for (const act of ['verify', 'change']) {
    const refused = await browser.post(`/account/email/${act}`, { sid, email: 'x@example.com' })
    assert.deepEqual([refused.status, /there is nothing at this URL/.test(refused.html)], [404, true])
  }
})
