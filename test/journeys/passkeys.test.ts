/** Passkeys at sign-in, with an authenticator that can lie: as a second factor, in place of a password, and every way in which they are refused — Web Authentication Level 3 §7.2. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import { confirmPasskey, passkeyCreation } from '../../src/identity/passkeys.ts'
import type { Tenant } from '../../src/tenant.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { type Authenticator, authenticator, type Bent } from '../authenticator.ts'
import { withApp } from '../authenticator-app.ts'
import { engines } from '../postgres.ts'
import type { Landing, TinyBrowser } from '../tiny-browser.ts'
import { type Application, application, callback, claimsOf, type Person, shows, told } from './application.ts'

/** What the page asks the browser. */
function optionsOn({ html }: Pick<Landing, 'html'>): string {
  const text = /<form id="passkey"[^>]* data-options="([^"]+)"/.exec(html)?.[1] ?? assert.fail(html)
  return text.replaceAll('&quot;', '"').replaceAll('&amp;', '&')
}

/** Adds a passkey to an account, past every page. */
async function withPasskey({ signIn }: Tenant, subject: string, key: Authenticator, now: number, bent: Bent = {}) {
  const account = (await signIn.store.accounts.bySubject(subject)) ?? assert.fail()
  const options = await passkeyCreation(signIn, account, 'test', now)
  return confirmPasskey(signIn, account, { context: 'test', response: key.create(options, bent), name: 'My key', onlyFirst: false }, now)
}

