/** The API of the Auth Manager as its README tells it: consent, vending, refreshing, ids, revocation; and none of its holes. */
import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import { type Connection, connectionSchema } from '../../src/connections/connection.ts'
import { consentUrl } from '../../src/vault/consent.ts'
import type { Engine } from '../app.ts'
import { engines } from '../postgres.ts'
import { application } from './application.ts'
import { authManagerStage } from './auth-manager-stage.ts'
import { bearer } from './json.ts'

const withoutSecret = ({ sealedSecret: _, ...connection }: Connection) => connection

for (const engine of Object.keys(engines) as Engine[]) {
  const { gatehouse, upstream, tokenOf, call, consentAs, sentBack, finish, stored, vended, close } = await authManagerStage(engine)

  suite(`${engine}: the API of the Auth Manager`, () => {
    after(close)

    for (const change of [{ enabled: false }, { vault: { enabled: false } }])
      test(`hole 5: a consent does nothing once its connection does not keep tokens: ${Object.keys(change)}`, async () => {
        const { root } = gatehouse
        const { connections } = root.store
        const found = (await connections.find('keycloak'))!
        const { back } = await consentAs('grace')
        await connections.replace(connectionSchema.parse({ ...withoutSecret(found), ...change }))
        const refused = await finish(back)
        assert.deepEqual([refused.status, refused.body.code], [400, 'invalid_ack_state'], 'it ended with the change')
        const ask = { owner: { type: 'upstream', id: 'grace' }, session: 'session', purpose: 'consent', lifetime: 60 } as const
        const late = await consentUrl(root.vault, found, { ...ask, redirectUri: `${gatehouse.issuer}/v1/offline-token/callback` })
        const sent = await finish(await sentBack(late))
        assert.deepEqual([sent.status, sent.body.code], [400, 'invalid_ack_state'], 'as does one that began meanwhile')
        await connections.replace(withoutSecret(found))
        assert.equal((await finish(back)).status, 400)
      })

    test('the way of its README: consent, a token id, access tokens, another id, revocation', async () => {
      const headers = tokenOf('ada')
      const { begun, back } = await consentAs('ada', headers)
      const { consent_url: url, session_state_id: session, message } = begun.body.data
      assert.deepEqual([session, message], ['session-of-ada', 'Please visit the consent URL to authorize offline access'])
      assert.equal(new URL(url).searchParams.get('scope'), 'openid profile email offline_access')
      const kept = await finish(back)
      assert.equal(kept.status, 200, JSON.stringify(kept.body))
      const { persistent_token_id: id } = kept.body.data
      assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
      assert.equal(kept.body.data.session_state_id, 'session-of-ada')

      const first = await vended(id, 'ada')
      assert.deepEqual([first.status, first.body.data.expires_in], [200, 300])
      assert.ok(upstream.accessTokens().includes(first.body.data.access_token))
      gatehouse.advance(100)
      const again = await vended(id, 'ada')
      assert.deepEqual(
        again.body.data,
        { access_token: first.body.data.access_token, expires_in: 200 },
        'it is kept until shortly before it expires',
      )
      gatehouse.advance(180)
      const fresh = await vended(id, 'ada')
      assert.notEqual(fresh.body.data.access_token, first.body.data.access_token)
      assert.equal(fresh.body.data.expires_in, 300)

      const other = await call('POST', '/v1/offline-token-id', headers)
      assert.equal(other.status, 200, other.text)
      assert.equal(other.body.data.session_state_id, 'session-of-ada')
      const second = other.body.data.persistent_token_id
      assert.notEqual(second, id)
      const refreshed = await vended(second, 'ada')
      assert.notEqual(refreshed.body.data.access_token, fresh.body.data.access_token, 'it is proven to be good')

      const shared = await call('DELETE', `/v1/offline-token-id?id=${id}`, headers)
      const gone = { message: 'Offline token revoked successfully', token_deleted: true }
      assert.deepEqual(shared.body.data, { ...gone, persistent_token_id: id, session_revoked: false, had_shared_session: true })
      assert.equal((await vended(id, 'ada')).status, 404)
      assert.equal((await vended(second, 'ada')).status, 200)
      const before = upstream.refreshTokens().length
      const last = await call('DELETE', `/v1/offline-token-id?id=${second}`, headers)
      assert.deepEqual(last.body.data, { ...gone, persistent_token_id: second, session_revoked: true, had_shared_session: false })
      assert.equal(upstream.refreshTokens().length, before - 1)
      assert.equal((await call('DELETE', `/v1/offline-token-id?id=${second}`, headers)).status, 404)
    })

    test('an id is made only of a token that the provider takes now, although the access token that is kept lasts', async () => {
      const id = await stored('proven')
      for (const [answer, seen] of [
        [{ status: 503, body: {} }, [503, 'unavailable']],
        [{ status: 400, body: { error: 'invalid_grant' } }, [502, 'keycloak_error']],
      ] as const) {
        upstream.twist.set('/token', () => answer)
        const { status, body } = await call('POST', '/v1/offline-token-id', tokenOf('proven'))
        upstream.twist.clear()
        assert.deepEqual([status, body.code], seen)
        gatehouse.advance(3)
      }
      assert.equal((await vended(id, 'proven')).status, 502, 'the person must consent again')
    })

    test('14: an offline token has a bounded number of ids', async () => {
      const headers = tokenOf('many')
      assert.equal((await finish((await consentAs('many', headers)).back)).status, 200)
      const answers = []
      for (let n = 0; n < 100; n++) answers.push(await call('POST', '/v1/offline-token-id', headers))
      const [refused] = answers.splice(-1)
      assert.ok(answers.every(({ status }) => status === 200))
      const reason = 'remove ids of this offline token that no program uses any more'
      assert.deepEqual([refused!.status, refused!.body], [400, { error: 'Too many ids', code: 'invalid_request', reason, details: null }])
    })

    test('a refresh token that an application brings: one for each person, under the same id', async () => {
      const tokenId = await stored('brought')
      const refreshToken = upstream.refreshTokens().at(-1)
      const headers = tokenOf('brought')
      const first = await call('POST', '/v1/refresh-token', headers, { refresh_token: 'not known upstream' })
      assert.equal(first.status, 200, first.text)
      const id = first.body.data.persistent_token_id
      assert.notEqual(id, tokenId)
      const refused = await vended(id, 'brought')
      assert.deepEqual([refused.status, refused.body.code, refused.body.reason], [502, 'keycloak_error', 'the person must consent again'])
      assert.doesNotMatch(refused.text, /secret detail/)
      const replaced = await call('POST', '/v1/refresh-token', headers, { refresh_token: refreshToken })
      assert.equal(replaced.body.data.persistent_token_id, id)
      assert.equal((await vended(id, 'brought')).status, 200)
      const renewed = await call('POST', '/v1/refresh-token-id', headers)
      assert.deepEqual([renewed.status, renewed.body.data.persistent_token_id], [200, id], 'its guard is not inverted here')
    })

    test('a token is validated, and the server says that it is there', async () => {
      assert.deepEqual((await call('GET', '/v1/validate-token', tokenOf('ada'))).body, { data: { valid: true } })
      assert.equal((await call('GET', '/health')).text, '"OK"')
      assert.equal((await call('GET', '/health/ready')).body.data.database_status, 'connected')
      assert.equal((await call('GET', '/version')).body.data.app_name, 'gatehouse')
    })

    test('the provider is asked about a token once in ten seconds', async () => {
      const asked = () => upstream.requests.filter(({ path }) => path === '/introspect').length
      const valid = async (headers: Record<string, string>) => (await call('GET', '/v1/validate-token', headers)).status === 200
      const headers = tokenOf('cached')
      const before = asked()
      for (const seconds of [0, 0, 9]) {
        gatehouse.advance(seconds)
        assert.ok(await valid(headers))
        assert.equal(asked(), before + 1)
      }
      gatehouse.advance(1)
      assert.ok(await valid(headers))
      assert.equal(asked(), before + 2)
    })

    test('a person of this server uses it with an access token of this server', async () => {
      const app = application(gatehouse, { id: 'app' })
      const browser = gatehouse.browser()
      const { access_token: token } = await app.tokens(browser)
      const begun = await call('GET', '/v1/offline-token', bearer(token))
      assert.equal(begun.status, 200, begun.text)
      const url = begun.body.data.consent_url
      const elsewhere = await finish(await sentBack(url))
      assert.deepEqual(
        [elsewhere.status, elsewhere.body.code],
        [400, 'invalid_ack_state'],
        'a consent URL that was passed on brings nothing in',
      )
      const again = await call('GET', '/v1/offline-token', bearer(token))
      const kept = await finish(await sentBack(again.body.data.consent_url), browser)
      assert.equal(kept.status, 200, JSON.stringify(kept.body))
      const id = kept.body.data.persistent_token_id
      assert.equal((await call('POST', `/v1/access-token?id=${id}`, bearer(token))).status, 200)
      assert.equal((await vended(id, 'alice-sub')).status, 404, 'a person upstream of the same name is another')
      await gatehouse.root.store.accounts.remove('alice-sub', gatehouse.now())
      assert.deepEqual(await gatehouse.root.store.vault.of({ type: 'account', id: 'alice-sub' }), [])
      assert.equal((await call('POST', `/v1/access-token?id=${id}`, bearer(token))).status, 401)
    })

    test('an id opens for its owner alone', async () => {
      const id = await stored('owner')
      for (const [method, path] of [
        ['POST', `/v1/access-token?id=${id}`],
        ['DELETE', `/v1/offline-token-id?id=${id}`],
      ] as const) {
        const { status, body } = await call(method, path, tokenOf('thief'))
        assert.deepEqual([status, body.code, body.error], [404, 'token_not_found', 'Token not found'])
      }
      assert.equal((await vended(id, 'owner')).status, 200)
    })

    test('state works once, in time, and for the person who asked', async () => {
      const { back } = await consentAs('once')
      const [one, other] = await Promise.all([finish(back), finish(back)])
      assert.deepEqual([one.status, other.status].toSorted(), [200, 400])
      const refused = one.status === 400 ? one : other
      assert.deepEqual(refused.body, { error: 'Invalid or expired state', code: 'invalid_ack_state', reason: null, details: null })
      const late = (await consentAs('late')).back
      gatehouse.advance(601)
      assert.equal((await finish(late)).body.code, 'invalid_ack_state')
      const begun = await call('GET', '/v1/offline-token', tokenOf('asker'))
      upstream.person = { ...upstream.person, sub: 'somebody-else' }
      const { status, body } = await finish(await sentBack(begun.body.data.consent_url))
      assert.deepEqual([status, body.code, body.error], [400, 'invalid_ack_state', 'Somebody else consented'])
      for (const state of ['', 'x', 'gth_us_x'])
        assert.equal((await finish(`/v1/offline-token/callback?code=x&state=${state}`)).status, 400)
    })

    test('an error of the provider without a code is told, and uses the state up', async () => {
      const begun = await call('GET', '/v1/offline-token', tokenOf('denying'))
      const state = new URL(begun.body.data.consent_url).searchParams.get('state')
      const url = `/v1/offline-token/callback?error=access_denied&error_description=secret&state=${state}&iss=${encodeURIComponent(upstream.issuer)}`
      const { status, body } = await finish(url)
      assert.deepEqual([status, body], [502, { error: 'Consent was denied', code: 'keycloak_callback_error', reason: null, details: null }])
      assert.equal((await finish(url)).body.code, 'invalid_ack_state')
    })

    test('a provider that is down gets no storm: the kept token, then 503 with the time to come back', async () => {
      const id = await stored('patient')
      gatehouse.advance(280)
      upstream.down = true
      const asks = upstream.requests.length
      const still = await vended(id, 'patient')
      assert.deepEqual([still.status, still.body.data.expires_in], [200, 20])
      gatehouse.advance(30)
      const statuses = []
      for (let i = 0; i < 10; i++) statuses.push((await vended(id, 'patient')).status)
      assert.deepEqual([...new Set(statuses)], [503])
      const { headers, body } = await vended(id, 'patient')
      assert.deepEqual([body.code, body.error, body.reason], ['unavailable', 'The provider does not answer', 'ask again later'])
      assert.ok(Number(headers.get('retry-after')) >= 1)
      assert.ok(upstream.requests.slice(asks).filter(({ path }) => path === '/token').length <= 2)
      upstream.down = false
      gatehouse.advance(400)
      assert.equal((await vended(id, 'patient')).status, 200)
    })

    test('a provider that answers nothing useful: 502 with what kind of failure it was', async () => {
      const id = await stored('unlucky')
      const rows: [answer: object, reason: string][] = [
        [{ status: 401, body: { error: 'invalid_client' } }, 'the connection is not set up right'],
        [{ status: 200, body: '<html>' }, 'its answer cannot be used'],
        [{ status: 400, body: { error: 'access_denied' } }, 'the request was denied'],
      ]
      for (const [answer, reason] of rows) {
        gatehouse.advance(700)
        upstream.twist.set('/token', (usual) => ({ ...usual, ...answer }))
        const { status, body } = await vended(id, 'unlucky')
        upstream.twist.clear()
        assert.deepEqual([status, body.code, body.error, body.reason], [502, 'keycloak_error', 'The provider could not be used', reason])
      }
      gatehouse.advance(700)
      const jws = ['{"alg":"none"}', '{"sub":"somebody else"}', 'x'].map((part) => Buffer.from(part).toString('base64url')).join('.')
      const theirs = { access_token: 'of somebody else', token_type: 'Bearer', expires_in: 300, id_token: jws }
      upstream.twist.set('/token', (usual) => ({ ...usual, status: 200, body: theirs }))
      const { status, body } = await vended(id, 'unlucky')
      upstream.twist.clear()
      assert.deepEqual([status, body.reason], [502, 'the person must consent again'], 'tokens of somebody else')
    })

    test('an entry names the application that used it last, as the provider names it', async () => {
      const id = await stored('user')
      for (const [claims, client] of [
        [{ client_id: 'one', azp: 'two' }, 'one'],
        [{ client_id: undefined, azp: 'two' }, 'two'],
        [{ client_id: undefined }, 'unknown'],
      ] as const) {
        gatehouse.advance(60)
        assert.equal((await call('POST', `/v1/access-token?id=${id}`, tokenOf('user', claims))).status, 200)
        assert.equal((await gatehouse.root.store.vault.byTokenId(id))?.entry.lastUsedBy, client)
      }
    })

    test('each is in the audit log, and nothing secret is', async () => {
      const events = await gatehouse.root.store.audit.search({ limit: 500, newestFirst: false })
      const acts = new Set(events.map(({ act }) => act))
      for (const act of ['vault.store', 'vault.use', 'vault.remove', 'vault.lost'] as const) assert.ok(acts.has(act), act)
      const users = events
        .filter(({ act }) => act === 'vault.use')
        .map(({ by, detail }) => `${by?.type} ${by?.id} for ${detail?.['owner']}`)
      for (const user of ['client one for user', 'client two for user', 'user alice-sub for alice-sub'])
        assert.ok(users.includes(user), user)
      assert.doesNotMatch(JSON.stringify(events), /"?(?:at|rt)-[0-9a-f]{32}/)
    })
  })
}
