/** The number of rows follows what is in force, and a revocation outlives what it revokes — RFC 7009 §2.1, RFC 9700 §4.14.2. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { openDatabase } from '../../src/store/open.ts'
import { type Db, sql } from '../../src/store/sql.ts'
import { sweep } from '../../src/store/sweep.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { type Application, alice, application, callback, claimsOf } from './application.ts'

const scope = 'openid offline_access'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`sweeping, on ${engine}`, () => {
    let gatehouse: TestApp
    let db: Db
    let close: () => Promise<void>
    before(async () => {
      const database = await engines[engine]()
      gatehouse = await testApp(engine, { DATABASE_URL: database.url, LIFETIMES_REFRESH_TOKEN: '7200' })
      db = await openDatabase(database.url, () => {})
      close = async () => {
        await db.close()
        await gatehouse.close()
        await database.close()
      }
      const client = {
        redirect_uris: [callback],
        grant_types: ['authorization_code', 'refresh_token'],
        scope,
        policy: { consent: 'skip' },
      }
      await gatehouse.addClient({ ...client, client_id: 'jwt' }, 'secret')
      await gatehouse.addClient({ ...client, client_id: 'opaque', access_token_format: 'opaque' }, 'secret')
      await gatehouse.addClient({ ...client, client_id: 'lasting', access_token_lifetime: 86_400, refresh_token_lifetime: 60 }, 'secret')
      await gatehouse.addAccount({ username: alice.username }, alice.password)
    })
    after(() => close())

    const named = (id: string) => application(gatehouse, { id, secret: 'secret', scope })
    const sweepAll = () => sweep(db, gatehouse.now(), 10_000)

    async function rows(): Promise<Record<string, number>> {
      const [counts] = await db.read(sql`
        select (select count(*) from flows) as flows, (select count(*) from codes) as codes, (select count(*) from refresh_tokens) as refresh, (select count(*) from sessions) as sessions, (select count(*) from grants) as grants,
          (select count(*) from revocations) as revocations, (select count(*) from signing_keys) as keys`)
      return counts as Record<string, number>
    }

    /** Everything that leaves rows behind. */
    async function day(): Promise<void> {
      for (const app of [named('jwt'), named('opaque')]) {
        const browser = gatehouse.browser()
        await gatehouse.browser().open(app.url()) // comes, and goes away again
        const code = await app.code(browser)
        const first = (await app.redeem(code)).body
        const second = (await app.refresh(first.refresh_token)).body
        await app.post('/revoke', { token: second.access_token })
        const twice = await app.code(browser)
        await app.redeem(twice)
        await app.redeem(twice)
        const gone = await app.tokens(browser)
        await app.post('/revoke', { token: gone.refresh_token })
        await app.code(browser) // never redeemed
      }
    }

    test('the number of rows is flat over many lifetimes', async () => {
      await day()
      const first = { ...(await rows()) }
      const lifetime = 31 * 86_400
      for (let n = 0; n < 3; n++) {
        gatehouse.advance(lifetime)
        await sweepAll()
        await day()
        assert.deepEqual({ ...(await rows()), keys: first['keys'] }, first)
      }
      gatehouse.advance(lifetime)
      await sweepAll()
      assert.equal(await sweepAll(), 0)
      const left = { flows: 0, codes: 0, refresh: 0, sessions: 0, revocations: 0, grants: first['grants'], keys: first['keys'] }
      assert.deepEqual({ ...(await rows()), keys: first['keys'] }, left)
    })

    /** Three ways to lose a family. */
    const losses: Record<string, (app: Application, code: string) => Promise<string>> = {
      async 'its code was used again'(app, code) {
        const { access_token } = (await app.redeem(code)).body
        await app.redeem(code)
        return access_token
      },
      async 'its refresh token was used again'(app, code) {
        const { access_token, refresh_token } = (await app.redeem(code)).body
        await app.refresh(refresh_token)
        gatehouse.advance(10)
        await app.refresh(refresh_token)
        return access_token
      },
      async 'its refresh token was revoked'(app, code) {
        const { access_token, refresh_token } = (await app.redeem(code)).body
        await app.post('/revoke', { token: refresh_token })
        return access_token
      },
      async 'it was revoked itself'(app, code) {
        const { access_token } = (await app.redeem(code)).body
        await app.post('/revoke', { token: access_token })
        return access_token
      },
    }
    for (const [name, lose] of Object.entries(losses)) {
      test(`an access token that outlives all others stays revoked: ${name}`, async () => {
        const app = named('lasting')
        const token = await lose(app, await app.code(gatehouse.browser()))
        const active = async () => (await app.post('/introspect', { token })).body.active
        assert.equal(await active(), false)
        gatehouse.advance(86_000)
        await sweepAll()
        assert.ok(claimsOf(token).exp > gatehouse.now())
        assert.equal(await active(), false)
      })
    }
  })
}