function withTransports(created: string, transports: readonly string[]): string {
  const { response, ...rest } = JSON.parse(created)
  return JSON.stringify({ ...rest, response: { ...response, transports } })
}

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`passkeys, on ${engine}`, () => {
    let gatehouse: TestApp
    let web: Application
    let who: Person
    let subject: string
    let key: Authenticator
    let browser: TinyBrowser
    let people = 0
    before(async () => {
      gatehouse = await testApp(engine)
      await gatehouse.addClient({ client_id: 'web', redirect_uris: [callback], scope: 'openid', policy: { consent: 'skip' } }, 'secret')
      web = application(gatehouse, { id: 'web', secret: 'secret' })
    })
    after(() => gatehouse.close())
    beforeEach(async () => {
      people += 1
      who = { username: `ada${people}`, password: 'the analytical engine' }
      subject = await gatehouse.addAccount({ username: who.username, claims: { name: 'Ada' } }, who.password)
      key = authenticator(gatehouse.issuer)
      await withPasskey(gatehouse.root, subject, key, gatehouse.now())
      browser = gatehouse.browser()
    })

    const idToken = async (landing: Landing) =>
      claimsOf((await web.redeem(told(landing)['code'] ?? assert.fail(landing.html))).body.id_token)
    const answer = (response: string) => browser.submit('passkey', { response })
    const lastEvent = async () => {
      const [entry] = await gatehouse.root.store.audit.search({ act: 'user.sign-in', limit: 1, newestFirst: true })
      return [entry?.outcome, entry?.target, entry?.detail]
    }

    test('in place of a password: one touch, and it counts for two factors', async () => {
      const page = await browser.open(web.url())
      const options = JSON.parse(optionsOn(page))
      assert.deepEqual([options.rpId, options.userVerification, options.allowCredentials], ['localhost', 'required', []])
      const { acr, amr, sub, auth_time } = await idToken(await answer(key.get(optionsOn(page))))
      assert.deepEqual({ acr, amr, sub, auth_time }, { acr: 'aal2', amr: ['hwk', 'user', 'mfa'], sub: subject, auth_time: gatehouse.now() })
      assert.deepEqual(await lastEvent(), ['success', subject, { acr: 'aal2', passkey: true }])
      assert.ok(told(await browser.open(web.url({ prompt: 'none', acr_values: 'aal2' })))['code'])
      const [kept] = await gatehouse.root.store.passkeys.of(subject)
      assert.deepEqual([kept?.lastUsedAt, kept?.counter, kept?.name], [gatehouse.now(), 2, 'My key'])
    })

    test('as a second factor: one of this person’s, after the password', async () => {
      await browser.open(web.url())
      const page = await browser.submit('sign-in', { ...who })
      assert.ok(shows(page, 'passkey'))
      assert.ok(!shows(page, 'second-factor'), 'there is no app')
      const options = JSON.parse(optionsOn(page))
      assert.deepEqual(
        [options.userVerification, options.allowCredentials],
        ['preferred', [{ id: key.id, transports: ['internal'], type: 'public-key' }]],
      )
      const { acr, amr } = await idToken(await answer(key.get(optionsOn(page), { verified: false, userHandle: undefined })))
      assert.deepEqual([acr, amr], ['aal2', ['pwd', 'hwk', 'user', 'mfa']])
      assert.deepEqual(await lastEvent(), ['success', subject, { acr: 'aal2', passkey: true }])
    })

    test('the ways to reach an authenticator are offered to the browser again, unless one is unknown', async () => {
      const everyWay = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb']
      for (const [said, kept] of [
        [everyWay, everyWay],
        [['usb', 'telepathy'], []],
      ]) {
        const other = authenticator(gatehouse.issuer)
        await withPasskey(
          gatehouse.root,
          subject,
          { ...other, create: (options) => withTransports(other.create(options), said!) },
          gatehouse.now(),
        )
        await browser.open(web.url())
        const { allowCredentials } = JSON.parse(optionsOn(await browser.submit('sign-in', { ...who })))
        assert.deepEqual(allowCredentials.find(({ id }: { id: string }) => id === other.id).transports, kept)
        await gatehouse.root.store.passkeys.remove(subject, other.id)
      }
    })

    test('one that may be on several devices is named as software, and needs no counter', async () => {
      const synced = authenticator(gatehouse.issuer, { synced: true, counts: false })
      await withPasskey(gatehouse.root, subject, synced, gatehouse.now())
      for (let i = 0; i < 2; i++) {
        const { amr } = await idToken(await (async () => answer(synced.get(optionsOn(await browser.open(web.url({ prompt: 'login' }))))))())
        assert.deepEqual(amr, ['swk', 'user', 'mfa'])
      }
      const kept = (await gatehouse.root.store.passkeys.of(subject)).find(({ id }) => id === synced.id)
      assert.deepEqual([kept?.synced, kept?.backedUp, kept?.counter], [true, true, 0])
    })

    const lies: [name: string, bent: (key: Authenticator) => Bent][] = [
      ['of a page of another origin', () => ({ origin: 'https://evil.example' })],
      ['for another relying party', () => ({ rpId: 'evil.example' })],
      ['signed by another key', () => ({ forged: true })],
      ['to a challenge that nobody made', () => ({ challenge: Buffer.from('x').toString('base64url') })],
      ['without the person', () => ({ present: false })],
      ['that was given when the key was made', () => ({ type: 'webauthn.create' })],
      ['of a cloned authenticator, whose counter stands still', () => ({ counter: 1 })],
      ['by an unknown key', () => ({ id: 'unknown' })],
      ['with the handle of somebody else', () => ({ userHandle: Buffer.alloc(32).toString('base64url') })],
    ]
    for (const [name, bent] of lies) {
      test(`an answer ${name} is refused in place of a password, and the right one still taken`, async () => {
        const page = await browser.open(web.url())
        const refused = await answer(key.get(optionsOn(page), bent(key)))
        assert.equal(refused.status, 401)
        assert.match(refused.html, /^(?![\s\S]*id="choose")[\s\S]*That passkey cannot be used here/)
        assert.deepEqual(await lastEvent(), ['failure', undefined, { passkey: true, reason: 'passkey_refused', place: 'page' }])
        assert.ok(told(await answer(key.get(optionsOn(refused))))['code'])
      })
      test(`an answer ${name} is refused as a second factor, and the right one still taken`, async () => {
        await browser.open(web.url())
        const page = await browser.submit('sign-in', { ...who })
        const refused = await answer(key.get(optionsOn(page), bent(key)))
        assert.equal(refused.status, 401)
        const noted = { reason: 'second_factor_wrong', place: 'page', error: 'insufficient_user_authentication' }
        assert.deepEqual(await lastEvent(), ['failure', subject, noted])
        assert.ok(told(await answer(key.get(optionsOn(refused))))['code'])
      })
    }
    for (const [name, bent] of [
      ['that does not say who is there', { userHandle: undefined }],
      ['by somebody whom the authenticator has not verified', { verified: false }],
    ] as const)
      test(`an answer ${name} is not enough in place of a password`, async () => {
        assert.equal((await answer(key.get(optionsOn(await browser.open(web.url())), bent))).status, 401)
      })
    for (const response of [
      '',
      'x',
      '{}',
      '[]',
      JSON.stringify({ id: 'x', rawId: 'x', type: 'public-key', response: { clientDataJSON: 'eA' } }),
    ])
      test(`an answer that is none is refused: ${response || 'empty'}`, async () => {
        await browser.open(web.url())
        assert.equal((await answer(response)).status, 401)
      })

    test('an answer is taken once', async () => {
      const page = await browser.open(web.url())
      const response = key.get(optionsOn(page))
      const flow = page.url.searchParams.get('flow') as string
      const all = await Promise.all(Array.from({ length: 5 }, () => browser.post('/authorize/passkey', { flow, response })))
      assert.equal(
        all.filter((landing) => told(landing)['code'] !== undefined || landing.url.origin !== gatehouse.issuer).length >= 1,
        true,
      )
      await browser.open(web.url({ prompt: 'login' }))
      assert.equal((await answer(response)).status, 401)
    })

    test('a challenge is good for half an hour, at its place alone', async () => {
      const page = await browser.open(web.url())
      gatehouse.advance(1799)
      assert.ok(told(await answer(key.get(optionsOn(page))))['code'])
      const other = gatehouse.browser()
      const response = key.get(optionsOn(await other.open(web.url())))
      await browser.open(web.url({ prompt: 'login' }))
      assert.equal((await answer(response)).status, 401, 'of another flow')
      const late = await browser.open(web.url({ prompt: 'login' }))
      gatehouse.advance(1800)
      assert.equal((await browser.submit('passkey', { response: key.get(optionsOn(late)) })).status, 400, 'the flow has expired too')
      await browser.open(web.url({ prompt: 'login' }))
      const second = await browser.submit('sign-in', { ...who })
      const flow = second.url.searchParams.get('flow') as string
      const moved = await browser.post('/authorize/passkey', { flow, response: key.get(optionsOn(second)) })
      assert.equal(moved.status, 401, 'a challenge to show a second factor is none to sign in')
    })

    test('a passkey of somebody else is not a second factor of this person', async () => {
      const other = await gatehouse.addAccount({ username: `other${people}` }, 'another long password')
      const theirs = authenticator(gatehouse.issuer)
      await withPasskey(gatehouse.root, other, theirs, gatehouse.now())
      await browser.open(web.url())
      const page = await browser.submit('sign-in', { ...who })
      assert.equal((await answer(theirs.get(optionsOn(page)))).status, 401)
    })

    test('a passkey of one tenant is none of another, at the same host', async () => {
      const slug = `other${people}`
      await gatehouse.app.tenants.create({ slug, name: 'Other' })
      const tenant = (await gatehouse.app.tenant(slug)) ?? assert.fail()
      await gatehouse.addAccount({ username: who.username, sub: subject }, who.password, tenant)
      await gatehouse.addClient(
        { client_id: 'web', redirect_uris: [callback], scope: 'openid', policy: { consent: 'skip' } },
        'secret',
        tenant,
      )
      const there = application(gatehouse, { id: 'web', secret: 'secret', issuer: tenant.ctx.issuer })
      const page = await browser.open(there.url())
      assert.equal((await answer(key.get(optionsOn(page)))).status, 401)
      const twin = authenticator(gatehouse.issuer)
      await withPasskey(tenant, subject, twin, gatehouse.now())
      assert.notEqual(twin.userHandle, key.userHandle, 'or the one would take the place of the other in the authenticator')
      assert.ok(told(await answer(twin.get(optionsOn(await browser.open(there.url())))))['code'])
    })

    const badKeys: [name: string, bent: Bent][] = [
      ['on a page of another origin', { origin: 'https://evil.example' }],
      ['for another relying party', { rpId: 'evil.example' }],
      ['for another challenge', { challenge: 'eA' }],
      ['without the person', { present: false }],
      ['under another id', { id: 'eA' }],
      ['as an answer to something else', { type: 'webauthn.get' }],
    ]
    for (const [name, bent] of badKeys)
      test(`a passkey created ${name} is not stored`, async () => {
        assert.equal(await withPasskey(gatehouse.root, subject, authenticator(gatehouse.issuer), gatehouse.now(), bent), undefined)
        assert.equal((await gatehouse.root.store.passkeys.of(subject)).length, 1)
      })
    test('the same passkey is not stored twice, nor for somebody else', async () => {
      const other = await gatehouse.addAccount({ username: `other${people}` })
      assert.equal(await withPasskey(gatehouse.root, subject, key, gatehouse.now()), 'refused')
      assert.equal(await withPasskey(gatehouse.root, other, key, gatehouse.now()), 'refused')
    })

    test('an account has at most twenty', async () => {
      for (let i = 1; i < 20; i++)
        assert.ok(typeof (await withPasskey(gatehouse.root, subject, authenticator(gatehouse.issuer), gatehouse.now())) === 'object')
      assert.equal(await withPasskey(gatehouse.root, subject, authenticator(gatehouse.issuer), gatehouse.now()), 'refused')
      assert.equal((await gatehouse.root.store.passkeys.of(subject)).length, 20)
    })

    test('a passkey of somebody suspended opens nothing', async () => {
      const page = await browser.open(web.url())
      await gatehouse.root.accounts.store.accounts.change(subject, { status: 'suspended' })
      assert.equal((await answer(key.get(optionsOn(page)))).status, 401)
    })

    test('both kinds of second factor are offered to who has both; recovery codes came with the first', async () => {
      const { app, recoveryCodes } = await withApp(gatehouse.root, subject, gatehouse.now())
      assert.deepEqual(recoveryCodes, [])
      assert.equal((await gatehouse.root.store.factors.of(subject)).recoveryCodes, 10)
      gatehouse.advance(30)
      await browser.open(web.url())
      const page = await browser.submit('sign-in', { ...who })
      for (const form of ['passkey', 'second-factor', 'recovery']) assert.ok(shows(page, form), form)
      assert.ok(told(await browser.submit('second-factor', { code: app.at(gatehouse.now()) }))['code'])
    })

    test('where a second factor is required, a passkey is one', async () => {
      const slug = `strict${people}`
      await gatehouse.app.tenants.create({ slug, name: 'Strict' })
      await gatehouse.app.tenants.set(slug, { second_factor: 'required' })
      const tenant = (await gatehouse.app.tenant(slug)) ?? assert.fail()
      await gatehouse.addAccount({ username: 'grace' }, who.password, tenant)
      await gatehouse.addClient(
        { client_id: 'web', redirect_uris: [callback], scope: 'openid', policy: { consent: 'skip' } },
        'secret',
        tenant,
      )
      await browser.open(application(gatehouse, { id: 'web', secret: 'secret', issuer: tenant.ctx.issuer }).url())
      const page = await browser.submit('sign-in', { username: 'grace', password: who.password })
      assert.ok(shows(page, 'enrolment'))
      const made = authenticator(gatehouse.issuer)
      const refused = await answer(made.create(optionsOn(page), { origin: 'https://evil.example' }))
      assert.deepEqual([refused.status, refused.html.includes(`&quot;credentialId&quot;:&quot;${made.id}`)], [401, true])
      const codes = await answer(made.create(optionsOn(refused)))
      assert.match(codes.html, /id="recovery-codes"/)
      const noted = (await tenant.store.audit.search({ limit: 9, newestFirst: false })).map(({ act, detail }) => [act, detail])
      assert.deepEqual(noted.slice(-2), [
        ['user.factor-add', { factor: 'passkey' }],
        ['user.sign-in', { acr: 'aal2' }],
      ])
      const next = /<a id="next"[^>]* href="([^"]+)"/.exec(codes.html)?.[1] as string
      assert.ok(told(await browser.open(next))['code'])
    })
  })
}
