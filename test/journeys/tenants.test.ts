/** Two tenants of one server: nothing of one is valid at the other — RFC 8414 §3.1, OpenID Connect Discovery §4. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Tenant } from '../../src/tenant.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import type { TinyBrowser } from '../tiny-browser.ts'
import { type Answer, type Application, alice, application, call, callback, claimsOf, shows, told } from './application.ts'

const documents = ['oauth-authorization-server', 'openid-configuration']
const secret = 'a-secret'
const scope = 'openid offline_access'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`tenants, on ${engine}`, () => {
    let gatehouse: TestApp
    const tenants: Record<string, Tenant> = {}
    const apps: Record<string, Application> = {}
    before(async () => {
      gatehouse = await testApp(engine)
      for (const slug of ['acme', 'umbra']) assert.equal(await gatehouse.app.tenants.create({ slug, name: `The ${slug}` }), true)
      for (const slug of ['', 'acme', 'umbra']) {
        const tenant = (await gatehouse.app.tenant(slug)) as Tenant
        const client = {
          redirect_uris: [callback],
          grant_types: ['authorization_code', 'refresh_token'],
          scope,
          policy: { consent: 'skip' },
        }
        await gatehouse.addClient({ ...client, client_id: 'app' }, secret, tenant) // the same names and the same secrets everywhere
        await gatehouse.addClient({ ...client, client_id: 'opaque', access_token_format: 'opaque' }, secret, tenant)
        await gatehouse.addAccount({ sub: 'the-same', username: alice.username }, alice.password, tenant)
        await gatehouse.addClient({ ...client, client_id: `only-${slug || 'root'}` }, secret, tenant)
        tenants[slug] = tenant
        apps[slug] = at(slug, 'app')
      }
    })
    after(() => gatehouse.close())

    const issuerOf = (slug: string) => gatehouse.issuer + (slug === '' ? '' : `/t/${slug}`)
    const at = (slug: string, id: string) => application(gatehouse, { id, secret, scope, issuer: issuerOf(slug) })
    const isRefused = ({ status, body }: Answer, expected: number, error: string) =>
      assert.deepEqual([status, body.error], [expected, error])
    const pairs = [
      ['', 'acme'],
      ['acme', ''],
      ['acme', 'umbra'],
    ] as const

    test('a slug is taken once', async () => {
      assert.equal(await gatehouse.app.tenants.create({ slug: 'acme', name: 'Another' }), false)
    })

    // The same on both engines, and slow.
    if (engine === 'sqlite')
      test('a tenant stays open, however many are asked for that do not exist', async () => {
        const open = await gatehouse.app.tenant('acme')
        for (let i = 0; i < 10_001; i++) await gatehouse.app.tenant(`none-${i}`)
        assert.equal(await gatehouse.app.tenant('acme'), open)
      })

    for (const slug of ['', 'acme', 'umbra']) {
      test(`/${slug}: both documents at both well-known forms`, async () => {
        for (const name of documents) {
          const appended = await call(`${issuerOf(slug)}/.well-known/${name}`)
          const inserted = await call(`${gatehouse.issuer}/.well-known/${name}${issuerOf(slug).slice(gatehouse.issuer.length)}`)
          assert.deepEqual([appended.status, inserted.text], [200, appended.text])
          assert.equal(appended.body.issuer, issuerOf(slug))
          for (const [key, value] of Object.entries(appended.body)) {
            if (/_endpoint$|^jwks_uri$/.test(key))
              assert.ok(
                (value as string).startsWith(`${issuerOf(slug)}/`) && !(value as string).includes('/t/', issuerOf(slug).length),
                key,
              )
          }
        }
      })
      test(`/${slug}: the whole way, under its own issuer and name`, async () => {
        const browser = gatehouse.browser()
        const app = apps[slug]!
        const page = await browser.open(app.url())
        assert.match(page.html, slug === '' ? /Gatehouse/ : new RegExp(`The ${slug}`))
        const answer = told(await browser.submit('sign-in', { ...alice }))
        assert.equal(answer['iss'], issuerOf(slug))
        const tokens = (await app.redeem(answer['code'] as string)).body
        assert.equal(claimsOf(tokens.id_token).iss, issuerOf(slug))
        assert.equal(claimsOf(tokens.access_token).aud, issuerOf(slug))
        assert.equal((await userinfo(slug, tokens.access_token)).body.sub, 'the-same')
        assert.match((await browser.open(`${app.issuer}/logout?id_token_hint=${tokens.id_token}`)).html, /You are signed out/)
      })
    }

    const userinfo = (slug: string, token: string) => call(`${issuerOf(slug)}/userinfo`, { headers: { authorization: `Bearer ${token}` } })

    test('keys are separate', async () => {
      const kids = await Promise.all(
        Object.keys(tenants).map(async (slug) =>
          (await call(`${issuerOf(slug)}/.well-known/jwks.json`)).body.keys.map((key: { kid: string }) => key.kid),
        ),
      )
      assert.equal(new Set(kids.flat()).size, kids.flat().length)
      assert.equal(kids.flat().length, 15) // four to verify with and one to encrypt for, each
    })

    for (const [mine, other] of pairs) {
      test(`what /${mine} gave is worth nothing at /${other}`, async () => {
        for (const id of ['app', 'opaque']) {
          const [here, there] = [at(mine, id), at(other, id)]
          const browser = gatehouse.browser()
          const code = await here.code(browser)
          isRefused(await there.redeem(code), 400, 'invalid_grant')
          const tokens = (await here.redeem(code)).body
          isRefused(await userinfo(other, tokens.access_token), 401, 'invalid_token')
          isRefused(await there.refresh(tokens.refresh_token), 400, 'invalid_grant')
          for (const token of [tokens.access_token, tokens.refresh_token]) {
            assert.deepEqual((await there.post('/introspect', { token })).body, { active: false })
            assert.equal((await there.post('/revoke', { token })).status, 200) // unknown there, and so not revoked here
            assert.equal((await here.post('/introspect', { token })).body.active, true)
          }
          assert.equal(told(await browser.open(there.url({ id_token_hint: tokens.id_token })))['error'], 'invalid_request')
          assert.equal((await browser.open(`${there.issuer}/logout?id_token_hint=${tokens.id_token}`)).status, 400)
        }
      })
      test(`a client of /${mine} is unknown at /${other}`, async () => {
        const id = `only-${mine || 'root'}`
        isRefused(await at(other, id).post('/introspect', { token: 'x' }), 401, 'invalid_client')
        assert.equal((await at(mine, id).post('/introspect', { token: 'x' })).status, 200)
        const page = await gatehouse.browser().open(at(other, id).url())
        assert.equal(page.status, 400)
      })
      test(`a session at /${mine} is not valid at /${other}, with any cookie`, async () => {
        const browser = gatehouse.browser()
        await apps[mine]!.arrive(browser)
        assert.ok(told(await browser.open(apps[mine]!.url({ prompt: 'none' })))['code'])
        assert.equal(told(await browser.open(apps[other]!.url({ prompt: 'none' })))['error'], 'login_required')
        swapCookies(browser, mine, other)
        assert.equal(told(await browser.open(apps[other]!.url({ prompt: 'none' })))['error'], 'login_required')
      })
      test(`a visit to /${mine} cannot go on at /${other}`, async () => {
        const browser = gatehouse.browser()
        const page = await browser.open(apps[mine]!.url())
        const flow = page.url.searchParams.get('flow') as string
        swapCookies(browser, mine, other)
        for (const path of ['sign-in', 'cancel', 'consent', 'choose-account']) {
          const { status } = await browser.post(`${issuerOf(other)}/authorize/${path}`, { flow, answer: 'allow', sid: 'x', ...alice })
          assert.equal(status, 400, path)
        }
        assert.equal((await browser.open(`${issuerOf(other)}/authorize/continue?flow=${flow}`)).status, 400)
      })
    }

    /** Gives the browser what one tenant set under the names of the other too. */
    function swapCookies(browser: TinyBrowser, from: string, to: string): void {
      const suffix = (slug: string) => (slug === '' ? '' : `-${slug}`)
      for (const name of ['gatehouse-session', 'gatehouse-browser']) {
        const value = browser.cookies.get(name + suffix(from))
        if (value !== undefined) browser.cookies.set(name + suffix(to), value)
      }
    }

    test('one browser may be signed in at all of them', async () => {
      const browser = gatehouse.browser()
      for (const app of Object.values(apps)) await app.arrive(browser)
      for (const app of Object.values(apps)) assert.ok(told(await browser.open(app.url({ prompt: 'none' })))['code'], app.issuer)
    })
    test('an account of one cannot sign in at the other', async () => {
      await gatehouse.addAccount({ username: 'only-acme' }, 'a pass word', tenants['acme'])
      for (const [slug, status] of [
        ['acme', 303],
        ['umbra', 401],
        ['', 401],
      ] as const) {
        const browser = gatehouse.browser()
        await browser.open(apps[slug]!.url())
        const landing = await browser.submit('sign-in', { username: 'only-acme', password: 'a pass word' })
        if (status === 401) assert.equal(landing.status, 401)
        else assert.ok(told(landing)['code'])
      }
    })

    test('its own lifetimes, each independently, until they are reset to the deployment’s', async () => {
      await gatehouse.app.tenants.create({ slug: 'brief', name: 'Brief' })
      const lifetime = async () =>
        (await call(`${issuerOf('brief')}/token`, { body: 'grant_type=client_credentials', headers: (apps['acme'] as Application).header }))
          .body.expires_in
      const machine = { client_id: 'app', grant_types: ['client_credentials'] }
      await gatehouse.addClient(machine, secret, await gatehouse.app.tenant('brief'))
      assert.equal(await lifetime(), 3600)
      await gatehouse.app.tenants.set('brief', { lifetimes: { access_token: 60 } })
      await gatehouse.app.tenants.set('brief', { lifetimes: { id_token: 90, session_idle: 120 } })
      assert.equal(await lifetime(), 60)
      const { ctx, signIn } = (await gatehouse.app.tenant('brief')) as Tenant
      assert.deepEqual([ctx.tenant.lifetimes.idToken, signIn.lifetimes.idle], [90, 120])
      await gatehouse.app.tenants.set('brief', { lifetimes: null })
      assert.equal(await lifetime(), 3600)
    })

    test('unknown and malformed names: not found', async () => {
      for (const slug of ['nobody', 'ACME', 'acme%20', '%00', 'a'.repeat(201), 'root', '..%2f']) {
        const program = await call(`${gatehouse.issuer}/t/${slug}/token`, { body: 'grant_type=client_credentials' })
        isRefused(program, 404, 'not_found')
        assert.equal((await call(`${gatehouse.issuer}/.well-known/openid-configuration/t/${slug}`)).status, 404)
        assert.equal((await gatehouse.browser().open(`${gatehouse.issuer}/t/${slug}/authorize?client_id=app`)).status, 404)
      }
    })

    test('suspended: not found, everywhere and at once; the others go on; and back again', async () => {
      const browser = gatehouse.browser()
      const { access_token, refresh_token } = await apps['umbra']!.tokens(browser)
      assert.equal(await gatehouse.app.tenants.setStatus('umbra', 'suspended'), true)
      isRefused(await apps['umbra']!.refresh(refresh_token), 404, 'not_found')
      isRefused(await apps['umbra']!.post('/introspect', { token: access_token }), 404, 'not_found')
      isRefused(await userinfo('umbra', access_token), 404, 'not_found')
      for (const name of [...documents, 'jwks.json']) assert.equal((await call(`${issuerOf('umbra')}/.well-known/${name}`)).status, 404)
      const page = await browser.open(apps['umbra']!.url())
      assert.equal(page.status, 404)
      assert.match(page.html, /id="error-code">not_found</)
      assert.ok(shows(await gatehouse.browser().open(apps['acme']!.url()), 'sign-in'))
      assert.equal(await gatehouse.app.tenants.setStatus('umbra', 'active'), true)
      assert.equal((await userinfo('umbra', access_token)).status, 200)
      assert.equal(await gatehouse.app.tenants.setStatus('nobody', 'suspended'), false)
    })
  })
}
