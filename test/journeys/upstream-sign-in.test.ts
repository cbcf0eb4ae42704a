/** Signing in through another provider: buttons, just-in-time accounts, second factors; linking by proof alone, and nothing half done. */
import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import { connectionSchema } from '../../src/connections/connection.ts'
import { attributeSchema } from '../../src/identity/attributes.ts'
import { pendingSignInLifetime } from '../../src/identity/second-factor.ts'
import type { Tenant } from '../../src/tenant.ts'
import type { Engine } from '../app.ts'
import { withApp } from '../authenticator-app.ts'
import { engines } from '../postgres.ts'
import type { TinyBrowser } from '../tiny-browser.ts'
import { application, shows, told } from './application.ts'
import { newcomer, upstreamStage } from './upstream-stage.ts'

for (const engine of Object.keys(engines) as Engine[]) {
  const { gatehouse, upstream, store, set, app, through, tokensOf, consentAt, close } = await upstreamStage(engine)

  suite(`${engine}: signing in through a provider`, () => {
    after(close)

    test('a button for each connection, in the order that the tenant sets; none for those that are closed', async () => {
      await set('second', { position: 2 })
      await set('first', { position: 1 })
      await set('vault-only', { sign_in: { enabled: false }, vault: { enabled: true } })
      await set('closed', { enabled: false })
      const { html } = await gatehouse.browser().open(app.url())
      const labels = Array.from(html.matchAll(/<a id="upstream-[^>]*>Continue with <bdi>([^<]*)/g), ([, label]) => label)
      assert.deepEqual(labels, ['The first', 'The second'])
      for (const name of ['vault-only', 'closed', 'nobody']) {
        const browser = gatehouse.browser()
        const flow = /name="flow" value="([^"]+)"/.exec((await browser.open(app.url())).html)?.[1]
        const page = await browser.open(`/authorize/upstream?flow=${flow}&connection=${name}`)
        assert.equal(page.status, 404)
        assert.match(page.html, /nobody can sign in through this connection/)
      }
    })

    test('a hint leads straight to a connection, by its name or by the domain of the address; another way stays open', async () => {
      await set('routed', { sign_in: { route_domains: ['routed.example', 'münchen.example'] } })
      const open = async (fields: object) => gatehouse.browser().open(app.url({ ...fields }))
      const hints = ['ada@ROUTED.example', 'ada@münchen.example', 'ada@xn--mnchen-3ya.example'].map((hint) => ({ login_hint: hint }))
      for (const fields of [{ idp_hint: 'routed' }, ...hints])
        assert.equal((await open(fields)).url.origin, new URL(upstream.issuer).origin, JSON.stringify(fields))
      for (const fields of [
        { idp_hint: 'nobody' },
        { idp_hint: 'Bad Name!' },
        { login_hint: 'ada@other.example' },
        { login_hint: 'routed.example' },
      ])
        assert.ok(shows(await open(fields), 'sign-in'), JSON.stringify(fields))
      const browser = gatehouse.browser()
      const away = await browser.open(app.url({ idp_hint: 'routed' }))
      const flow = away.url.searchParams.get('state')?.split('.')[1]
      assert.ok(shows(await browser.open(`/authorize/continue?flow=${flow}&another=1`), 'sign-in'))
    })

    test('a hint leads nowhere once something was answered', async () => {
      const browser = gatehouse.browser()
      await app.arrive(browser)
      const page = await browser.open(app.url({ prompt: 'select_account login', idp_hint: 'routed' }))
      const sid = /name="sid" value="([^"]+)"/.exec(page.html)?.[1] as string
      assert.ok(shows(await browser.submit('choose-account', { sid }), 'sign-in'))
    })

    test('how the application wants the person to sign in is asked of the provider, too', async () => {
      await set('open', { sign_in: { sign_up: 'open' } })
      const cases: [asked: Record<string, string>, prompt: string | null, hint: string | null][] = [
        [{}, null, null],
        [{ prompt: 'login' }, 'login', null],
        [{ max_age: '60' }, 'login', null],
        [{ prompt: 'select_account' }, 'select_account', null],
        [{ login_hint: 'ada@other.example' }, null, 'ada@other.example'],
      ]
      for (const [asked, prompt, hint] of cases) {
        const browser = gatehouse.browser()
        const flow = /name="flow" value="([^"]+)"/.exec((await browser.open(app.url(asked))).html)?.[1]
        const { searchParams } = (await browser.open(`/authorize/upstream?flow=${flow}&connection=open`)).url
        assert.deepEqual([searchParams.get('prompt'), searchParams.get('login_hint')], [prompt, hint], JSON.stringify(asked))
      }
    })

    test('an open connection makes an account at the first sign-in, and finds it at the next', async () => {
      await set('open', { sign_in: { sign_up: 'open', claims: { nickname: 'handle' } } })
      const browser = gatehouse.browser()
      const person = newcomer('new-1', { handle: 'newt', website: 'not a URL' })
      const first = await tokensOf((await through(browser, 'open', person, { scope: 'openid' })).landing, browser)
      assert.deepEqual([first.amr, first.acr], [['fed'], 'aal1'])
      const account = await store.accounts.bySubject(first.sub)
      assert.deepEqual(
        [account?.email, account?.claims['email_verified'], account?.claims['nickname']],
        ['new-1@example.com', true, 'newt'],
      )
      assert.deepEqual([account?.passwordHash, account?.claims['website'], account?.role], [undefined, undefined, 'viewer'])
      const other = gatehouse.browser()
      const again = await tokensOf((await through(other, 'open', { ...person, email: 'moved@example.com' })).landing, other)
      assert.equal(again.sub, first.sub, 'the subject of the provider counts, not the address')
    })

    test('an address that the provider does not vouch for is nobody’s', async () => {
      const browser = gatehouse.browser()
      const { sub } = await tokensOf(
        (await through(browser, 'open', newcomer('unproven', { email: 'alice@example.com', email_verified: false }))).landing,
        browser,
      )
      assert.notEqual(sub, 'alice-sub')
      assert.equal((await store.accounts.bySubject(sub))?.email, undefined)
    })

    test('an equal address links nothing: the owner signs in here, and connects on the account page', async () => {
      const browser = gatehouse.browser()
      const { landing } = await through(browser, 'open', newcomer('ada-upstream', { email: 'Alice@example.com' }))
      assert.equal(landing.status, 403)
      assert.match(landing.html, /There is an account with this address here already/)
      assert.equal(await store.upstreamIdentities.find('open', 'ada-upstream'), undefined)
      assert.ok(!told(await browser.open(app.url())).code)
    })

    test('who gets an account is the tenant’s rule', async () => {
      const cases = [
        [{ sign_up: 'never' }, newcomer('rule-1'), false],
        [{ sign_up: 'invited' }, newcomer('rule-2'), false],
        [{ sign_up: 'domains', email_domains: ['acme.example'] }, newcomer('rule-3'), false],
        [{ sign_up: 'domains', email_domains: ['acme.example'] }, newcomer('rule-4', { email: 'x@evil-acme.example' }), false],
        [
          { sign_up: 'domains', email_domains: ['acme.example'] },
          newcomer('rule-5', { email: 'x@acme.example', email_verified: false }),
          false,
        ],
        [{ sign_up: 'invited', email_domains: ['acme.example'] }, newcomer('rule-6', { email: 'x@acme.example' }), false],
        [{ sign_up: 'domains', email_domains: ['acme.example'] }, newcomer('rule-7', { email: 'x@ACME.example' }), true],
        [{ sign_up: 'domains', email_domains: ['münchen.example'] }, newcomer('rule-8', { email: 'x@münchen.example' }), true],
        [{ sign_up: 'domains', email_domains: ['münchen.example'] }, newcomer('rule-9', { email: 'y@xn--mnchen-3ya.example' }), true],
        [{ sign_up: 'domains', email_domains: ['xn--mnchen-3ya.example'] }, newcomer('rule-10', { email: 'z@MÜNCHEN.example' }), true],
        [{ sign_up: 'domains', email_domains: ['münchen.example'] }, newcomer('rule-11', { email: 'x@munchen.example' }), false],
      ] as const
      for (const [rule, person, isLetIn] of cases) {
        await set('ruled', { sign_in: rule })
        const browser = gatehouse.browser()
        const { landing } = await through(browser, 'ruled', person)
        assert.equal((await store.upstreamIdentities.find('ruled', person.sub)) !== undefined, isLetIn, person.sub)
        if (!isLetIn) assert.match(landing.html, /No account here is connected with that one/)
      }
    })

    test('the connected account is shown as the provider names it', async () => {
      const names = { preferred_username: 'ada', login: 'ada-l', name: 'Ada L.' }
      const cases: [claims: Record<string, unknown>, label: string | undefined][] = [
        [names, 'label-0@example.com'],
        [{ ...names, email_verified: false }, 'ada'],
        [{ login: 'ada-l', name: 'Ada L.', email_verified: false }, 'ada-l'],
        [{ name: 'Ada L.', email_verified: false }, 'Ada L.'],
        [{ name: 7, email_verified: false }, undefined],
      ]
      for (const [n, [claims, label]] of cases.entries()) {
        await through(gatehouse.browser(), 'open', newcomer(`label-${n}`, claims))
        assert.equal((await store.upstreamIdentities.find('open', `label-${n}`))?.label, label)
      }
    })

    test('a second factor of the provider counts where the tenant says so', async () => {
      await set('strong', { sign_in: { sign_up: 'open', acr_values: ['urn:mfa'], amr_values: ['hwk'] } })
      for (const [claims, acr] of [
        [{ acr: 'urn:mfa' }, 'aal2'],
        [{ amr: ['pwd', 'hwk'] }, 'aal2'],
        [{ acr: 'urn:other', amr: ['pwd'] }, 'aal1'],
      ] as const) {
        upstream.idToken = claims
        const browser = gatehouse.browser()
        const token = await tokensOf((await through(browser, 'strong', newcomer(`strong-${acr}-${Object.keys(claims)}`))).landing, browser)
        assert.deepEqual([token.acr, token.amr], [acr, acr === 'aal2' ? ['fed', 'mfa'] : ['fed']])
      }
      upstream.idToken = {}
    })

    test('a sign-in that waited too long for a second factor leaves nothing, where the application wants a new one', async () => {
      const browser = gatehouse.browser()
      const person = newcomer('guarded')
      const { sub } = await tokensOf((await through(browser, 'open', person)).landing, browser)
      await withApp(gatehouse.root, sub, gatehouse.now())
      const { landing } = await through(browser, 'open', person, { prompt: 'login' })
      assert.ok(shows(landing, 'second-factor'))
      gatehouse.advance(pendingSignInLifetime)
      assert.ok(shows(await browser.open(landing.url.href), 'sign-in'))
    })

    test('an answer works once, in the browser and the flow that asked', async () => {
      const browser = gatehouse.browser()
      const { back } = await through(browser, 'open', newcomer('new-1'))
      assert.equal((await browser.open(back)).status, 400)
      const page = await gatehouse.browser().open(`${gatehouse.issuer}/connections/open/callback?code=x&state=gth_us_x`)
      assert.match(
        page.html,
        /this answer of another provider was used already, is too old or belongs to another browser; go back and start again/,
      )
      const elsewhere = /this answer of another provider was used already, is too old or belongs to another browser/
      const other = gatehouse.browser()
      const flowOf = (html: string) => /name="flow" value="([^"]+)"/.exec(html)?.[1] as string
      const [one, two] = [flowOf((await other.open(app.url())).html), flowOf((await other.open(app.url())).html)]
      const begun = async (own: TinyBrowser) => {
        const flow = flowOf((await own.open(app.url())).html)
        return consentAt((await own.open(`/authorize/upstream?flow=${flow}&connection=open`)).url)
      }
      assert.match((await other.open(await begun(gatehouse.browser()))).html, elsewhere)
      assert.match((await gatehouse.browser().open(await begun(other))).html, elsewhere)
      assert.match((await other.open((await begun(other)).replace('/open/', '/first/'))).html, elsewhere)
      const asked = await other.open(`/authorize/upstream?flow=${one}&connection=open`)
      const swapped = (await consentAt(asked.url)).replace(one, two)
      assert.match((await other.open(swapped)).html, /this answer belongs to another sign-in; go back and start again/)
    })

    test('a form post comes without cookies, and goes on as a GET that has them', async () => {
      const browser = gatehouse.browser()
      const { back } = await through(browser, 'open', newcomer('new-1'))
      const posted = await fetch(back.split('?')[0] as string, {
        method: 'POST',
        redirect: 'manual',
        body: new URLSearchParams(new URL(back).search),
      })
      assert.equal(posted.status, 303)
      assert.equal(new URL(posted.headers.get('location') as string).search, new URL(back).search)
    })

    test('whatever is wrong at the provider is a sentence on the sign-in page, and nobody is signed in', async () => {
      const cases: readonly [path: string, answer: object, status: number, retryAfter: string | null, problem: RegExp][] = [
        ['/token', { status: 503, body: {} }, 503, '5', /That provider does not answer just now/],
        ['/token', { status: 401, body: { error: 'invalid_client' } }, 403, null, /That provider is not set up right/],
        ['/token', { status: 200, body: '<html>' }, 403, null, /The answer of that provider could not be trusted/],
        ['/userinfo', { status: 200, body: { sub: 'another' } }, 403, null, /The answer of that provider could not be trusted/],
      ]
      for (const [path, answer, status, retryAfter, problem] of cases) {
        upstream.twist.set(path, (usual) => ({ ...usual, ...answer }))
        const browser = gatehouse.browser()
        const { landing } = await through(browser, 'open', newcomer('new-1'))
        upstream.twist.clear()
        assert.match(landing.html, problem)
        assert.deepEqual([landing.status, landing.headers.get('retry-after')], [status, retryAfter])
        assert.ok(shows(landing, 'sign-in'))
        assert.match(landing.html, /<form id="sign-in"[^>]*>\s*<input type="hidden" name="flow" value="gth_fl_[^"]+">/)
        assert.ok(!told(await browser.open(app.url())).code)
        const [noted] = await store.audit.search({ act: 'user.sign-in', outcome: 'failure', limit: 1, newestFirst: true })
        assert.deepEqual([noted?.detail?.['connection'], typeof noted?.detail?.['problem']], ['open', 'string'])
      }
    })

    test('an account that needs more than the provider tells is not made', async () => {
      await gatehouse.app.tenants.create({ slug: 'acme', name: 'Acme' })
      const acme = (await gatehouse.app.tenant('acme')) as Tenant
      await gatehouse.addClient(
        { client_id: 'app', redirect_uris: ['https://app.example/callback'], token_endpoint_auth_method: 'none' },
        undefined,
        acme,
      )
      const own = { name: 'open', issuer: upstream.issuer, client_id: upstream.clientId, sign_in: { sign_up: 'open' } }
      await acme.store.connections.add(connectionSchema.parse(own), acme.connections.secrets.seal('open', upstream.secret))
      assert.equal(await acme.store.attributes.define(attributeSchema.parse({ name: 'desk', type: 'string', required: true })), 'defined')
      const from = application(gatehouse, { id: 'app', issuer: acme.ctx.issuer })
      const { landing } = await through(gatehouse.browser(), 'open', newcomer('deskless'), {}, from)
      assert.match(landing.html, /An account here needs more details/)
      assert.equal(await acme.store.upstreamIdentities.find('open', 'deskless'), undefined)
    })

    test('a subject that cannot be one, and an address that is none', async () => {
      const { landing } = await through(gatehouse.browser(), 'open', newcomer('x'.repeat(256), { email: 'x@example.com' }))
      assert.match(landing.html, /could not be trusted/)
      const browser = gatehouse.browser()
      const { sub } = await tokensOf(
        (await through(browser, 'open', newcomer('odd-address', { email: 'a,b@example.com' }))).landing,
        browser,
      )
      assert.equal((await store.accounts.bySubject(sub))?.email, undefined)
    })

    test('a suspended account stays out', async () => {
      const identity = await store.upstreamIdentities.find('open', 'new-1')
      await store.accounts.change(identity?.subject as string, { status: 'suspended', updatedAt: gatehouse.now() })
      const { landing } = await through(gatehouse.browser(), 'open', newcomer('new-1'))
      assert.match(landing.html, /Your account here cannot be used/)
    })

    test('each is in the audit log', async () => {
      const acts = new Set((await store.audit.search({ limit: 500, newestFirst: false })).map(({ act, outcome }) => `${act} ${outcome}`))
      for (const act of ['user.sign-up success', 'user.sign-in success', 'user.sign-in failure', 'user.connect success'])
        assert.ok(acts.has(act), act)
    })
  })
}
