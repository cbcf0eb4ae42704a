/** What stands between a request and its answer: prompts, ages, hints, accounts, consent — OpenID Connect Core §3.1.2.1 to §3.1.2.6. */
import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { after, before, beforeEach, suite, test } from 'node:test'
import pg from 'pg'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import type { Landing, TinyBrowser } from '../tiny-browser.ts'
import { type Application, alice, application, callback, claimsOf, type Fields, type Person, shows, told } from './application.ts'

const bob: Person = { username: 'robert', password: 'the builder' }

/** Until it is released, no write to flows ends; reads go on. */
async function holdWrites(database: string): Promise<() => Promise<void>> {
  if (database.startsWith('sqlite:')) {
    const other = new DatabaseSync(database.slice('sqlite:'.length))
    other.exec('begin immediate')
    return async () => other.close()
  }
  const other = new pg.Client({ connectionString: database })
  await other.connect()
  await other.query('begin')
  await other.query('lock table flows in exclusive mode')
  return () => other.end()
}

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`prompts and consent, on ${engine}`, () => {
    let gatehouse: TestApp
    let app: Application
    let trusted: Application
    let browser: TinyBrowser
    before(async () => {
      gatehouse = await testApp(engine)
      const client = { redirect_uris: [callback], scope: 'openid email profile read' }
      await gatehouse.addClient({ ...client, client_id: 'app', client_name: 'The App' }, 'secret')
      await gatehouse.addClient({ ...client, client_id: 'trusted', policy: { consent: 'skip' } }, 'secret')
      await gatehouse.addClient({ ...client, client_id: 'strict', policy: { consent: 'skip' }, default_max_age: 60 }, 'secret')
      await gatehouse.addAccount({ username: alice.username, email: 'alice@example.com', claims: { name: 'Alice' } }, alice.password)
      await gatehouse.addAccount({ username: bob.username, email: 'bob@example.com', claims: { name: 'Bob' } }, bob.password)
      app = application(gatehouse, { id: 'app', secret: 'secret' })
      trusted = application(gatehouse, { id: 'trusted', secret: 'secret' })
    })
    after(() => gatehouse.close())
    beforeEach(() => {
      browser = gatehouse.browser()
    })

    /** Signs in besides the accounts that are already signed in. */
    async function signIn(who: Person): Promise<string> {
      const landing = await browser.open(trusted.url({ prompt: 'login' }))
      assert.ok(shows(landing, 'sign-in'))
      return finish(await browser.submit('sign-in', { ...who }))
    }

    /** The ID token that a code brings. */
    async function finish(landing: Landing): Promise<string> {
      const { code = '' } = told(landing)
      const { body } = await trusted.redeem(code)
      return body.id_token ?? assert.fail(`${body.error} at ${landing.url}`)
    }
    const subjectOf = async (landing: Landing) => claimsOf(await finish(landing)).sub
    const error = async (fields: Fields) => told(await browser.open(trusted.url(fields)))['error']

    test('prompt=login asks again, for a new session with a new time', async () => {
      const before = claimsOf(await signIn(alice))
      gatehouse.advance(5)
      const page = await browser.open(trusted.url({ prompt: 'login' }))
      assert.ok(shows(page, 'sign-in'))
      const after = claimsOf(await finish(await browser.submit('sign-in', { ...alice })))
      assert.equal(after.auth_time, before.auth_time + 5)
      assert.notEqual(after.sid, before.sid)
    })

    for (const fields of [{ prompt: 'login' }, { max_age: '0' }] as Fields[]) {
      const name = JSON.stringify(fields)
      test(`${name} with a hint is not answered by the older session it names`, async () => {
        const hint = await signIn(alice)
        gatehouse.advance(5)
        await browser.open(trusted.url({ ...fields, id_token_hint: hint }))
        const page = await browser.submit('sign-in', { ...bob })
        assert.ok(shows(page, 'sign-in'), 'Alice has not signed in afresh')
        const { sub, auth_time } = claimsOf(await finish(await browser.submit('sign-in', { ...alice })))
        assert.equal(sub, claimsOf(hint).sub)
        assert.equal(auth_time, gatehouse.now())
      })
      test(`${name} is not answered by an older session that is chosen in the same visit`, async () => {
        await signIn(alice)
        gatehouse.advance(5)
        await browser.open(app.url({ ...fields, prompt: `${fields['prompt'] ?? ''} consent` }))
        const consent = await browser.submit('sign-in', { ...bob })
        assert.ok(shows(consent, 'consent'))
        const chosen = await choose(await browser.open(`${consent.url.href}&choose=1`), 'Alice')
        assert.ok(shows(chosen, 'sign-in'), 'Alice has not signed in afresh')
      })
    }

    test('max_age: small enough asks again, large enough does not', async () => {
      await signIn(alice)
      gatehouse.advance(100)
      assert.equal(await error({ max_age: '99', prompt: 'none' }), 'login_required')
      assert.equal(await error({ max_age: '100', prompt: 'none' }), undefined)
      assert.equal(await error({ max_age: '0', prompt: 'none' }), 'login_required')
      assert.ok(shows(await browser.open(trusted.url({ max_age: '99' })), 'sign-in'))
      assert.equal(claimsOf(await finish(await browser.submit('sign-in', { ...alice }))).auth_time, gatehouse.now())
    })
    test('default_max_age stands in for max_age', async () => {
      await signIn(alice)
      gatehouse.advance(61)
      assert.equal(await error({ client_id: 'strict', prompt: 'none' }), 'login_required')
      assert.equal(await error({ client_id: 'strict', prompt: 'none', max_age: '61' }), undefined)
    })

    test('id_token_hint: own, expired, of another user, of another issuer', async () => {
      const own = await signIn(alice)
      assert.equal(await error({ prompt: 'none', id_token_hint: own }), undefined)
      gatehouse.advance(3601)
      browser = gatehouse.browser()
      const bobs = await signIn(bob)
      assert.equal(await error({ prompt: 'none', id_token_hint: own }), 'login_required')
      await signIn(alice)
      assert.equal(await subjectOf(await browser.open(trusted.url({ prompt: 'none', id_token_hint: own }))), claimsOf(own).sub)
      assert.equal(await subjectOf(await browser.open(trusted.url({ prompt: 'none', id_token_hint: bobs }))), claimsOf(bobs).sub)
      const { access_token } = await trusted.tokens(browser)
      assert.equal(await error({ id_token_hint: access_token }), 'invalid_request') // a JWT of ours, but no ID token
      const [head, body, signature = ''] = own.split('.')
      assert.equal(await error({ id_token_hint: `${head}.${body}.${signature.slice(4)}AAAA` }), 'invalid_request')
      const unsigned = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT' })).toString('base64url')
      assert.equal(await error({ id_token_hint: `${unsigned}.${body}.` }), 'invalid_request')
    })
    test('id_token_hint: who signs in as somebody else is sent back', async () => {
      const hint = await signIn(alice)
      browser = gatehouse.browser()
      await browser.open(trusted.url({ id_token_hint: hint }))
      assert.equal(told(await browser.submit('sign-in', { ...bob }))['error'], 'login_required')
    })

    async function choose(page: Landing, name: string): Promise<Landing> {
      const row = new RegExp(`<button class="row" name="sid" value="([^"]+)">(?:(?!</button>)[\\s\\S])*<bdi>${name}</bdi>`).exec(page.html)
      return browser.submit('choose-account', { sid: row?.[1] ?? assert.fail(`${name} is not on the page`) })
    }

    test('select_account: two accounts, and another', async () => {
      const [first, second] = [claimsOf(await signIn(alice)).sub, claimsOf(await signIn(bob)).sub]
      assert.equal(await error({ prompt: 'none select_account' }), 'invalid_request')
      const page = await browser.open(trusted.url({ prompt: 'select_account' }))
      assert.match(page.html, /alice@(<wbr>)?example\.com/)
      assert.match(page.html, /bob@(<wbr>)?example\.com/)
      assert.equal(await subjectOf(await choose(page, 'Alice')), first)
      assert.equal(await subjectOf(await browser.open(trusted.url())), first) // chosen stays chosen
      assert.equal(await subjectOf(await choose(await browser.open(trusted.url({ prompt: 'select_account' })), 'Bob')), second)
      await browser.open(trusted.url({ prompt: 'select_account' }))
      const form = await browser.submit('choose-account', { sid: '' })
      assert.ok(shows(form, 'sign-in'))
      assert.equal(await subjectOf(await browser.submit('sign-in', { ...alice })), first)
    })
    test('select_account: the choice is stored before it is answered, however long that takes', async () => {
      const { sub } = claimsOf(await signIn(alice))
      const page = await browser.open(trusted.url({ prompt: 'select_account' }))
      const release = await holdWrites(gatehouse.database)
      const choosing = choose(page, 'Alice')
      for (let n = 0; n < 5; n++) await fetch(`${gatehouse.issuer}/healthz`)
      await release()
      assert.equal(await subjectOf(await choosing), sub)
    })
    test('select_account: a session of somebody else cannot be chosen', async () => {
      const { sid } = claimsOf(await signIn(alice))
      browser = gatehouse.browser()
      await signIn(bob)
      await browser.open(trusted.url({ prompt: 'select_account' }))
      assert.equal((await browser.submit('choose-account', { sid })).status, 400)
    })
    test('another account can be chosen only where there is one, also when a sign-in was refused', async () => {
      const pages = async () => {
        const first = await browser.open(trusted.url({ prompt: 'login' }))
        const wrong = await browser.submit('sign-in', { ...alice, password: 'wrong' })
        const flow = first.url.searchParams.get('flow') as string
        const refused = await browser.post('/authorize/passkey', { flow, response: 'none' })
        return [first, wrong, refused].map(({ status, html }) => [status, html.includes('<a id="choose"')])
      }
      const pagesThat = (offer: boolean) => [200, 401, 401].map((status) => [status, offer])
      assert.deepEqual(await pages(), pagesThat(false))
      await signIn(bob)
      assert.deepEqual(await pages(), pagesThat(true))
    })
    test('select_account without a session: sign in', async () => {
      assert.ok(shows(await browser.open(trusted.url({ prompt: 'select_account' })), 'sign-in'))
    })

    test('consent is asked once, and then only for what is new', async () => {
      await signIn(alice)
      assert.equal(told(await browser.open(app.url({ prompt: 'none' })))['error'], 'consent_required')
      const first = await browser.open(app.url({ scope: 'openid email' }))
      assert.deepEqual([sectionOf(first, 'known'), sectionOf(first, 'fresh')], [0, 2])
      assert.match(first.html, /The App/)
      await browser.submit('consent', { answer: 'allow' })
      assert.ok(told(await browser.open(app.url({ scope: 'openid email' })))['code'])
      assert.ok(told(await browser.open(app.url({ scope: 'openid', prompt: 'none' })))['code'])
      assert.equal(told(await browser.open(app.url({ scope: 'openid read', prompt: 'none' })))['error'], 'consent_required')
      const more = await browser.open(app.url({ scope: 'openid email profile' }))
      assert.deepEqual([sectionOf(more, 'known'), sectionOf(more, 'fresh')], [2, 1])
      const code = told(await browser.submit('consent', { answer: 'allow' }))['code'] as string
      assert.equal((await app.redeem(code)).body.scope, 'openid email profile')
      assert.ok(shows(await browser.open(app.url({ scope: 'openid', prompt: 'consent' })), 'consent'))
    })
    test('consent skipped by policy, but not when it is asked for', async () => {
      await signIn(alice)
      assert.ok(told(await browser.open(trusted.url({ scope: 'openid email profile read' })))['code'])
      assert.ok(shows(await browser.open(trusted.url({ prompt: 'consent' })), 'consent'))
    })
    test('consent of one person is not that of another', async () => {
      await browser.open(app.url({ scope: 'openid' }))
      assert.ok(shows(await browser.submit('sign-in', { ...bob }), 'consent'))
    })

    for (const mode of ['query', 'fragment', 'form_post']) {
      test(`who refuses is sent back to the client, by ${mode}`, async () => {
        const asked = { prompt: 'login consent', state: 'a b', response_mode: mode }
        const page = await browser.open(app.url(asked))
        const cancelled = await browser.post('/authorize/cancel', { flow: page.url.searchParams.get('flow') as string })
        await browser.open(app.url(asked))
        await browser.submit('sign-in', { ...alice })
        for (const landing of [cancelled, await browser.submit('consent', { answer: 'deny' })]) {
          const { error_description, ...answer } = told(landing)
          assert.ok(error_description)
          assert.deepEqual(answer, { error: 'access_denied', state: 'a b', iss: gatehouse.issuer })
        }
      })
    }
  })
}

/** How many scopes a section of the consent page lists. */
function sectionOf({ html }: Landing, id: string): number {
  const section = new RegExp(`<section class="scopes ${id}"[\\s\\S]*?</section>`).exec(html)?.[0] ?? ''
  return section.match(/<li>/g)?.length ?? 0
}
