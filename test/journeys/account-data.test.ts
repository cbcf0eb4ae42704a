/** Your data, and the end of it: the download and the deletion on the account page — GDPR articles 15, 17 and 20. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { setStatus } from '../../src/identity/accounts.ts'
import { defineAttribute } from '../../src/identity/attributes.ts'
import { addMembers, createGroup } from '../../src/identity/groups.ts'
import type { Role } from '../../src/identity/roles.ts'
import type { Tenant } from '../../src/tenant.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { withApp } from '../authenticator-app.ts'
import { type MailSink, mailSink } from '../mail-sink.ts'
import { engines } from '../postgres.ts'
import { aLink } from '../stored.ts'
import { type Application, application, callback, shows } from './application.ts'

const password = 'a good and long password'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`your data, on ${engine}`, () => {
    let sink: MailSink
    let gatehouse: TestApp
    let app: Application
    let people = 0
    before(async () => {
      sink = await mailSink()
      gatehouse = await testApp(engine, { MAIL_SMTP_URL: sink.url, MAIL_FROM: 'id@example.org' })
      const scope = 'openid offline_access'
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

    async function enter(section: string, role: Role = 'viewer', tenant: Tenant = gatehouse.root) {
      const username = `person${++people}`
      const email = `${username}@example.com`
      const subject = await gatehouse.addAccount(
        { username, email, role, claims: { name: 'Alice', zoneinfo: 'Europe/Paris' } },
        password,
        tenant,
      )
      const browser = gatehouse.browser()
      await browser.open(`${tenant.base}/account/${section}`)
      const page = await browser.submit('sign-in', { username, password })
      return { browser, page, subject, username, email, who: { username, password } }
    }
    const sidOf = (html: string) => /name="sid" value="([^"]+)"/.exec(html)?.[1] as string

    test('it has all that is stored, no secrets, and nothing of anybody else', async () => {
      const other = await enter('data', 'superadmin')
      const { browser, subject, username, email, who } = await enter('data')
      const { tenant } = { tenant: gatehouse.root }
      await app.tokens(browser, {}, who)
      const group = await createGroup(tenant.accounts, { name: `Crew ${people}` })
      assert.ok(typeof group !== 'string')
      await addMembers(tenant.accounts, group.id, [subject])
      await defineAttribute(tenant.attributes, { name: 'team', type: 'string' })
      await tenant.store.accounts.change(subject, { attributes: { team: 'red' } })
      const account = (await tenant.store.accounts.bySubject(subject))!
      await tenant.store.links.add(aLink({ hash: `link${people}`, kind: 'verification', expiresAt: gatehouse.now() + 60 }, account))
      const noted = { act: 'user.role', outcome: 'success', by: { type: 'user', id: other.subject }, target: subject } as const
      await tenant.recordAudit([noted], { requestId: 'r', address: '198.51.100.77' })
      const { recoveryCodes } = await withApp(tenant, subject, gatehouse.now())
      await sink.next()
      await browser.open('/account/data')
      const file = await browser.submit('data-download')
      assert.deepEqual(
        ['content-type', 'content-disposition', 'cache-control'].map((name) => file.headers.get(name)),
        ['application/json', 'attachment; filename="account.json"', 'no-store'],
      )
      const told = JSON.parse(file.html)
      assert.deepEqual(
        [told.account.sub, told.account.username, told.account.email, told.account.has_password],
        [subject, username, email, true],
      )
      assert.deepEqual(told.claims, { name: 'Alice', zoneinfo: 'Europe/Paris' })
      assert.deepEqual(told.attributes, { team: 'red' })
      assert.deepEqual([told.sessions.length, told.applications[0].client_id, told.groups], [1, 'app', [`Crew ${people}`]])
      assert.deepEqual([told.known_browsers.length, told.links[0].kind, told.api_keys], [1, 'verification', []])
      assert.equal(told.second_factors.recovery_codes, recoveryCodes.length)
      assert.match(told.second_factors.authenticator_app.since, /^\d{4}-/)
      const role = told.audit.find(({ act }: { act: string }) => act === 'user.role')
      assert.deepEqual([role.by, role.address], [{ type: 'user' }, null])
      assert.ok(told.audit.some(({ act, by }: { act: string; by: { id: string } }) => act === 'user.sign-in' && by.id === subject))
      assert.match(told.made_at, /^\d{4}-\d\d-\d\dT/)
      for (const secret of [other.subject, other.username, '$argon2', browser.cookies.get('gatehouse-session') as string, ...recoveryCodes])
        assert.ok(!file.html.includes(secret), secret)
      assert.match((await sink.next()).subject, /Your data at Gatehouse was downloaded/)
      const entries = await tenant.store.audit.search({ act: 'user.export', about: subject, limit: 9, newestFirst: false })
      assert.deepEqual(
        entries.map(({ outcome }) => outcome),
        ['success'],
      )
    })

    test('it is given only to who has signed in within five minutes, and to no other site', async () => {
      const { browser, page, who } = await enter('data')
      const foreign = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }
      assert.equal((await browser.post('/account/data/download', { sid: sidOf(page.html) }, foreign)).status, 400)
      gatehouse.advance(301)
      assert.ok(!shows(await browser.open('/account/data'), 'data-download'))
      assert.ok(shows(await browser.post('/account/data/download', { sid: sidOf(page.html) }), 'sign-in'))
      assert.ok(shows(await browser.submit('sign-in', who), 'data-download'))
      assert.equal((await browser.open('/account/data/download')).status, 405)
    })

    test('an account is deleted with everything that belongs to it, once its name is typed', async () => {
      const { browser, page, subject, username, email, who } = await enter('deletion')
      const tokens = await app.tokens(browser, {}, who)
      await browser.open('/account/deletion')
      for (const typed of ['', 'somebody', `${username}x`]) {
        const refused = await browser.submit('deletion-delete', { username: typed })
        assert.deepEqual([refused.status, /This is not the name you sign in with/.test(refused.html)], [422, true])
      }
      const foreign = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }
      assert.equal((await browser.post('/account/deletion/delete', { sid: sidOf(page.html), username }, foreign)).status, 400)
      assert.ok(await gatehouse.root.store.accounts.bySubject(subject))
      await browser.open('/account/deletion')
      const gone = await browser.submit('deletion-delete', { username: ` ${username.toUpperCase()} ` })
      assert.match(gone.html, /<h1 id="deleted">/)
      const mail = await sink.next()
      assert.deepEqual([mail.recipients, mail.subject], [[email], 'Your account at Gatehouse is deleted'])
      const { store } = gatehouse.root
      assert.deepEqual(
        [await store.accounts.bySubject(subject), await store.access.of(subject), await store.sessions.of(subject, gatehouse.now())],
        [undefined, [], []],
      )
      assert.equal((await app.refresh(tokens.refresh_token)).body.error, 'invalid_grant')
      assert.ok(shows(await browser.open('/account'), 'sign-in'))
      const entries = await store.audit.search({ act: 'user.remove', about: subject, limit: 9, newestFirst: false })
      assert.deepEqual(
        entries.map(({ outcome, by }) => [outcome, by?.id]),
        [['success', subject]],
      )
    })

    test('other accounts of the browser stay signed in', async () => {
      const { browser, username } = await enter('profile')
      const other = await enter('profile')
      await browser.open(app.url({ prompt: 'login' }))
      await browser.submit('sign-in', other.who)
      await browser.open('/account/deletion')
      await browser.submit('deletion-delete', { username: other.username })
      assert.match((await browser.open('/account')).html, new RegExp(`<a id="open-email"[^\\n]*${username}@`))
      await sink.next()
    })

    test('who signs in by address alone is called by it here too', async () => {
      const [subject, email] = [`nameless-${++people}`, `nameless${people}@example.com`]
      await gatehouse.addAccount({ sub: subject, username: subject, email }, password)
      const browser = gatehouse.browser()
      await browser.open('/account/deletion')
      const page = await browser.submit('sign-in', { username: email, password })
      assert.ok(page.html.includes(`nameless${people}@<wbr>example.com`) && !page.html.includes(subject))
      assert.equal((await browser.submit('deletion-delete', { username: subject })).status, 422)
      await browser.submit('deletion-delete', { username: email })
      assert.equal(await gatehouse.root.store.accounts.bySubject(subject), undefined)
      await sink.next()
    })

    test('without a recent sign-in nothing is deleted', async () => {
      const { browser, page, subject, username } = await enter('deletion')
      gatehouse.advance(301)
      assert.ok(!shows(await browser.open('/account/deletion'), 'deletion-delete'))
      assert.ok(shows(await browser.post('/account/deletion/delete', { sid: sidOf(page.html), username }), 'sign-in'))
      assert.ok(await gatehouse.root.store.accounts.bySubject(subject))
    })

    test('the last active superadmin of a tenant cannot go', async () => {
      await gatehouse.app.tenants.create({ slug: 'acme', name: 'Acme' })
      const acme = (await gatehouse.app.tenant('acme')) as Tenant
      const [one, two] = [await enter('deletion', 'superadmin', acme), await enter('deletion', 'superadmin', acme)]
      await setStatus(acme.accounts, two.subject, 'suspended')
      const refused = await one.browser.submit('deletion-delete', { username: one.username })
      assert.deepEqual([refused.status, /You are the last/.test(refused.html)], [409, true])
      const [noted] = await acme.store.audit.search({ act: 'user.remove', about: one.subject, limit: 9, newestFirst: false })
      assert.deepEqual([noted?.outcome, noted?.by?.id], ['failure', one.subject])
      assert.ok(await acme.store.accounts.bySubject(one.subject))
      await setStatus(acme.accounts, two.subject, 'active')
      await one.browser.submit('deletion-delete', { username: one.username })
      assert.equal(await acme.store.accounts.bySubject(one.subject), undefined)
      await sink.next()
    })

    test('a tenant can do without it', async () => {
      await gatehouse.app.tenants.create({ slug: 'kept', name: 'Kept' })
      await gatehouse.app.tenants.set('kept', { account_deletion: false })
      const tenant = (await gatehouse.app.tenant('kept')) as Tenant
      const { browser, page, subject, username } = await enter('profile', 'viewer', tenant)
      assert.doesNotMatch(page.html, /Delete account/)
      assert.equal((await browser.open('/t/kept/account/deletion')).status, 404)
      assert.equal((await browser.post('/t/kept/account/deletion/delete', { sid: sidOf(page.html), username })).status, 404)
      assert.ok(await tenant.store.accounts.bySubject(subject))
    })
  })
}
