/** Signing out, by an application or with a bare request — OpenID Connect RP-Initiated Logout 1.0. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import type { Landing, TinyBrowser } from '../tiny-browser.ts'
import { type Application, alice, application, call, callback, encode, type Person, shows, told } from './application.ts'

const bob: Person = { username: 'robert', password: 'the builder' }
const bye = 'https://app.example/bye?from=here'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`signing out, on ${engine}`, () => {
    let gatehouse: TestApp
    let app: Application
    let browser: TinyBrowser
    let hint: string
    const client = { redirect_uris: [callback], policy: { consent: 'skip' } }
    const registerApp = () =>
      gatehouse.addClient({ ...client, client_id: 'app', client_name: 'The App', post_logout_redirect_uris: [bye] }, 'secret')
    before(async () => {
      gatehouse = await testApp(engine, { DEMO_HELP: 'false' })
      await registerApp()
      await gatehouse.addClient({ ...client, client_id: 'other', post_logout_redirect_uris: ['https://other.example/'] }, 'secret')
      await gatehouse.addAccount({ username: alice.username, claims: { name: 'Alice' } }, alice.password)
      await gatehouse.addAccount({ username: bob.username, claims: { name: 'Bob' } }, bob.password)
      app = application(gatehouse, { id: 'app', secret: 'secret' })
    })
    after(() => gatehouse.close())
    beforeEach(async () => {
      browser = gatehouse.browser()
      hint = (await app.tokens(browser)).id_token
    })

    const isSignedIn = async (who = browser) => told(await who.open(app.url({ prompt: 'none' })))['code'] !== undefined
    const logout = (fields: Record<string, string>, who = browser) => who.open(`/logout?${encode(fields)}`)
    const post = (fields: Record<string, string>, who = browser) => who.post('/logout', fields)

    for (const [method, go] of Object.entries({ GET: logout, POST: post })) {
      test(`${method} with the hint: signed out at once, and back to the application`, async () => {
        const landing = await go({ id_token_hint: hint, post_logout_redirect_uri: bye, state: 'a&b c' })
        assert.equal(landing.url.href, `${bye}&state=a%26b+c`)
        assert.equal(browser.cookies.has('gatehouse-session'), false)
        assert.equal(await isSignedIn(), false)
      })
      test(`${method} with the hint, nowhere to go: a page`, async () => {
        const { status, html } = await go({ id_token_hint: hint })
        assert.equal(status, 200)
        assert.match(html, /You are signed out/)
        assert.equal(await isSignedIn(), false)
      })
      test(`${method} without a hint: asks first`, async () => {
        for (const fields of [{}, { client_id: 'app', post_logout_redirect_uri: bye, state: 's' }] as Record<string, string>[]) {
          assert.ok(shows(await go(fields), 'sign-out'))
          assert.equal(await isSignedIn(), true)
          await go(fields)
          const stayed = await browser.submit('sign-out', { answer: 'no' })
          assert.match(stayed.html, /still signed in/)
          assert.equal(await isSignedIn(), true)
        }
        await go({ client_id: 'app', post_logout_redirect_uri: bye, state: 's' })
        const landing = await browser.submit('sign-out', { answer: 'yes' })
        assert.equal(landing.url.href, `${bye}&state=s`)
        assert.equal(await isSignedIn(), false)
      })
      test(`${method} with another user’s hint: asks first, about who is here`, async () => {
        const bobs = gatehouse.browser()
        const { id_token } = await app.tokens(bobs, {}, bob)
        const page = await go({ id_token_hint: id_token, post_logout_redirect_uri: bye })
        assert.ok(shows(page, 'sign-out'))
        assert.match(page.html, /Alice/)
        assert.equal((await browser.submit('sign-out', { answer: 'yes' })).url.href, bye)
        assert.equal(await isSignedIn(), false)
        assert.equal(await isSignedIn(bobs), true)
      })

      const wrong: Record<string, () => Record<string, string> | Promise<Record<string, string>>> = {
        'post_logout_redirect_uri of nobody': () => ({ id_token_hint: hint, post_logout_redirect_uri: 'https://evil.example/' }),
        'post_logout_redirect_uri without its query': () => ({ id_token_hint: hint, post_logout_redirect_uri: 'https://app.example/bye' }),
        'post_logout_redirect_uri of another client': () => ({ id_token_hint: hint, post_logout_redirect_uri: 'https://other.example/' }),
        'a redirect URI, but not for this': () => ({ id_token_hint: hint, post_logout_redirect_uri: callback }),
        'post_logout_redirect_uri without a client': () => ({ post_logout_redirect_uri: bye }),
        'client_id of another': () => ({ id_token_hint: hint, client_id: 'other' }),
        'client_id of nobody': () => ({ client_id: 'nobody' }),
        'a hint that is none': () => ({ id_token_hint: 'a.b.c' }),
        'a hint with another signature': () => ({ id_token_hint: `${hint.slice(0, -8)}AAAAAAAA` }),
        'an access token for a hint': async () => ({ id_token_hint: (await app.tokens(browser)).access_token }),
        'a NUL': () => ({ id_token_hint: hint, state: '\0' }),
        'an answer without the token of the page': () => ({ answer: 'yes' }),
        'an answer with another token': () => ({ answer: 'yes', token: 'x' }),
      }
      for (const [name, fields] of Object.entries(wrong)) {
        if (method === 'GET' && name.startsWith('an answer')) continue
        test(`${method}, a page and still signed in: ${name}`, async () => {
          const { status, url, html } = await go(await fields())
          assert.equal(status, 400)
          assert.equal(url.origin, gatehouse.issuer)
          assert.match(html, /id="error-code">invalid_request</)
          assert.doesNotMatch(html, /evil|other\.example/)
          assert.equal(await isSignedIn(), true)
        })
      }
    }

    const revokeKeys = async () => {
      const { keyring } = gatehouse.root
      for (const { kid, alg } of await keyring.list()) if (alg === 'RS256') await keyring.revoke(kid)
    }
    /** What is no longer there when the hint arrives: 'verified' hints tell whom to ask about, the others nothing. */
    const gone: Record<string, () => Promise<unknown>> = {
      'its key was revoked': revokeKeys,
      'its key was removed long ago': async () => {
        await gatehouse.root.keyring.rotate('RS256', { immediately: true })
        gatehouse.advance(15 * 86_400)
        await gatehouse.root.keyring.rotateWhenDue()
        await app.arrive(browser)
      },
      'its client was deleted': () => gatehouse.root.store.clientsAdmin.remove('app', gatehouse.now()),
      'its client was disabled': () => gatehouse.root.store.clientsAdmin.setStatus('app', 'disabled'),
      'its client was disabled and enabled again': async () => {
        await gatehouse.root.store.clientsAdmin.setStatus('app', 'disabled')
        await gatehouse.root.store.clientsAdmin.setStatus('app', 'active')
      },
    }
    for (const [what, takeAway] of Object.entries(gone)) {
      test(`hole 21: a hint after ${what} asks the person, and leads nowhere`, async () => {
        try {
          await takeAway()
          for (const change of [{}, { post_logout_redirect_uri: bye, state: 's' }, { post_logout_redirect_uri: 'https://evil.example/' }]) {
            const fields: Record<string, string> = { id_token_hint: hint, ...change }
            for (const go of [logout, post]) {
              const page = await go(fields)
              assert.equal(page.status, 200)
              assert.ok(shows(page, 'sign-out'))
              assert.match(page.html, /Alice/)
            }
            assert.match((await browser.submit('sign-out', { answer: 'no' })).html, /still signed in/)
          }
          await logout({ id_token_hint: hint, post_logout_redirect_uri: bye })
          const landing = await browser.submit('sign-out', { answer: 'yes' })
          assert.equal(landing.url.href, `${gatehouse.issuer}/logout`)
          assert.match(landing.html, /You are signed out/)
          assert.equal(browser.cookies.has('gatehouse-session'), false)
          const again = await logout({ id_token_hint: hint, post_logout_redirect_uri: bye }) // nobody is signed in any more
          assert.equal(again.url.pathname, '/logout')
          assert.match(again.html, /You are signed out/)
        } finally {
          await gatehouse.root.store.clientsAdmin.remove('app', gatehouse.now())
          gatehouse.advance(2)
          await registerApp()
        }
      })
    }

    test('hole 21: with a hint that cannot be verified, a registered client_id still confirms where to go, once the person agrees', async () => {
      await revokeKeys()
      const fields = { id_token_hint: hint, client_id: 'app', post_logout_redirect_uri: bye }
      assert.ok(shows(await logout(fields), 'sign-out'))
      assert.equal((await logout({ ...fields, post_logout_redirect_uri: 'https://evil.example/' })).status, 400)
      assert.equal(await isSignedIn(), true)
      await logout(fields)
      assert.equal((await browser.submit('sign-out', { answer: 'yes' })).url.href, bye)
      assert.equal(await isSignedIn(), false)
    })

    test('hole 21: a hint that cannot be verified names nobody, whatever it says', async () => {
      const [, claims = ''] = hint.split('.')
      const forgedFor = (change: object, header: object = { alg: 'RS256', typ: 'JWT', kid: 'gone' }) => {
        const changed = { ...JSON.parse(Buffer.from(claims, 'base64url').toString()), ...change }
        return [header, changed]
          .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
          .join('.')
          .concat('.AAAA')
      }
      const status = async (text: string) => (await logout({ id_token_hint: text, client_id: 'other' })).status
      assert.equal(await status(forgedFor({})), 200, 'its aud is not compared with client_id')
      assert.equal(await isSignedIn(), true)
      for (const text of [
        forgedFor({ iss: `${gatehouse.issuer}/t/other` }),
        forgedFor({ iss: undefined }),
        forgedFor({}, { alg: 'RS256', typ: 'at+jwt', kid: 'gone' }),
        forgedFor({}, { alg: 'RS256', typ: 'JWT' }),
        forgedFor({}, { alg: 'RS256', typ: 'JWT', kid: 7 }),
      ])
        assert.equal(await status(text), 400)
    })

    test('parameters sent twice', async () => {
      for (const name of ['id_token_hint', 'client_id', 'post_logout_redirect_uri', 'state', 'ui_locales'])
        assert.equal((await call(`${gatehouse.issuer}/logout?${encode({ [name]: ['a', 'a'] })}`)).status, 400, name)
    })

    test('the hint may have expired, and its session have ended', async () => {
      gatehouse.advance(3599)
      browser = gatehouse.browser()
      await app.tokens(browser)
      gatehouse.advance(10)
      const landing = await logout({ id_token_hint: hint, client_id: 'app', post_logout_redirect_uri: bye })
      assert.equal(landing.url.href, bye)
      assert.equal(await isSignedIn(), false)
      assert.equal((await logout({ id_token_hint: hint, post_logout_redirect_uri: bye })).url.href, bye) // nobody is signed in any more
    })

    test('of two accounts only the one of the hint', async () => {
      await browser.open(app.url({ prompt: 'login' }))
      await browser.submit('sign-in', { ...bob })
      assert.match((await browser.open(app.url({ prompt: 'select_account' }))).html, /Alice[\s\S]*Bob|Bob[\s\S]*Alice/)
      await logout({ id_token_hint: hint })
      const { html } = await browser.open(app.url({ prompt: 'select_account' }))
      assert.match(html, /Bob/)
      assert.doesNotMatch(html, /Alice/)
    })

    test('signing out ends the session for a copied cookie, too', async () => {
      const thief = gatehouse.browser()
      for (const [name, value] of browser.cookies) thief.cookies.set(name, value)
      assert.equal(await isSignedIn(thief), true)
      await logout({ id_token_hint: hint })
      assert.equal(await isSignedIn(thief), false)
    })

    test('the token of the page belongs to its browser', async () => {
      const other = gatehouse.browser()
      await app.arrive(other, {}, bob)
      const page = await logout({}, other)
      const token = tokenOf(page)
      assert.equal((await post({ answer: 'yes', token })).status, 400)
      assert.equal(await isSignedIn(), true)
      assert.equal((await post({ answer: 'yes', token }, other)).status, 200)
      assert.equal(await isSignedIn(other), false)
    })

    test('a post from another site, which comes without cookies, is asked again with them', async () => {
      const { status, headers } = await call(`${gatehouse.issuer}/logout`, { body: encode({ id_token_hint: hint, state: 'a b' }) })
      assert.equal(status, 303)
      assert.equal(headers.get('location'), `${gatehouse.issuer}/logout?${encode({ id_token_hint: hint, state: 'a b' })}`)
      assert.equal(headers.get('set-cookie'), null)
    })
  })
}

function tokenOf({ html }: Landing): string {
  return /name="token" value="([^"]+)"/.exec(html)?.[1] ?? assert.fail('there is no token on the page')
}
