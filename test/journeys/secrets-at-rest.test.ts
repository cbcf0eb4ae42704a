/** No credential is in the database or the logs, and the server log has what SECURITY.md says. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { openDatabase } from '../../src/store/open.ts'
import { type Db, Sql, sql } from '../../src/store/sql.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { linkIn, type MailSink, mailSink } from '../mail-sink.ts'
import { engines } from '../postgres.ts'
import { receiver } from '../receiver.ts'
import { type Upstream, upstreamProvider } from '../upstream.ts'
import { type Answer, alice, application, callback, verifier } from './application.ts'
import { asked, bearer } from './json.ts'
import { acme, draft, native } from './native-sso-stage.ts'

const oauth = 'urn:ietf:params:oauth:grant-type:'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`secrets, on ${engine}`, () => {
    let sink: MailSink
    let gatehouse: TestApp
    let provider: Upstream
    /** Everything that was handed out or typed, by its name. */
    const secrets: Record<string, string> = {}
    before(async () => {
      sink = await mailSink()
      provider = await upstreamProvider(() => gatehouse.now())
      gatehouse = await testApp(engine, { ...draft, MAIL_SMTP_URL: sink.url, MAIL_FROM: 'id@example.org', LOG_LEVEL: 'info' })
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
      await provider.close()
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
    before(async () => {
      Object.assign(secrets, await furtherSecrets(gatehouse, sink, provider))
    })

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

/** What programs get besides tokens, what administrators set, and what a provider gave. */
async function furtherSecrets(gatehouse: TestApp, sink: MailSink, provider: Upstream): Promise<Record<string, string>> {
  const { issuer } = gatehouse
  const password = 'the long password of an administrator'
  await gatehouse.addAccount({ username: 'root', role: 'superadmin' }, password)
  const { body: admin } = await asked(`${issuer}/api/v1/auth/login`, 'POST', { email: 'root', password })
  const set = async (path: string, body: object) =>
    (await asked(`${issuer}/api/v1/admin/${path}`, 'POST', body, bearer(admin.access_token))).body
  await gatehouse.app.tenants.set('', { shared_signals: true })
  const kinds = ['device_code', 'ciba'].map((name) => (name === 'ciba' ? 'urn:openid:params:grant-type:ciba' : `${oauth}${name}`))
  await gatehouse.addClient({ client_id: 'tv', grant_types: ['client_credentials', ...kinds], scope: 'openid ssf.manage' }, 'secret')
  const tv = application(gatehouse, { id: 'tv', secret: 'secret' })
  const device = (await tv.post('/device_authorization', { scope: 'openid' })).body
  const elsewhere = (await tv.post('/backchannel_authentication', { scope: 'openid', login_hint: alice.username })).body
  await gatehouse.addClient({ ...native, ...acme, client_id: 'mail' })
  const mail = application(gatehouse, { id: 'mail', scope: 'openid device_sso' })
  const { device_secret } = await mail.tokens(gatehouse.browser())
  const question = new URL(linkIn(await sink.next())).searchParams.get('request') as string
  const { access_token } = (await tv.post('/token', { grant_type: 'client_credentials', scope: 'ssf.manage' })).body
  const header = 'Bearer the header of a receiver'
  const delivery = { method: 'urn:ietf:rfc:8935', endpoint_url: 'https://app.example/events', authorization_header: header }
  const stream = await asked(`${issuer}/ssf/streams`, 'POST', { events_requested: [], delivery }, bearer(access_token))
  const own = await asked(`${issuer}/register`, 'POST', { redirect_uris: [callback] })
  const initial = await set('initial-access-tokens', { label: 'one' })
  const webhook = await set('webhooks', { name: 'one', url: 'https://app.example/hook', events: ['*'] })
  const question2 = await questionByWebhook(set, () =>
    tv.post('/backchannel_authentication', { scope: 'openid', login_hint: alice.username }),
  )
  await set('credential-configurations', {
    id: 'badge',
    display: [{ name: 'Badge' }],
    claims: [{ name: 'email', source: 'account.email' }],
  })
  const subject = (await gatehouse.root.store.accounts.byLogin(alice.username))?.subject
  const offered = await set('credential-offers', { configurations: ['badge'], user: subject })
  const grant = offered.credential_offer.grants[`${oauth}pre-authorized_code`]
  const { issuer: url, clientId: client_id, secret: client_secret, person } = provider
  await set('connections', { name: 'keycloak', issuer: url, client_id, client_secret, vault: { enabled: true } })
  const theirs = provider.accessTokenFor({ sub: person.sub, sid: 'their session' })
  const { data } = (await asked(`${issuer}/v1/offline-token`, 'GET', undefined, bearer(theirs))).body
  const back = (await asked(data.consent_url, 'GET')).headers.get('location') as string
  assert.equal((await asked(back, 'GET')).status, 200)
  const all = {
    ...{ 'device code': device.device_code, 'user code': device.user_code, auth_req_id: elsewhere.auth_req_id, question, question2 },
    ...{ 'device secret': device_secret },
    ...{ 'header of a stream': stream.status === 201 ? header : '', 'registration token': own.body.registration_access_token },
    ...{ 'secret of an application': own.body.client_secret, 'initial access token': initial.token, 'webhook secret': webhook.secret },
    ...{
      'pre-authorized code': grant['pre-authorized_code'],
      'secret at the provider': client_secret,
      state: new URL(back).searchParams.get('state'),
    },
    ...{ 'kept refresh token': provider.refreshTokens()[0], 'kept access token': provider.accessTokens().at(-1) },
  }
  for (const [name, secret] of Object.entries(all)) assert.ok(typeof secret === 'string' && secret.length > 8, name)
  return all as Record<string, string>
}

/** The token in the link of a request for approval, of which a webhook is told that does not take it: so it waits to be sent again. */
async function questionByWebhook(set: (path: string, body: object) => Promise<unknown>, ask: () => Promise<Answer>): Promise<string> {
  const remote = await receiver()
  remote.answers.set('/', (response) => response.writeHead(503).end())
  await set('webhooks', { name: 'two', url: `${remote.url}/`, events: ['backchannel_authentication.request'] })
  assert.equal((await ask()).status, 200)
  while (remote.received.length === 0) await new Promise((resolve) => setImmediate(resolve))
  await remote.close()
  return new URL(JSON.parse(remote.received[0]!.body).data.url).searchParams.get('request') as string
}

async function tablesOf(db: Db): Promise<string[]> {
  const rows = await db.read(
    db.engine === 'postgres'
      ? sql`select table_name as name from information_schema.tables where table_schema = current_schema()`
      : sql`select name from sqlite_master where type = 'table' and name not like ${'sqlite_%'}`,
  )
  return rows.map((row) => row['name'] as string)
}
