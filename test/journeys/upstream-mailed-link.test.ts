/** Connecting an account of a provider by a link in a mail: only for the owner of the address, in the browser and the sign-in that asked, once. */
import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import type { Account } from '../../src/identity/account.ts'
import type { Engine } from '../app.ts'
import { withApp } from '../authenticator-app.ts'
import { linkIn, mailSink } from '../mail-sink.ts'
import { engines } from '../postgres.ts'
import { shows, told } from './application.ts'
import { newcomer, upstreamStage } from './upstream-stage.ts'

const sent = /If it is yours, open the link that we have just sent there, in this browser/
const notSent = /Sign in to it; then you can connect the other one on your account page/
const dead = 'this link was used, has expired, or the account has changed; sign in through the other provider again'
const elsewhere = 'this link works only in the browser and the sign-in that it was sent for; open it there, or sign in again'

for (const engine of Object.keys(engines) as Engine[]) {
  const sink = await mailSink()
  const stage = await upstreamStage(engine, { MAIL_SMTP_URL: sink.url, MAIL_FROM: 'id@example.org' })
  const { gatehouse, store, set, app, through, tokensOf, consentAt, close } = stage
  await set('open', { sign_in: { sign_up: 'open' } })
  let people = 0

  /** An account with a verified address. */
  const somebody = async (more: object = {}) => {
    const username = `person-${++people}`
    const email = `${username}@example.com`
    const password = `the password of ${username}`
    await gatehouse.addAccount({ sub: `${username}-sub`, username, email, claims: { email_verified: true }, ...more }, password)
    return { sub: `${username}-sub`, username, email, password, upstream: `upstream of ${username}` }
  }
  type Person = Awaited<ReturnType<typeof somebody>>
  const arrive = async (person: Person, browser = gatehouse.browser()) => {
    const { landing } = await through(browser, 'open', newcomer(person.upstream, { email: person.email }))
    return { browser, landing }
  }
  /** A link that was sent, and the browser that asked. */
  const asked = async (given?: Person) => {
    const person = given ?? (await somebody())
    const { browser, landing } = await arrive(person)
    assert.match(landing.html, sent)
    const mail = await sink.next()
    return { person, browser, landing, mail, url: linkIn(mail) }
  }
  const identity = ({ upstream }: Person) => store.upstreamIdentities.find('open', upstream)
  const post = (url: string) => ['/link/connect', Object.fromEntries(new URL(url).searchParams)] as const

  suite(`${engine}: connecting by a link in a mail`, () => {
    after(async () => {
      await close()
      assert.equal(sink.waiting(), 0, 'no mail came that no test expects')
      await sink.close()
    })

    test('the link connects the account, and the sign-in goes on', async () => {
      const { person, browser, landing, mail, url } = await asked()
      assert.equal(landing.status, 403)
      assert.deepEqual(mail.recipients, [person.email])
      assert.match(mail.text, /within 30 minutes, and only in the browser in which you tried to sign in/)
      assert.match(mail.subject, /Connect your The open account/)
      assert.equal(await identity(person), undefined)
      const page = await browser.open(url)
      assert.ok(shows(page, 'confirm-connection'))
      assert.ok(page.html.includes(person.username))
      assert.equal(await identity(person), undefined, 'looking connects nothing')
      const onward = await browser.submit('confirm-connection')
      assert.equal((await identity(person))?.subject, person.sub)
      const back = await consentAt((await browser.open(onward.url.href)).url)
      const { sub, amr } = await tokensOf(await browser.open(back), browser)
      assert.deepEqual([sub, amr], [person.sub, ['fed']])
      const events = await store.audit.search({ target: person.sub, limit: 20, newestFirst: false })
      assert.deepEqual(
        events.filter(({ act }) => act === 'user.link' || act === 'user.connect').map(({ act, detail }) => [act, detail?.['connection']]),
        [
          ['user.link', 'open'],
          ['user.connect', 'open'],
        ],
      )
    })

    test('it works once, also when it is used many times at once', async () => {
      const { person, browser, url } = await asked()
      const all = await Promise.all(Array.from({ length: 5 }, () => browser.post(...post(url))))
      assert.deepEqual(all.map(({ status }) => status).sort(), [200, 400, 400, 400, 400])
      for (const again of [await browser.open(url), await browser.post(...post(url))])
        assert.deepEqual([again.status, again.html.includes(dead) || again.html.includes('request a new one')], [400, true])
      assert.equal((await store.upstreamIdentities.of(person.sub)).length, 1)
    })

    test('in another browser, or in another sign-in of the same one, it does nothing', async () => {
      const { person, browser, url } = await asked()
      const other = gatehouse.browser()
      const flow = /name="flow" value="([^"]+)"/.exec((await other.open(app.url())).html)?.[1] as string
      const second = /name="flow" value="([^"]+)"/.exec((await browser.open(app.url())).html)?.[1] as string
      const swapped = (to: string) => url.replace(/flow=[^&]+/, `flow=${encodeURIComponent(to)}`)
      for (const [own, link] of [
        [gatehouse.browser(), url],
        [other, url],
        [other, swapped(flow)],
        [browser, swapped(second)],
      ] as const)
        for (const refused of [await own.open(link), await own.post(...post(link))])
          assert.deepEqual([refused.status, refused.html.includes(elsewhere)], [400, true])
      assert.equal(await identity(person), undefined)
      assert.equal((await browser.post(...post(url))).status, 200, 'and nothing was spent')
    })

    const anIdentity = { connection: 'open', label: undefined, createdAt: gatehouse.now(), lastUsedAt: undefined }
    const changes: [what: string, change: (person: Person) => Promise<unknown>][] = [
      ['password', ({ sub }) => store.accounts.change(sub, { passwordHash: 'other', updatedAt: gatehouse.now() })],
      ['address', ({ sub }) => store.accounts.change(sub, { email: `moved-${sub}@example.com`, updatedAt: gatehouse.now() })],
      ['user name', ({ sub }) => store.accounts.change(sub, { username: `renamed-${sub}` })],
      ['role', ({ sub }) => store.accounts.change(sub, { role: 'superadmin' })],
      ['claims', ({ sub }) => store.accounts.change(sub, { claims: { email_verified: false } })],
      [
        'a second factor',
        async ({ sub }) => {
          await withApp(gatehouse.root, sub, gatehouse.now())
          assert.match((await sink.next()).subject, /second factor/)
        },
      ],
      [
        'an account of a provider',
        ({ sub }) => store.upstreamIdentities.link({ ...anIdentity, upstreamSubject: `other of ${sub}`, subject: sub }),
      ],
      [
        'status, there and back',
        async ({ sub }) => {
          for (const status of ['suspended', 'active'] as Account['status'][]) await store.accounts.change(sub, { status })
        },
      ],
      ['removal', ({ sub }) => store.accounts.remove(sub, gatehouse.now())],
    ]
    for (const [what, change] of changes)
      test(`it ends with a change of the account: ${what}`, async () => {
        const { person, browser, url } = await asked()
        await change(person)
        for (const refused of [await browser.open(url), await browser.post(...post(url))]) assert.equal(refused.status, 400)
        assert.equal(await identity(person), undefined)
      })

    test('hole 5: it is good for the provider alone that vouched for the address', async () => {
      const { person, browser, url } = await asked()
      await store.connections.remove('open')
      await set('open', { issuer: 'https://moved.example', sign_in: { sign_up: 'open' } })
      for (const refused of [await browser.open(url), await browser.post(...post(url))])
        assert.deepEqual([refused.status, refused.html.includes(dead)], [400, true])
      assert.equal(await identity(person), undefined)
      await set('open', { sign_in: { sign_up: 'open' } })
    })

    test('it ends with the connection, with its sign-in, in time, and with a newer one', async () => {
      const closed = await asked()
      await set('open', { enabled: false })
      assert.ok((await closed.browser.post(...post(closed.url))).html.includes(dead))
      await set('open', { sign_in: { enabled: false } })
      assert.ok((await closed.browser.post(...post(closed.url))).html.includes(dead))
      await set('open', { sign_in: { sign_up: 'open' } })
      const ended = await asked()
      const { username, password } = ended.person
      await ended.browser.open(`/authorize/continue?flow=${new URL(ended.url).searchParams.get('flow')}`)
      await ended.browser.submit('sign-in', { username, password })
      assert.ok(told(await ended.browser.submit('consent', { answer: 'allow' }))['code'])
      assert.ok((await ended.browser.post(...post(ended.url))).html.includes(elsewhere))
      const late = await asked()
      gatehouse.advance(1800)
      assert.equal((await late.browser.post(...post(late.url))).status, 400)
      const early = await asked()
      const later = await asked(early.person)
      assert.equal((await early.browser.post(...post(early.url))).status, 400)
      for (const { person } of [closed, ended, late, early]) assert.equal(await identity(person), undefined)
      assert.equal((await later.browser.post(...post(later.url))).status, 200)
    })

    test('it is no link of another kind, nor is another one of this kind', async () => {
      const { person, browser, url } = await asked()
      const token = new URL(url).searchParams.get('token') as string
      const flow = new URL(url).searchParams.get('flow') as string
      const [password, repeated] = ['a fresh and long password', 'a fresh and long password']
      for (const [path, fields] of [
        ['/link/password', { token, password, repeated }],
        ['/link/confirm', { token }],
      ] as const)
        assert.equal((await browser.post(path, fields)).status, 400)
      await browser.post('/forgot-password/send', { login: person.username })
      const reset = new URL(linkIn(await sink.next())).searchParams.get('token') as string
      const refused = await browser.post('/link/connect', { token: reset, flow })
      assert.deepEqual([refused.status, refused.html.includes(dead)], [400, true])
      assert.equal(await identity(person), undefined)
    })

    test('who was connected elsewhere meanwhile is not connected again', async () => {
      const { person, browser, url } = await asked()
      const other = await somebody()
      const now = gatehouse.now()
      await store.upstreamIdentities.link({
        ...{ connection: 'open', upstreamSubject: person.upstream, subject: other.sub, label: 'x' },
        ...{ createdAt: now, lastUsedAt: undefined },
      })
      const refused = await browser.post(...post(url))
      assert.match(refused.html, /that account is connected with another account here/)
      assert.equal((await identity(person))?.subject, other.sub)
    })

    test('no link goes to an address that is not verified here, to a suspended account, or for a mere user name', async () => {
      const unverified = await somebody({ claims: {} })
      const suspended = await somebody()
      await store.accounts.change(suspended.sub, { status: 'suspended' })
      const named = await somebody({ username: 'name@example.com', email: 'elsewhere@example.com' })
      for (const person of [unverified, suspended, { ...named, email: 'name@example.com' }])
        assert.match((await arrive(person)).landing.html, notSent)
    })

    test('mails are counted: after three nobody is sent another', async () => {
      const { person } = await asked()
      await asked(person)
      await asked(person)
      assert.match((await arrive(person)).landing.html, notSent)
    })

    test('a second factor is asked for all the same', async () => {
      const person = await somebody()
      await withApp(gatehouse.root, person.sub, gatehouse.now())
      assert.match((await sink.next()).subject, /second factor/)
      const { browser, url } = await asked(person)
      await browser.open(url)
      const onward = await browser.submit('confirm-connection')
      const back = await consentAt((await browser.open(onward.url.href)).url)
      assert.ok(shows(await browser.open(back), 'second-factor'))
    })
  })
}

test('where no mail can be sent, the person is told to sign in here', async (t) => {
  const { gatehouse, set, through, close } = await upstreamStage('sqlite', {}, (config) => ({ ...config, mail: {} }))
  t.after(close)
  await set('open', { sign_in: { sign_up: 'open' } })
  await gatehouse.addAccount({ username: 'ada', email: 'ada@example.com', claims: { email_verified: true } })
  const { landing } = await through(gatehouse.browser(), 'open', newcomer('upstream-ada', { email: 'ada@example.com' }))
  assert.match(landing.html, notSent)
})
