/** Token exchange for a token of a connection: for clients that are registered for it, and people who have connected an account — RFC 8693. */
import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import type { Engine } from '../app.ts'
import { engines } from '../postgres.ts'
import { application } from './application.ts'
import { asked, bearer } from './json.ts'
import { newcomer, upstreamStage } from './upstream-stage.ts'

const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange'
const accessToken = 'urn:ietf:params:oauth:token-type:access_token'

for (const engine of Object.keys(engines) as Engine[]) {
  const { gatehouse, upstream, store, set, consentAt, close } = await upstreamStage(engine)
  await set('files', { vault: { enabled: true, scope: 'openid offline_access read' } })
  const metadata = { redirect_uris: ['https://app.example/callback'], grant_types: ['authorization_code', exchange] }
  const withSecret = (client_id: string, connections: object) => gatehouse.addClient({ client_id, ...metadata, connections }, 'secret')
  await withSecret('agent', { files: 'read profile email' })
  await withSecret('narrow', { files: 'profile email' })
  await withSecret('none', {})
  const browser = gatehouse.browser()
  const agent = application(gatehouse, { id: 'agent', secret: 'secret' })
  const { access_token: token } = await agent.tokens(browser)
  const ask = (fields: object = {}, by = agent) =>
    by.post('/token', { grant_type: exchange, audience: 'files', subject_token: token, subject_token_type: accessToken, ...fields })

  suite(`${engine}: tokens of connections at the token endpoint`, () => {
    after(close)

    test('nobody has connected an account yet', async () => {
      const { status, body } = await ask()
      assert.deepEqual(
        [status, body.error, body.error_description],
        [400, 'invalid_target', 'the person has connected no account of this connection, or it hands out no tokens now'],
      )
    })

    test('the answer is the token of the provider, with its real lifetime', async () => {
      await browser.open('/account/connections')
      const away = await browser.submit('connections-connect', { connection: 'files' })
      upstream.person = newcomer('alice-files')
      await browser.open(await consentAt(away.url))
      const { status, body } = await ask()
      assert.equal(status, 200, JSON.stringify(body))
      assert.ok(upstream.accessTokens().includes(body.access_token))
      assert.deepEqual(
        [body.token_type, body.issued_token_type, body.expires_in, body.refresh_token],
        ['Bearer', accessToken, 300, undefined],
      )
      gatehouse.advance(100)
      assert.equal((await ask()).body.expires_in, 200)
      assert.equal((await ask({ min_ttl: '200' })).body.expires_in, 200)
      assert.equal((await ask({ min_ttl: '201' })).body.expires_in, 300, 'a fresh one')
      assert.equal((await ask({ min_ttl: '3600' })).body.expires_in, 300, 'the longest that the provider gives')
      const page = await browser.open('/account/connections')
      assert.match(page.html, /last used .* by <bdi>agent/)
      const [event] = await store.audit.search({ act: 'vault.use', limit: 9, newestFirst: true })
      assert.deepEqual(
        [event?.by, event?.detail],
        [
          { type: 'client', id: 'agent' },
          { connection: 'files', user: 'alice-sub' },
        ],
      )
    })

    const refused: readonly [what: string, fields: object, error: string, description: string][] = [
      [
        'another kind of subject token',
        { subject_token_type: 'urn:ietf:params:oauth:token-type:id_token' },
        'invalid_request',
        'subject_token_type must be that of an access token',
      ],
      [
        'another kind of token asked for',
        { requested_token_type: 'urn:x' },
        'invalid_request',
        'requested_token_type must be that of an access token',
      ],
      ['an actor', { actor_token: 'x', actor_token_type: accessToken }, 'invalid_request', 'actor_token is not taken with a connection'],
      ...['0', '3601', '99999', '-1', '1.5', 'x'].map((min_ttl): [string, object, string, string] => [
        `a min_ttl of "${min_ttl}"`,
        { min_ttl },
        'invalid_request',
        'min_ttl must be a number of seconds from 1 to 3600',
      ]),
      [
        'an unknown subject token',
        { subject_token: 'x' },
        'invalid_request',
        'subject_token is unknown, expired, revoked or not of a person who signed in to this client',
      ],
    ]
    for (const [what, fields, error, description] of refused)
      test(`refused: ${what}`, async () => {
        const { status, body } = await ask(fields)
        assert.deepEqual([status, body.error, body.error_description], [400, error, description])
      })

    test('a client gets no scope that it is not registered for, nor with a token of another, nor without registration', async () => {
      const narrow = application(gatehouse, { id: 'narrow', secret: 'secret' })
      const own = (await narrow.tokens(gatehouse.browser())).access_token
      const scoped = await ask({ subject_token: own }, narrow)
      assert.deepEqual(
        [scoped.body.error, scoped.body.error_description],
        ['invalid_scope', 'the token of this connection has a scope that this client is not registered for'],
      )
      assert.equal((await ask({ subject_token: token }, narrow)).body.error, 'invalid_request')
      const none = application(gatehouse, { id: 'none', secret: 'secret' })
      const other = await ask({ subject_token: (await none.tokens(gatehouse.browser())).access_token }, none)
      assert.ok(other.status >= 400 && !('access_token' in other.body))
    })

    test('what an application brought, or a refresh changed, has no scope that a client is not registered for', async () => {
      await set('keycloak', { vault: { enabled: true } })
      await withSecret('reader', { keycloak: 'read' })
      const reader = application(gatehouse, { id: 'reader', secret: 'secret' })
      const { access_token: own } = await reader.tokens(gatehouse.browser())
      const bring = async (scope: string) => {
        const refresh_token = upstream.grant({ sub: 'alice-files' }, scope)
        const { status } = await asked(`${gatehouse.issuer}/v1/refresh-token`, 'POST', { refresh_token }, bearer(own))
        assert.equal(status, 200)
      }
      const scopeOf = async () => {
        const { body } = await ask({ audience: 'keycloak', subject_token: own }, reader)
        return body.error ?? body.scope
      }
      await bring('offline_access read delete')
      assert.equal(await scopeOf(), 'invalid_scope', 'its scope is known only once it was refreshed')
      await bring('offline_access read')
      assert.equal(await scopeOf(), 'offline_access read')
      assert.equal(await scopeOf(), 'offline_access read', 'the one that is kept')
      await bring('offline_access delete')
      assert.equal(await scopeOf(), 'invalid_scope', 'that of the token before says nothing of this one')
      upstream.twist.set('/token', ({ status, body }) => ({ status, body: { ...(body as object), scope: undefined } }))
      await bring('offline_access read')
      assert.equal(await scopeOf(), 'invalid_scope', 'a provider that does not say')
      assert.equal(await scopeOf(), 'invalid_scope', 'nor of the one that is kept')
      upstream.twist.clear()
    })

    test('a provider that refuses the tokens, or is down', async () => {
      gatehouse.advance(300)
      const fresh = (await agent.tokens(browser)).access_token
      upstream.down = true
      const down = await ask({ subject_token: fresh })
      assert.equal(down.status, 503)
      assert.ok(Number(down.headers.get('retry-after')) >= 1)
      upstream.down = false
      gatehouse.advance(400)
      upstream.twist.set('/token', () => ({ status: 400, body: { error: 'invalid_grant' } }))
      const over = await ask({ subject_token: (await agent.tokens(browser)).access_token })
      upstream.twist.clear()
      assert.deepEqual(
        [over.body.error, over.body.error_description],
        ['invalid_grant', 'the person must connect their account of this connection again'],
      )
    })
  })
}
