/** Clients that look after their registration — RFC 7592. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { clientSchema } from '../../src/protocol/client.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { alice, application, callback } from './application.ts'
import { type Asked, asked, bearer } from './json.ts'

const web = { client_name: 'Shop', redirect_uris: [callback] }
const metadata = (client: object) => Object.fromEntries(Object.entries(client).filter(([name]) => name in clientSchema.shape))

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`management of registrations, on ${engine}`, () => {
    let gatehouse: TestApp
    before(async () => {
      gatehouse = await testApp(engine)
      await gatehouse.addAccount({ username: alice.username, email: 'alice@example.com' }, alice.password)
    })
    after(() => gatehouse.close())

    const register = (body: unknown): Promise<Asked> => asked(`${gatehouse.issuer}/register`, 'POST', body)
    const manage = (told: Asked['body'], method: string, body?: unknown): Promise<Asked> =>
      asked(told.registration_client_uri, method, body, bearer(told.registration_access_token))

    test('a client reads, changes and removes its registration', async () => {
      const made = (await register({ ...web, 'client_name#de': 'Laden', logo_uri: 'https://app.example/logo.png' })).body
      const read = await manage(made, 'GET')
      const { client_secret: _, ...withoutSecret } = made
      assert.deepEqual(read.body, withoutSecret)
      assert.deepEqual(
        [read.status, read.body.client_secret, read.body.registration_access_token],
        [200, undefined, made.registration_access_token],
      )

      const { client_secret_expires_at, client_id_issued_at, registration_access_token, registration_client_uri, ...own } = made
      const changed = await manage(made, 'PUT', { ...own, client_name: 'Store', logo_uri: undefined, 'client_name#de': undefined })
      assert.equal(changed.status, 200)
      assert.deepEqual([changed.body.client_name, changed.body.logo_uri, changed.body['client_name#de']], ['Store', undefined, undefined])
      assert.notEqual(changed.body.registration_access_token, registration_access_token)

      // The answer may have been lost: the earlier token works until the new one is used.
      assert.equal((await manage(made, 'GET')).status, 200)
      assert.equal((await manage({ ...made, ...changed.body }, 'GET')).status, 200)
      assert.equal((await manage(made, 'GET')).status, 401)

      const gone = await manage(changed.body, 'DELETE')
      assert.deepEqual([gone.status, gone.text], [204, ''])
      for (const method of ['GET', 'DELETE']) assert.equal((await manage(changed.body, method)).status, 401)
      assert.equal(await gatehouse.root.store.clientsAdmin.find(made.client_id), undefined)
    })

    test('of two changes with one token both may hold, one after the other, and one token is left', async () => {
      const made = (await register(web)).body
      const change = (name: string) => manage(made, 'PUT', { ...web, client_id: made.client_id, client_name: name })
      const [first, second] = await Promise.all([change('One'), change('Two')])
      const good = [first, second].filter(({ status }) => status === 200)
      assert.ok(good.length >= 1)
      const works = await Promise.all(good.map(({ body }) => manage({ ...made, ...body }, 'GET').then(({ status }) => status === 200)))
      assert.equal(works.filter(Boolean).length, 1)
    })

    test('a client gets a secret when it changes to a method that needs one', async () => {
      const made = (await register({ ...web, token_endpoint_auth_method: 'none' })).body
      assert.equal(made.client_secret, undefined)
      const { body } = await manage(made, 'PUT', { ...web, client_id: made.client_id })
      assert.ok((await application(gatehouse, { id: body.client_id, secret: body.client_secret }).tokens(gatehouse.browser())).access_token)
    })

    test('a client gets a secret that signs when it changes to client_secret_jwt, and keeps it when it changes back', async () => {
      const made = (await register(web)).body
      const changed = (await manage(made, 'PUT', { ...web, client_id: made.client_id, token_endpoint_auth_method: 'client_secret_jwt' }))
        .body
      assert.ok(changed.client_secret && changed.client_secret !== made.client_secret)
      const back = await manage(changed, 'PUT', { ...web, client_id: made.client_id, client_secret: changed.client_secret })
      assert.deepEqual([back.status, back.body.client_secret], [200, undefined])
      const app = application(gatehouse, { id: made.client_id, secret: changed.client_secret })
      assert.ok((await app.tokens(gatehouse.browser())).access_token)
    })

    test('what an operator has changed, a change by the client leaves alone', async () => {
      const made = (await register(web)).body
      const { store } = gatehouse.root
      const { status: _, registration: __, ...client } = (await store.clientsAdmin.find(made.client_id))!
      const given = {
        ...metadata(client),
        scope: `${made.scope} orders:read`,
        policy: { ...client.policy, pkce: 'required', consent: 'skip' },
      }
      await store.clientsAdmin.replace(clientSchema.parse(given))
      const { body, status } = await manage(made, 'PUT', { ...web, client_id: made.client_id, scope: 'openid orders:read' })
      assert.deepEqual([status, body.scope], [200, 'openid orders:read'])
      assert.equal((await store.clientsAdmin.find(made.client_id))!.policy.consent, 'skip')
    })

    test('changes are refused that a registration would be, or that touch what is the server’s', async () => {
      const made = (await register(web)).body
      const rows: [change: object, description: RegExp][] = [
        [{ client_id: 'other' }, /^client_id must be that of the client$/],
        [{ client_secret: 'mine' }, /^client_secret is not the secret of the client; it cannot be chosen$/],
        [{ registration_access_token: 'x' }, /^the body holds a member that the server alone sets; leave it out$/],
        [{ client_id_issued_at: 1 }, /^the body holds a member/],
        [{ scope: 'openid orders:read' }, /^scope has a value/],
        [{ redirect_uris: [] }, /^redirect_uris at least one/],
      ]
      for (const [change, description] of rows) {
        const { status, body } = await manage(made, 'PUT', { ...web, client_id: made.client_id, ...change })
        assert.equal(status, 400)
        assert.match(body.error_description, description)
      }
      assert.equal((await manage(made, 'PUT', { ...web, client_id: made.client_id, client_secret: made.client_secret })).status, 200)
    })

    test('the token of one client is nothing at another, and nothing without one', async () => {
      const [one, other] = [(await register(web)).body, (await register(web)).body]
      const crossed = await asked(one.registration_client_uri, 'GET', undefined, bearer(other.registration_access_token))
      assert.deepEqual(
        [crossed.status, crossed.body.error_description],
        [401, 'the registration access token is unknown, replaced, or of another client'],
      )
      const bare = await asked(one.registration_client_uri, 'GET')
      assert.deepEqual([bare.status, bare.body.error_description], [401, 'the registration access token is needed'])
      await gatehouse.root.store.clientsAdmin.setStatus(one.client_id, 'disabled')
      assert.equal((await manage(one, 'GET')).status, 401)
    })
  })
}
