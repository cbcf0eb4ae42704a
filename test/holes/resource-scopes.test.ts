/** A permission is for an API, not for a word that several APIs use (hole 3). */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { type Application, application, callback, claimsOf, shows, told } from '../journeys/application.ts'
import { engines } from '../postgres.ts'

const person = { username: 'alice', password: 'wonderland' }
const stock = 'https://stock.example'
const records = 'https://records.example'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`scopes of several APIs, on ${engine}`, () => {
    let gatehouse: TestApp
    let app: Application
    before(async () => {
      gatehouse = await testApp(engine)
      await gatehouse.addAccount({ username: person.username }, person.password)
      const { resourcesAdmin } = gatehouse.root.store
      await resourcesAdmin.add({ identifier: stock, name: 'Stock', scopes: { read: 'Read it', 'stock:write': 'Change the stock' } })
      await resourcesAdmin.add({ identifier: records, name: 'Medical records', scopes: { read: 'Read it' } })
      const both = { [stock]: 'read stock:write', [records]: 'read' }
      await gatehouse.addClient({ client_id: 'app', redirect_uris: [callback], scope: 'read stock:write', resource_scope: both }, 'secret')
      app = application(gatehouse, { id: 'app', secret: 'secret', scope: 'read' })
    })
    after(() => gatehouse.close())

    test('hole 3: consent for one API is none for another that uses the same word, and the page names the API', async () => {
      const browser = gatehouse.browser()
      await browser.open(app.url({ resource: stock }))
      const page = await browser.submit('sign-in', { ...person })
      assert.ok(shows(page, 'consent'))
      assert.match(page.html, /<h3>.*<span><bdi>Stock<\/bdi><\/span><\/h3>/)
      assert.ok(told(await browser.submit('consent', { answer: 'allow' }))['code'])
      assert.equal(told(await browser.open(app.url({ resource: records, prompt: 'none' })))['error'], 'consent_required')
      assert.ok(told(await browser.open(app.url({ resource: stock, prompt: 'none' })))['code'])
      assert.equal(told(await browser.open(app.url({ resource: [stock, records], prompt: 'none' })))['error'], 'consent_required')
      assert.equal(told(await browser.open(app.url({ prompt: 'none' })))['error'], 'consent_required', 'nor is it one for this server')

      const asked = await browser.open(app.url({ resource: records, prompt: 'consent' }))
      assert.doesNotMatch(asked.html, /id="known"/, 'the page does not say that it was allowed already')
      assert.match(asked.html, /Medical records/)
      assert.ok(told(await browser.submit('consent', { answer: 'allow' }))['code'])
      assert.ok(told(await browser.open(app.url({ resource: [stock, records], prompt: 'none' })))['code'])
    })

    const machine = async (id: string, change: Record<string, unknown>) => {
      await gatehouse.addClient({ client_id: id, grant_types: ['client_credentials'], ...change }, 'secret')
      const client = application(gatehouse, { id, secret: 'secret' })
      return (resource: string | string[], scope?: string) => client.post('/token', { grant_type: 'client_credentials', resource, scope })
    }

    test('hole 3: a machine that is registered for a scope of one API gets none of another', async () => {
      const ask = await machine('clerk', { scope: 'read', resource_scope: { [stock]: 'read' } })
      const own = await ask(stock, 'read')
      assert.deepEqual([claimsOf(own.body.access_token)['aud'], own.body.scope], [stock, 'read'])
      for (const resource of [records, [stock, records]]) {
        const other = await ask(resource, 'read')
        assert.deepEqual([other.status, other.body.error], [400, 'invalid_scope'])
        assert.equal(
          other.body.error_description,
          'this client is not registered for these scopes at this resource; set them in resource_scope',
        )
      }
    })

    test('hole 3: a scope that several APIs declare is nobody’s by its name alone; one of a single API is', async () => {
      const ask = await machine('plain', { scope: 'read stock:write' })
      assert.equal((await ask(stock, 'read')).body.error, 'invalid_scope')
      assert.equal((await ask(records)).body.error, 'invalid_scope')
      assert.equal((await ask(stock)).body.scope, 'stock:write')
    })
  })
}
