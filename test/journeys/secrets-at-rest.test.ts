/** No credential is in the database or the logs, and the server log has what SECURITY.md says. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { openDatabase } from '../../src/store/open.ts'
import { type Db, Sql, sql } from '../../src/store/sql.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { linkIn, type MailSink, mailSink } from '../mail-sink.ts'
import { engines } from '../postgres.ts'
import { alice, application, callback, verifier } from './application.ts'
import { asked } from './json.ts'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`secrets, on ${engine}`, () => {
    let sink: MailSink
    let gatehouse: TestApp
    /** Everything that was handed out or typed, by its name. */
    const secrets: Record<string, string> = {}
    before(async () => {
      sink = await mailSink()
      gatehouse = await testApp(engine, { MAIL_SMTP_URL: sink.url, MAIL_FROM: 'id@example.org', LOG_LEVEL: 'info' })
      const grant_types = ['authorization_code', 'refresh_token', 'client_credentials']
      const client = { redirect_uris: [callback], grant_types, scope: 'openid offline_access', access_token_format: 'opaque' }
      secrets['client secret'] = gatehouse.root.tokens.make('cs')
      await gatehouse.addClient({ ...client, client_id: 'app' }, secrets['client secret'])
      await gatehouse.addClient({ ...client, client_id: 'jwt', access_token_format: 'jwt' }, secrets['client secret'])
      await gatehouse.addAccount({ username: alice.username, email: 'alice@example.com' }, alice.password)
      Object.assign(secrets, { password: alice.password, verifier })
    })
    after(async () => {
      await gatehouse.close()
      await sink.close()
    })

    async function handOut(): Promise<void> {
      const browser = gatehouse.browser()
      for (const id of ['app', 'jwt']) {
        const app = application(gatehouse, { id, secret: secrets['client secret'] as string, scope: 'openid offline_access' })
        const [spent, kept] = [await app.code(browser), await app.code(browser)]
        const { access_token, refresh_token, id_token } = (await app.redeem(spent)).body
        const { body: next } = await app.refresh(refresh_token)
        await app.post('/introspect', { token: next.access_token })
        await app.post('/revoke', { token: access_token })
        Object.assign(secrets, { [`${id}: a spent code`]: spent, [`${id}: a code`]: kept, [`${id}: access token`]: access_token })
        Object.assign(secrets, { [`${id}: ID token`]: id_token, [`${id}: refresh token`]: refresh_token })
        Object.assign(secrets, { [`${id}: next access token`]: next.access_token, [`${id}: next refresh token`]: next.refresh_token })
      }
      for (const [name, value] of browser.cookies) secrets[`cookie ${name}`] = value
      await gatehouse.browser().open('/forgot-password')
      await gatehouse.browser().post('/forgot-password/send', { login: alice.username })
      const link = new URL(linkIn(await sink.next()))
      secrets['link'] = link.searchParams.get('token') as string
      await gatehouse.browser().open(link.href)
      secrets['wrong password'] = 'not the right password'
      const login = { email: alice.username, password: secrets['wrong password'] }
      assert.equal((await asked(`${gatehouse.issuer}/api/v1/auth/login`, 'POST', login)).status, 401)
    }
    before(handOut)

    const holds = (text: string) => Object.keys(secrets).filter((name) => text.includes(secrets[name] as string))

    test('nothing that lets its bearer in is in the database', async () => {
      const db = await openDatabase(gatehouse.database)
      const tables = await tablesOf(db)
      assert.ok(tables.length > 20)
      for (const table of tables) assert.deepEqual(holds(JSON.stringify(await db.read(new Sql([`select * from ${table}`], [])))), [], table)
      await db.close()
    })

    test('the server log has the route and outcome of a request, and nothing of its content', () => {
      const log = gatehouse.logged()
      assert.deepEqual(holds(log), [])
      assert.doesNotMatch(log, /alice|app\.example/)
      const refused = log.split('\n').find((line) => line.includes('/api/v1/auth/login'))
      const { route, status, ip, method, error, description } = JSON.parse(refused as string)
      assert.deepEqual([method, route, status, error], ['POST', '/api/v1/auth/login', 401, 'invalid_grant'])
      assert.match(ip, /127\.0\.0\.1|::1/)
      assert.equal(description, 'login or password is not right')
    })
  })
}

async function tablesOf(db: Db): Promise<string[]> {
  const rows = await db.read(
    db.engine === 'postgres'
      ? sql`select table_name as name from information_schema.tables where table_schema = current_schema()`
      : sql`select name from sqlite_master where type = 'table' and name not like ${'sqlite_%'}`,
  )
  return rows.map((row) => row['name'] as string)
}
