/** The account page: who gets in, for which account, and what stands around its sections. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { setStatus } from '../../src/identity/accounts.ts'
import type { Tenant } from '../../src/tenant.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { type Application, alice, application, call, callback, encode, shows } from './application.ts'

const bob = { username: 'bob', password: 'the builder' }

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`the account page, on ${engine}`, () => {
    let gatehouse: TestApp
    let app: Application
    let subject: string
    before(async () => {
      gatehouse = await testApp(engine)
      await gatehouse.addClient({ client_id: 'app', redirect_uris: [callback], scope: 'openid email' }, 'secret')
      subject = await gatehouse.addAccount(
        { username: alice.username, email: 'alice@example.com', claims: { name: 'Alice Liddell' } },
        alice.password,
      )
      await gatehouse.addAccount({ username: bob.username }, bob.password)
      app = application(gatehouse, { id: 'app', secret: 'secret' })
    })
    after(() => gatehouse.close())

    async function enter(path = '/account', who = alice, browser = gatehouse.browser()) {
      await browser.open(path)
      return { browser, page: await browser.submit('sign-in', { ...who }) }
    }
    const claims = async () => (await gatehouse.root.store.accounts.bySubject(subject))?.claims

    test('a person who is not signed in signs in, and returns to the section', async () => {
      const browser = gatehouse.browser()
      const page = await browser.open('/account/profile')
      assert.ok(shows(page, 'sign-in'))
      assert.match(page.html, /<h1>Sign in<\/h1>/)
      const section = await browser.submit('sign-in', { ...alice })
      assert.equal(section.url.href, `${gatehouse.issuer}/account/profile`)
      assert.ok(shows(section, 'profile-save'))
      assert.match(section.html, /Alice Liddell/)
      const overview = await browser.open('/account')
      assert.equal(overview.url.href, `${gatehouse.issuer}/account`)
      assert.match(overview.html, /<a id="open-profile"[^>]* href="\/account\/profile"/)
    })

    test('a form is not carried out when it says something twice, even what nobody asks for', async () => {
      const { browser, page } = await enter('/account/profile')
      const headers = { cookie: [...browser.cookies].map((pair) => pair.join('=')).join('; '), 'sec-fetch-site': 'same-origin' }
      const sid = /name="sid" value="([^"]+)"/.exec(page.html)?.[1] as string
      const body = encode({ sid, 'not ours': ['1', '2'] })
      const { status, text } = await call(`${gatehouse.issuer}/account/sessions/end-others`, { body, headers })
      assert.deepEqual([status, /a parameter is repeated; send each once/.test(text)], [400, true])
    })

    test('nothing is issued for it, and no application of this name can be registered', async () => {
      const { browser } = await enter()
      assert.equal(await gatehouse.root.store.grants.find('gatehouse-account', subject), undefined)
      await assert.rejects(gatehouse.addClient({ client_id: 'gatehouse-account', redirect_uris: [callback] }), /application of this server/)
      const stolen = application(gatehouse, { id: 'gatehouse-account', redirectUri: `${gatehouse.issuer}/account/return` })
      const { url } = await browser.open(stolen.url())
      assert.equal(url.pathname, '/account', 'a code is refused to it')
    })

    test('a person who cancels the sign-in is shown that; an unrequested response redirects nowhere', async () => {
      const browser = gatehouse.browser()
      const { url } = await browser.open('/account')
      const left = await browser.post('/authorize/cancel', { flow: url.searchParams.get('flow') as string })
      assert.match(left.html, /You are not signed in/)
      const stranger = await gatehouse.browser().open('/account/return?state=profile')
      assert.ok(shows(stranger, 'sign-in'), 'who comes without a session and without an error is asked to sign in')
      for (const state of ['https://evil.example', '//evil.example', '../token', 'nowhere', 'profile.again.more', 'constructor']) {
        const landing = await (await enter()).browser.open(`/account/return?${new URLSearchParams({ state })}`)
        assert.match(landing.url.href, new RegExp(`^${gatehouse.issuer}/account(/profile\\?done=again)?$`), state)
      }
    })

    test('a link chooses none but our own sentences', async () => {
      const { browser } = await enter()
      for (const done of ['<b>x', 'constructor', '__proto__', 'nothing'])
        assert.doesNotMatch((await browser.open(`/account/profile?${new URLSearchParams({ done })}`)).html, /class="notice"/)
      assert.match((await browser.open('/account/profile?done=saved')).html, /id="notice"/)
    })

    test('of several accounts in a browser it is about one, which can be switched', async () => {
      const { browser } = await enter('/account/profile')
      const page = await browser.open('/account/profile')
      const away = /<a id="switch" href="([^"]+)"/.exec(page.html)?.[1]?.replaceAll('&amp;', '&') as string
      assert.ok(shows(await browser.open(away), 'choose-account'))
      await browser.submit('choose-account', { sid: '' })
      const second = await browser.submit('sign-in', { ...bob })
      assert.equal(second.url.href, `${gatehouse.issuer}/account/profile`)
      assert.match(second.html, /class="me"[^>]*>[\s\S]*?<bdi>bob<\/bdi>/)
      const chooser = await browser.open(away)
      const sid = /name="sid" value="([^"]+)">(?:(?!<\/button>)[\s\S])*Alice/.exec(chooser.html)?.[1] as string
      const third = await browser.submit('choose-account', { sid })
      assert.match(third.html, /class="me"[^>]*>[\s\S]*?Alice Liddell/)
    })

    test('a form that was shown for another account does nothing', async () => {
      const { browser, page } = await enter('/account/profile')
      await browser.open(app.url({ prompt: 'login' }))
      await browser.submit('sign-in', { ...bob })
      const sid = /name="sid" value="([^"]+)"/.exec(page.html)?.[1] as string
      for (const given of [{ sid }, { sid: 'x' }, {}]) {
        const refused = await browser.post('/account/profile/save', { ...given, name: 'Bobby', done: 'saved' })
        assert.doesNotMatch(refused.html, /Your profile is saved/)
        assert.equal(refused.status, 409)
        assert.match(refused.html, /Another account was chosen in the meantime/)
        assert.doesNotMatch(refused.html, /Bobby/)
      }
      assert.equal((await claims())?.['name'], 'Alice Liddell')
      assert.equal((await gatehouse.root.store.accounts.byLogin('bob'))?.claims['name'], undefined)
    })

    test('a form of another site, or of somebody who is not signed in any more, does nothing', async () => {
      const { browser, page } = await enter('/account/profile')
      const sid = /name="sid" value="([^"]+)"/.exec(page.html)?.[1] as string
      const foreign = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }
      assert.equal((await browser.post('/account/profile/save', { sid, name: 'Mallory' }, foreign)).status, 400)
      gatehouse.advance(3601)
      assert.ok(shows(await browser.post('/account/profile/save', { sid, name: 'Mallory' }), 'sign-in'))
      const back = await browser.submit('sign-in', { ...alice })
      assert.match(back.html, /id="undone"[\s\S]*nothing has been changed yet/)
      assert.equal((await claims())?.['name'], 'Alice Liddell')
      await setStatus(gatehouse.root.accounts, subject, 'suspended')
      assert.ok(shows(await browser.open('/account/profile'), 'sign-in'))
      assert.ok(shows(await browser.post('/account/profile/save', { sid, name: 'Mallory' }), 'sign-in'))
      await setStatus(gatehouse.root.accounts, subject, 'active')
      assert.equal((await claims())?.['name'], 'Alice Liddell')
    })

    test('a person with a temporary password chooses a new one first', async () => {
      const temporary = { username: 'newcomer', password: 'for the first time' }
      const newcomer = await gatehouse.addAccount({ username: temporary.username }, temporary.password)
      await gatehouse.root.store.accounts.change(newcomer, { passwordIsTemporary: true })
      const { browser, page } = await enter('/account/profile', temporary)
      assert.ok(shows(page, 'new-password'))
      assert.ok(shows(await browser.open('/account/profile'), 'new-password'))
      const same = { password: temporary.password, repeated: temporary.password }
      for (const [chosen, problem] of [
        [{ password: 'short', repeated: 'short' }, /at least 15 characters/],
        [same, /other than the one you were given/],
        [{ password: 'a fresh and long password', repeated: 'another and long password' }, /not the same/],
      ] as const) {
        const refused = await browser.submit('new-password', chosen)
        assert.deepEqual([refused.status, problem.test(refused.html)], [400, true])
      }
      const mine = 'a fresh and long password'
      const done = await browser.submit('new-password', { password: mine, repeated: mine })
      assert.equal(done.url.href, `${gatehouse.issuer}/account/profile`)
    })

    test('where a second factor is demanded, a session that came without one opens nothing and does nothing', async () => {
      await gatehouse.app.tenants.create({ slug: 'strict', name: 'Strict' })
      const strict = (await gatehouse.app.tenant('strict')) as Tenant
      const who = await gatehouse.addAccount({ username: alice.username }, alice.password, strict)
      const { browser, page } = await enter('/t/strict/account/profile')
      assert.ok(shows(page, 'profile-save'))
      await gatehouse.app.tenants.set('strict', { second_factor: 'required' })
      assert.ok(shows(await browser.open('/t/strict/account/profile'), 'sign-in'))
      const sid = /name="sid" value="([^"]+)"/.exec(page.html)?.[1] as string
      assert.ok(shows(await browser.post('/t/strict/account/profile/save', { sid, name: 'Mallory' }), 'sign-in'))
      assert.equal((await strict.store.accounts.bySubject(who))?.claims['name'], undefined)
      assert.ok(shows(await browser.submit('sign-in', { ...alice }), 'enrolment'))
    })

    test('each tenant has its own', async () => {
      await gatehouse.app.tenants.create({ slug: 'acme', name: 'Acme' })
      const acme = (await gatehouse.app.tenant('acme')) as Tenant
      await gatehouse.addAccount({ username: alice.username }, 'another password', acme)
      const { browser } = await enter()
      assert.ok(shows(await browser.open('/t/acme/account/profile'), 'sign-in'), 'a session of another tenant is none')
      const page = await browser.submit('sign-in', { username: alice.username, password: 'another password' })
      assert.equal(page.url.href, `${gatehouse.issuer}/t/acme/account/profile`)
      await browser.submit('profile-save', { name: 'Alice of Acme' })
      assert.equal((await acme.store.accounts.byLogin(alice.username))?.claims['name'], 'Alice of Acme')
      assert.equal((await claims())?.['name'], 'Alice Liddell')
    })

    test('is not stored by caches, shown in frames, or readable by other origins', async () => {
      const { page } = await enter('/account/profile')
      assert.equal(page.headers.get('cache-control'), 'no-store')
      assert.equal(page.headers.get('x-frame-options'), 'DENY')
      assert.equal(page.headers.get('access-control-allow-origin'), null)
    })
  })
}

test('without response type none there is no account page', async (t) => {
  const gatehouse = await testApp('sqlite', { FEATURES_RESPONSE_TYPE_NONE: 'false', KEYS_ALGS: 'ES256' })
  t.after(() => gatehouse.close())
  for (const path of ['/account', '/account/profile', '/account/return']) assert.equal((await call(gatehouse.issuer + path)).status, 404)
})
