/** Authorization details that a grant holds: asked for once, shown, merged, replaced — RFC 9396, Grant Management for OAuth 2.0. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { readResource } from '../../src/protocol/resource.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { type Application, alice, application, call, callback, claimsOf, shows, told } from './application.ts'
import { bearer } from './json.ts'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`authorization details in grants, on ${engine}`, () => {
    let gatehouse: TestApp
    let app: Application
    before(async () => {
      gatehouse = await testApp(engine)
      await gatehouse.addAccount({ username: alice.username }, alice.password)
      const folder = { description: 'Open a folder', schema: { type: 'object' }, consent: 'once' }
      const payment = { description: 'Make a payment', schema: { type: 'object' } }
      const resource = { identifier: 'https://files.example/api', name: 'Files', authorization_details_types: { folder, payment } }
      await gatehouse.root.store.resourcesAdmin.add(readResource(gatehouse.root.ctx.keys.algs, resource))
      await gatehouse.addClient(
        {
          client_id: 'app',
          redirect_uris: [callback],
          scope: 'openid offline_access grant_management_query',
          grant_types: ['authorization_code', 'refresh_token'],
          authorization_details_types: ['folder', 'payment'],
        },
        'secret',
      )
      app = application(gatehouse, { id: 'app', secret: 'secret' })
    })
    after(() => gatehouse.close())

    const pay = { type: 'payment', amount: '123.50' }
    const folder = { type: 'folder', path: '/a' }
    const fields = (details: unknown, more: Record<string, string> = {}) => ({ authorization_details: JSON.stringify(details), ...more })

    test('of a type with consent: once the person is asked for what is new, and the grant holds the rest', async () => {
      const browser = gatehouse.browser()
      const ask = (details: object[], more = {}) => fields(details, { scope: 'openid', ...more })
      const drawer = { type: 'folder', path: '/once', actions: ['read', 'write'], in: { box: 1, shelf: 2 } }
      const details = (tokens: { access_token: string }) => claimsOf(tokens.access_token).authorization_details
      assert.deepEqual(details(await app.tokens(browser, ask([drawer]))), [drawer])
      const held = [
        drawer,
        { path: '/once', in: { shelf: 2, box: 1 }, actions: ['write', 'read'], type: 'folder' }, // the same, in another order
        { ...drawer, actions: ['read'] },
      ]
      for (const detail of held) {
        const { code } = told(await browser.open(app.url(ask([detail], { prompt: 'none' }))))
        assert.deepEqual((await app.redeem(code as string)).body.authorization_details, [detail])
      }
      const exceeding = [{ ...drawer, actions: ['read', 'delete'] }, { ...drawer, more: 1 }, { type: 'folder', path: '/other' }, pay]
      for (const detail of exceeding)
        assert.equal(told(await browser.open(app.url(ask([drawer, detail], { prompt: 'none' }))))['error'], 'consent_required')

      const page = await browser.open(app.url(ask([drawer, { type: 'folder', path: '/new' }])))
      const [asked = '', known = ''] = ['details', 'known-details'].map(
        (id) => new RegExp(`id="${id}"[\\s\\S]*?</section>`).exec(page.html)?.[0],
      )
      assert.ok(asked.includes('/new') && !asked.includes('/once'), asked)
      assert.ok(known.includes('/once') && known.includes('Open a folder') && !known.includes('/new'), known)
    })

    test('a refusal adds nothing to the grant', async () => {
      const browser = gatehouse.browser()
      const ask = fields([{ type: 'folder', path: '/denied' }], { scope: 'openid' })
      await browser.open(app.url(ask))
      await browser.submit('sign-in', { ...alice })
      assert.equal(told(await browser.submit('consent', { answer: 'deny' }))['error'], 'access_denied')
      assert.equal(told(await browser.open(app.url({ ...ask, prompt: 'none' })))['error'], 'consent_required')
    })

    test('a grant that its client manages tells them; merging adds to them, replacing takes away', async () => {
      const browser = gatehouse.browser()
      const scope = 'openid grant_management_query offline_access'
      const [one, two] = [
        { type: 'folder', path: '/1' },
        { type: 'folder', path: '/2' },
      ]
      const { grant_id, access_token, refresh_token } = await app.tokens(
        browser,
        fields([one, pay], { scope, grant_management_action: 'create' }),
      )
      const held = async () =>
        (await call(`${gatehouse.issuer}/grants/${grant_id}`, { headers: bearer(access_token) })).body.authorization_details
      assert.deepEqual(await held(), [one, pay])
      await app.tokens(browser, fields([two], { scope, grant_management_action: 'merge', grant_id }))
      assert.deepEqual(await held(), [one, pay, two])
      assert.deepEqual((await app.refresh(refresh_token, fields([one]))).body.authorization_details, [one])
      await app.tokens(browser, fields([two], { scope, grant_management_action: 'replace', grant_id }))
      assert.deepEqual(await held(), [two])
      await app.tokens(browser, { scope, grant_management_action: 'replace', grant_id })
      assert.equal(await held(), undefined)
    })

    test('the account page, the personal data and administrators see what was allowed', async () => {
      const who = { username: 'seen', password: 'a good and long password' }
      const subject = await gatehouse.addAccount({ username: who.username }, who.password)
      const browser = gatehouse.browser()
      await app.tokens(browser, fields([folder], { scope: 'openid' }), who)
      const { html } = await browser.open('/account/applications')
      for (const words of ['Open a folder', 'Files', '<bdi>path</bdi>: <bdi>/a</bdi>']) assert.ok(html.includes(words), words)
      const [grant] = await gatehouse.root.store.grantsAdmin.list({ subject, limit: 9 })
      assert.deepEqual(
        grant?.details.map((text) => JSON.parse(text)),
        [folder],
      )
      await gatehouse.root.store.grants.revoke(grant!.id, gatehouse.now())
      assert.ok(shows(await browser.open(app.url(fields([folder], { scope: 'openid' }))), 'consent'), 'they end with the grant')
    })
  })
}
