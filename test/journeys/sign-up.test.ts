/** Self-registration: within a flow, refused, too often, switched off — OpenID Connect Initiating User Registration 1.0. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type Engine, testApp } from '../app.ts'
import { linkIn } from '../mail-sink.ts'
import { engines } from '../postgres.ts'
import { application, call, callback, shows, told } from './application.ts'
import { asked } from './json.ts'
import { password, type SignUpStage, signUpStage } from './sign-up-setup.ts'

const closed = 'sign-up is closed here; ask an administrator for an account'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`sign-up, on ${engine}`, () => {
    let stage: SignUpStage
    let { gatehouse, sink, app, open, fill, redeemed, newcomer } = {} as SignUpStage
    before(async () => {
      stage = await signUpStage(engine)
      ;({ gatehouse, sink, app, open, fill, redeemed, newcomer } = stage)
    })
    after(async () => {
      await gatehouse.close()
      assert.equal(sink.waiting(), 0, 'no mail came that no test expects')
      await sink.close()
    })
    const store = (rule: string) => stage.tenant(rule).store

    test('from the sign-in page back to the application, signed in', async () => {
      const [browser, email] = [gatehouse.browser(), newcomer()]
      assert.ok(shows(await open(browser, 'unverified'), 'sign-up'))
      const consent = await fill(browser, email, { name: 'New Comer' })
      assert.match(consent.html, /New Comer/)
      const { sub, amr } = await redeemed('unverified', await browser.submit('consent', { answer: 'allow' }))
      assert.deepEqual(amr, ['pwd'])
      const account = await store('unverified').accounts.byLogin(email)
      assert.deepEqual([account?.subject, account?.role, account?.claims], [sub, 'viewer', { name: 'New Comer' }])
      assert.ok(told(await browser.open(app('unverified').url()))['code'], 'still signed in')
      const elsewhere = gatehouse.browser()
      assert.ok(told(await app('unverified').arrive(elsewhere, {}, { username: email, password }))['code'])
    })

    test('a person without a user name is known by the address, and applications get none', async () => {
      const [browser, email] = [gatehouse.browser(), newcomer()]
      await open(browser, 'unverified')
      const consent = await fill(browser, email)
      assert.equal(/<span class="name">(.*?)<\/span>/.exec(consent.html)?.[1]?.replace(/<[^>]*>/g, ''), email)
      assert.ok(!consent.html.includes('class="detail"'))
      const landing = await browser.submit('consent', { answer: 'allow' })
      const { access_token } = (await app('unverified').redeem(told(landing)['code'] as string)).body
      const info = (await call(`${app('unverified').issuer}/userinfo`, { headers: { authorization: `Bearer ${access_token}` } })).body
      assert.deepEqual([info.preferred_username, info.email, info.email_verified], [undefined, email, false])
      const own = await browser.open(`${app('unverified').issuer}/account/profile`)
      assert.equal(/id="username">(.*?)<\/strong>/.exec(own.html)?.[1]?.replace(/<[^>]*>/g, ''), email)
    })

    test('what is refused says why, keeps what was typed but for the password, and makes nothing', async () => {
      const browser = gatehouse.browser()
      await gatehouse.addAccount({ username: 'first', email: 'first@example.com' }, undefined, stage.tenant('unverified'))
      await open(browser, 'unverified')
      const email = newcomer()
      const local = email.split('@')[0] as string
      const refusals: [number, RegExp, Record<string, string>][] = [
        [400, /type an email address/, { email: '' }],
        [400, /type an email address/, { email: 'nobody' }],
        [400, /shorter name/, { name: 'n'.repeat(501) }],
        [400, /at least 15 characters/, { password: 'short', repeated: 'short' }],
        [400, /not the same/, { repeated: 'another one that is long' }],
        [400, /Many people/, { password: 'passwordpassword', repeated: 'passwordpassword' }],
        [400, /not your name or email address/, { password: `${email}${email}`, repeated: `${email}${email}` }],
        [400, /not your name or email address/, { password: local.repeat(3), repeated: local.repeat(3) }],
        [400, /control character/i, { password: `${password}\u0007`, repeated: `${password}\u0007` }],
        [409, /an account with this address exists already/i, { email: 'FIRST@example.com' }],
      ]
      for (const [status, words, fields] of refusals) {
        const page = await fill(browser, email, { name: 'Ada', ...fields })
        assert.deepEqual([page.status, words.test(page.html)], [status, true], `${words}`)
        const wrong = [...page.html.matchAll(/name="(\w+)"[^>]*aria-invalid/g)].map(([, name]) => name)
        assert.deepEqual(wrong, fields['email'] !== undefined ? ['email'] : fields['name'] ? ['name'] : ['password', 'repeated'])
        assert.ok(page.html.includes('id="problem"') && !page.html.includes(password))
        assert.ok(!page.html.includes('id="choose"'), 'there is no other account')
        if (fields['email'] === undefined && fields['name'] === undefined)
          assert.ok(page.html.includes(`value="${email}"`) && page.html.includes('value="Ada"'))
      }
      assert.equal(await store('unverified').accounts.byLogin(email), undefined)
    })

    test('prompt=create shows it at once, also to who is signed in, who may say so', async () => {
      const [browser, email] = [gatehouse.browser(), newcomer()]
      const create = { prompt: 'create', login_hint: email }
      const page = await browser.open(app('unverified').url(create))
      assert.ok(shows(page, 'sign-up') && page.html.includes(`value="${email}"`))
      await fill(browser, email)
      await browser.submit('consent', { answer: 'allow' })
      const again = await browser.open(app('unverified').url(create))
      assert.ok(shows(again, 'sign-up'))
      const instead = /<a id="choose" href="([^"]+)"/.exec(again.html)?.[1] as string
      assert.ok((await fill(browser, 'no address')).html.includes(`<a id="choose" href="${instead}"`))
      const chooser = await browser.open(instead.replaceAll('&amp;', '&'))
      const sid = /name="sid" value="([^"]+)"/.exec(chooser.html)?.[1] as string
      const flow = new URL(chooser.url).searchParams.get('flow') as string
      assert.ok(told(await browser.post('/t/unverified/authorize/choose-account', { flow, sid }))['code'])
      const { prompt_values_supported: values } = (await call(`${app('unverified').issuer}/.well-known/openid-configuration`)).body
      assert.ok(values.includes('create'))
    })

    test('where a second factor is required, it is set up before anything else', async () => {
      await gatehouse.app.tenants.set('unverified', { second_factor: 'required' })
      const [browser, email] = [gatehouse.browser(), newcomer()]
      await open(browser, 'unverified')
      assert.ok(shows(await fill(browser, email), 'enrolment'))
      assert.deepEqual(
        [...browser.cookies.keys()].filter((name) => name.includes('session')),
        [],
      )
      await gatehouse.app.tenants.set('unverified', { second_factor: 'optional' })
    })

    test('ends soon from one network, for one address, and says when to come again', async () => {
      gatehouse.advance(900)
      const browser = gatehouse.browser()
      const email = newcomer()
      for (let i = 0; i < 4; i++) {
        await open(browser, 'private')
        const page = await fill(browser, email)
        if (i < 3) await sink.next()
        assert.deepEqual([page.status, page.headers.get('retry-after')], i < 3 ? [200, null] : [429, '900'])
      }
      const json = { email, password }
      const refused = await asked(`${app('private').issuer}/api/v1/auth/register`, 'POST', json)
      assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, '900'])
      gatehouse.advance(900)
      const statuses: number[] = []
      for (let i = 0; i < 101; i++) {
        const body = { email: `many${i}@example.com`, password: 'short-ish' }
        const from = { 'x-forwarded-for': '192.0.2.7' }
        statuses.push((await asked(`${app('unverified').issuer}/api/v1/auth/register`, 'POST', body, from)).status)
      }
      assert.deepEqual([new Set(statuses.slice(0, 100)), statuses[100]], [new Set([201]), 429])
    })

    test('closed: no link, no page, no value of prompt, and no way in through an open page or an old link', async () => {
      gatehouse.advance(900)
      const browser = gatehouse.browser()
      await open(browser, 'private')
      await fill(browser, newcomer())
      const url = linkIn(await sink.next())
      await open(browser, 'private')
      await gatehouse.app.tenants.set('private', { sign_up: false })
      const refused = await fill(browser, newcomer())
      assert.deepEqual([refused.status, refused.html.includes(closed)], [403, true])
      assert.ok((await browser.open(url)).html.includes(closed))
      assert.ok(
        (await browser.post('/t/private/sign-up/confirm', { token: new URL(url).searchParams.get('token') as string })).html.includes(
          closed,
        ),
      )
      const page = await browser.open(app('private').url())
      assert.ok(shows(page, 'sign-in') && !page.html.includes('id="sign-up"'))
      const flow = page.url.searchParams.get('flow') as string
      assert.ok(shows(await browser.open(`/t/private/authorize/continue?flow=${flow}&create=1`), 'sign-in'))
      assert.equal(told(await browser.open(app('private').url({ prompt: 'create' })))['error'], 'invalid_request')
      const { prompt_values_supported: values } = (await call(`${app('private').issuer}/.well-known/openid-configuration`)).body
      assert.ok(!values.includes('create'))
      await gatehouse.app.tenants.set('private', { sign_up: true })
    })

    test('a form of another site does nothing', async () => {
      const foreign = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }
      for (const path of ['/authorize/sign-up', '/sign-up/confirm'])
        assert.equal((await gatehouse.browser().post(path, { flow: 'x', token: 'x' }, foreign)).status, 400)
    })
  })

  suite(`sign-up without mail, on ${engine}`, () => {
    test('works where no address must be proven, and is closed where one must', async () => {
      const gatehouse = await testApp(engine, {}, (config) => ({ ...config, mail: {}, api: { ...config.api, sign_up_email: undefined } }))
      await gatehouse.addClient({ client_id: 'app', redirect_uris: [callback], scope: 'openid' }, 'secret')
      const browser = gatehouse.browser()
      await browser.open(application(gatehouse, { id: 'app' }).url({ prompt: 'create' }))
      await browser.submit('sign-up', { email: 'ada@example.com', password, repeated: password })
      assert.ok(await gatehouse.root.store.accounts.byLogin('ada@example.com'))
      assert.equal((await browser.open('/sign-up/confirm?token=x')).status, 404)
      await gatehouse.app.tenants.create({ slug: 'strict', name: 'Strict' })
      await gatehouse.app.tenants.set('strict', { sign_up_email: 'verified' })
      const refused = await asked(`${gatehouse.issuer}/t/strict/api/v1/auth/register`, 'POST', { email: 'ada@example.com', password })
      assert.deepEqual([refused.status, refused.body.detail], [403, closed])
      await gatehouse.close()
    })

    test('where mail can be sent, sign-up is private unless the settings say otherwise', async () => {
      const gatehouse = await testApp(engine, {}, (config) => ({ ...config, api: { ...config.api, sign_up_email: undefined } }))
      assert.equal(gatehouse.root.signUp?.address, 'private')
      await gatehouse.close()
    })
  })
}
