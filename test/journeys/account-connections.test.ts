/** Connected accounts on the account page: connecting and disconnecting, with their tokens; and the last way to sign in, which stays. */
import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import type { Engine } from '../app.ts'
import { engines } from '../postgres.ts'
import type { TinyBrowser } from '../tiny-browser.ts'
import { newcomer, upstreamStage } from './upstream-stage.ts'

for (const engine of Object.keys(engines) as Engine[]) {
  const { gatehouse, upstream, store, set, app, through, tokensOf, consentAt, close } = await upstreamStage(engine, { LOG_LEVEL: 'warn' })
  await set('second')
  await set('open', { sign_in: { sign_up: 'open' } })
  await through(gatehouse.browser(), 'open', newcomer('new-1'))

  suite(`${engine}: connected accounts`, () => {
    after(close)

    test('on the account page a person connects and disconnects, and cannot lock themselves out', async () => {
      const browser = gatehouse.browser()
      await app.tokens(browser)
      await browser.open('/account/connections')
      const known = browser.cookies.get('gatehouse-browser')
      const away = await browser.submit('connections-connect', { connection: 'second' })
      assert.match(away.html, /Continuing at <bdi>The second/)
      assert.equal(browser.cookies.get('gatehouse-browser'), known, 'the browser is still the same')
      assert.deepEqual(await store.audit.search({ act: 'user.connect', target: 'alice-sub', limit: 9, newestFirst: true }), [])
      upstream.person = newcomer('alice-upstream')
      const back = await consentAt(away.url)
      const elsewhere = await gatehouse.browser().open(back)
      assert.equal(elsewhere.status, 400, 'another browser cannot finish it')
      await browser.open('/account/connections')
      const again = await browser.submit('connections-connect', { connection: 'second' })
      const done = await browser.open(await consentAt(again.url))
      assert.match(done.html, /The account is connected\./)
      assert.deepEqual(await store.vault.of({ type: 'account', id: 'alice-sub' }, 'second'), [], 'its tokens are not kept')
      const fresh = gatehouse.browser()
      assert.equal((await tokensOf((await through(fresh, 'second', newcomer('alice-upstream'))).landing, fresh)).sub, 'alice-sub')
      await browser.open('/account/connections')
      assert.match(
        (await browser.submit('connections-disconnect', { account: 'second alice-upstream' })).html,
        /The account is disconnected\./,
      )
      assert.equal(await store.upstreamIdentities.find('second', 'alice-upstream'), undefined)

      const only = gatehouse.browser()
      await through(only, 'open', newcomer('only-way'))
      await only.open('/account/connections')
      const refused = await only.submit('connections-disconnect', { account: 'open only-way' })
      assert.equal(refused.status, 409)
      assert.match(refused.html, /This is your only way to sign in/)
      assert.ok(await store.upstreamIdentities.find('open', 'only-way'))
    })

    for (const cookie of [undefined, 'nonsense'])
      test(`a browser whose cookie is ${cookie} connects an account all the same`, async () => {
        const browser = gatehouse.browser()
        await app.tokens(browser)
        await browser.open('/account/connections')
        browser.cookies.delete('gatehouse-browser')
        if (cookie !== undefined) browser.cookies.set('gatehouse-browser', cookie)
        const away = await browser.submit('connections-connect', { connection: 'second' })
        upstream.person = newcomer(`cookie-${cookie}`)
        assert.match((await browser.open(await consentAt(away.url))).html, /The account is connected\./)
      })

    test('an identity is one account’s: another cannot connect it', async () => {
      const browser = gatehouse.browser()
      await app.tokens(browser)
      await browser.open('/account/connections')
      const away = await browser.submit('connections-connect', { connection: 'open' })
      upstream.person = newcomer('new-1')
      const done = await browser.open(await consentAt(away.url))
      assert.match(done.html, /That account is connected with another account here/)
      assert.notEqual((await store.upstreamIdentities.find('open', 'new-1'))?.subject, 'alice-sub')
    })

    test('a provider that cannot be reached is said to be away, and when to try again', async () => {
      await set('away', { issuer: 'http://127.0.0.1:9' })
      const browser = gatehouse.browser()
      await app.tokens(browser)
      await browser.open('/account/connections')
      const refused = await browser.submit('connections-connect', { connection: 'away' })
      assert.deepEqual([refused.status, refused.headers.get('retry-after')], [503, '5'])
      assert.match(refused.html, /That provider does not answer just now/)
      assert.match(gatehouse.logged(), /"connection":"away","why":"[^"]+".*an account of a provider could not be connected/)
    })

    const failures: [
      what: string,
      problem: RegExp,
      change: (back: string) => string,
      answer?: { path: string; status: number; body: unknown },
    ][] = [
      ['the person does not agree', /You did not agree/, (back) => back.replace(/code=[^&]+/, 'error=access_denied')],
      ['the provider is down', /That provider does not answer just now/, (back) => back, { path: '/token', status: 503, body: {} }],
      [
        'it answers nonsense',
        /could not be used, so nothing was connected/,
        (back) => back,
        { path: '/token', status: 200, body: '<html>' },
      ],
    ]
    for (const [n, [what, problem, change, answer]] of failures.entries())
      test(`nothing is connected when ${what}, and the cause is in the log`, async () => {
        const [name, browser] = [`failing-${n}`, gatehouse.browser()]
        await set(name)
        await app.tokens(browser)
        await browser.open('/account/connections')
        const away = await browser.submit('connections-connect', { connection: name })
        upstream.person = newcomer(name)
        const back = await consentAt(away.url)
        if (answer) upstream.twist.set(answer.path, (usual) => ({ ...usual, ...answer }))
        assert.match((await browser.open(change(back))).html, problem)
        upstream.twist.clear()
        assert.equal(await store.upstreamIdentities.find(name, name), undefined)
        assert.match(gatehouse.logged(), new RegExp(`"connection":"${name}","why":"[^"]+.*an account of a provider could not be connected`))
      })

    test('who is signed out meanwhile, or must choose a password by now, connects nothing', async () => {
      const temporary = (passwordIsTemporary: boolean) => store.accounts.change('alice-sub', { passwordIsTemporary })
      for (const [name, change] of [
        ['left', (browser: TinyBrowser) => browser.cookies.delete('gatehouse-session')],
        ['weak', () => temporary(true)],
      ] as const) {
        await set(name)
        const browser = gatehouse.browser()
        await app.tokens(browser)
        await browser.open('/account/connections')
        const away = await browser.submit('connections-connect', { connection: name })
        upstream.person = newcomer(name)
        const back = await consentAt(away.url)
        await change(browser)
        const { html } = await browser.open(back)
        await temporary(false)
        assert.doesNotMatch(html, /The account is connected/, name)
        assert.equal(await store.upstreamIdentities.find(name, name), undefined, name)
      }
    })

    test('tokens are kept for a connection that keeps them, and given back when it is disconnected', async () => {
      await set('both', { vault: { enabled: true } })
      const browser = gatehouse.browser()
      await app.tokens(browser)
      await browser.open('/account/connections')
      const away = await browser.submit('connections-connect', { connection: 'both' })
      assert.equal(away.url.searchParams.get('scope'), 'openid profile email offline_access')
      upstream.person = newcomer('alice-both')
      const done = await browser.open(await consentAt(away.url))
      assert.match(done.html, /Applications can get access to it through this server/)
      const owner = { type: 'account', id: 'alice-sub' } as const
      assert.equal((await store.vault.of(owner, 'both')).length, 1)
      const before = upstream.refreshTokens().length
      await browser.submit('connections-disconnect', { account: 'both alice-both' })
      assert.deepEqual(await store.vault.of(owner, 'both'), [])
      assert.equal(upstream.refreshTokens().length, before - 1)
    })

    test('of two accounts at one provider, one is disconnected with its own tokens alone', async () => {
      await set('two', { vault: { enabled: true } })
      const browser = gatehouse.browser()
      await app.tokens(browser)
      for (const person of ['alice-one', 'alice-two']) {
        await browser.open('/account/connections')
        const away = await browser.submit('connections-connect', { connection: 'two' })
        upstream.person = newcomer(person)
        assert.match((await browser.open(await consentAt(away.url))).html, /Applications can get access to it through this server/)
      }
      const kept = async () =>
        (await store.vault.of({ type: 'account', id: 'alice-sub' }, 'two')).map(({ upstreamSubject }) => upstreamSubject).toSorted()
      assert.deepEqual(await kept(), ['alice-one', 'alice-two'])
      await browser.submit('connections-disconnect', { account: 'two alice-one' })
      assert.deepEqual(await kept(), ['alice-two'])
      assert.equal((await store.upstreamIdentities.find('two', 'alice-two'))?.subject, 'alice-sub')
    })

    test('each is in the audit log', async () => {
      const acts = new Set((await store.audit.search({ limit: 500, newestFirst: false })).map(({ act, outcome }) => `${act} ${outcome}`))
      for (const act of ['user.connect success', 'user.disconnect success', 'vault.store success']) assert.ok(acts.has(act), act)
    })
  })
}
