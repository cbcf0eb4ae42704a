/** The disk is full: what is there can be read and taken back, the server starts, and says what is the matter. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import test from 'node:test'
import { SignJWT } from 'jose'
import { replacePassword } from '../../src/identity/accounts.ts'
import { sha256 } from '../../src/protocol/codec/digest.ts'
import { credentialChange, pollMethod, sessionRevoked } from '../../src/protocol/event-stream.ts'
import { testApp } from '../app.ts'
import { commandLine } from '../command-line.ts'
import { megabyte, smallDisk } from '../small-disk.ts'
import { alice, application, call, callback, encode } from './application.ts'
import { aKey } from './dpop-proofs.ts'

test('15: on a full disk the server reads, revokes, suspends, starts again and says so', async (t) => {
  const disk = smallDisk(t)
  const settings = { DATABASE_URL: `sqlite:${join(disk.folder, 'gatehouse.db')}`, DATA_DIR: join(disk.folder, 'data') }
  const first = await testApp('sqlite', settings)
  const scope = 'openid offline_access'
  await first.addClient(
    {
      client_id: 'app',
      redirect_uris: [callback],
      grant_types: ['authorization_code', 'refresh_token'],
      scope,
      policy: { consent: 'skip' },
    },
    'secret',
  )
  const subject = await first.addAccount({ username: alice.username }, alice.password)
  const app = application(first, { id: 'app', secret: 'secret', scope })
  const [one, other] = [await app.tokens(first.browser()), await app.tokens(first.browser())]
  disk.fill(0)
  const refused = await app.refresh(other.refresh_token)
  assert.equal(refused.status, disk.own ? 503 : 200)
  const ready = async (issuer: string) => {
    const { status, body } = await call(`${issuer}/readyz`)
    assert.equal(status, 200)
    assert.match(JSON.stringify(body), disk.own ? /"degraded".*the disk is full: nothing new is accepted, only revocations/ : /"ready"/)
  }
  await ready(first.issuer)
  assert.equal((await app.post('/introspect', { token: one.access_token })).body.active, true)
  assert.equal((await app.post('/revoke', { token: one.access_token })).status, 200)
  assert.equal((await app.post('/introspect', { token: one.access_token })).body.active, false)
  await first.close()

  disk.fill(2 * megabyte)
  const second = await testApp('sqlite', settings)
  await ready(second.issuer)
  const { store, recordAudit } = second.root
  assert.equal((await store.accounts.bySubject(subject))?.status, 'active')
  assert.equal(await store.accounts.change(subject, { status: 'suspended', updatedAt: second.now() }), 'changed')
  await recordAudit([{ act: 'user.status', outcome: 'success', target: subject }], undefined)
  const grants = await store.grantsAdmin.list({ subject, limit: 9 })
  for (const { id } of grants) assert.equal(await store.grants.revoke(id, second.now()), true)
  disk.clear()
  const { body } = await call(`${second.issuer}/readyz`)
  assert.deepEqual(body, { status: 'ready' })
  await second.addAccount({ username: 'bob' }, 'a long enough password')
  await second.close()
})

test('15: on a full disk, a client that authenticates by assertion revokes, and a bound token is good with its proof; neither works twice', async (t) => {
  const disk = smallDisk(t)
  const gatehouse = await testApp('sqlite', {
    DATABASE_URL: `sqlite:${join(disk.folder, 'gatehouse.db')}`,
    DATA_DIR: join(disk.folder, 'data'),
  })
  const { issuer } = gatehouse
  const key = await aKey()
  const machine = { grant_types: ['client_credentials'], scope: '' }
  const byKey = { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [key.jwk] } }
  await gatehouse.addClient({ ...machine, ...byKey, client_id: 'signer', access_token_format: 'opaque' })
  await gatehouse.addClient({ ...machine, client_id: 'api', resource_server: issuer }, 'secret')
  let jti = 0
  const signed = (typ: string, claims: Record<string, unknown>) =>
    new SignJWT({ jti: `${++jti}`, iat: gatehouse.now(), ...claims })
      .setProtectedHeader({ alg: key.alg, typ, jwk: key.jwk as never })
      .sign(key.privateKey)
  const assertion = () => signed('JWT', { iss: 'signer', sub: 'signer', aud: issuer, exp: gatehouse.now() + 60 })
  const proof = (htm: string, path: string, ath = {}) => signed('dpop+jwt', { htm, htu: issuer + path, ...ath })
  const post = (path: string, client_assertion: string, fields: Record<string, string>, headers = {}) => {
    const client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
    return call(issuer + path, { body: encode({ client_assertion, client_assertion_type, ...fields }), headers })
  }
  const machineToken = async (headers = {}) =>
    (await post('/token', await assertion(), { grant_type: 'client_credentials' }, headers)).body.access_token as string
  const [plain, bound] = [await machineToken(), await machineToken({ dpop: await proof('POST', '/token') })]
  const api = application(gatehouse, { id: 'api', secret: 'secret' })
  const isActive = async (token: string) => (await api.post('/introspect', { token })).body.active

  disk.fill(0)
  assert.equal((await post('/token', await assertion(), { grant_type: 'client_credentials' })).status, 200, 'no row is stored')
  const shown = await proof('GET', '/userinfo', { ath: sha256(bound) })
  const userinfo = () => call(`${issuer}/userinfo`, { headers: { authorization: `DPoP ${bound}`, dpop: shown } })
  assert.equal((await userinfo()).status, 200)
  assert.equal((await userinfo()).body.error, 'invalid_dpop_proof')
  const once = await assertion()
  assert.equal((await post('/revoke', once, { token: plain })).status, 200)
  assert.equal(await isActive(plain), false)
  assert.equal((await post('/revoke', once, { token: bound })).body.error, 'invalid_client')
  assert.equal((await post('/revoke', await assertion(), { token: bound })).status, 200)
  assert.equal(await isActive(bound), false)
  await gatehouse.close()
})

test('15: on a full disk, sessions end although others want to be told, and keys are revoked', async (t) => {
  const disk = smallDisk(t)
  const settings = { DATABASE_URL: `sqlite:${join(disk.folder, 'gatehouse.db')}`, DATA_DIR: join(disk.folder, 'data') }
  const gatehouse = await testApp('sqlite', settings)
  const scope = 'openid'
  const told = { redirect_uris: [callback], policy: { consent: 'skip' }, backchannel_logout_uri: 'https://app.example/logout' }
  await gatehouse.addClient({ ...told, client_id: 'app', scope }, 'secret')
  const { root, now } = gatehouse
  const webhook = { name: 'all', url: 'https://app.example/events', events: ['*'], enabled: true }
  await root.store.webhooks.add(webhook, root.webhooks.seal('all', root.webhooks.newSecret()))
  const eventsRequested = [sessionRevoked, credentialChange]
  const stream = { id: 'stream', clientId: 'app', status: 'enabled', method: pollMethod, eventsRequested } as const
  await root.store.eventStreams.add({ ...stream, endpointUrl: undefined, sealedAuthorization: undefined, description: undefined })
  const people = ['ada', 'bob', 'eve']
  const subjects = await Promise.all(people.map((username) => gatehouse.addAccount({ username }, alice.password)))
  const app = application(gatehouse, { id: 'app', secret: 'secret', scope })
  for (const username of people) await app.tokens(gatehouse.browser(), {}, { username, password: alice.password })
  const [ada, bob, eve] = subjects as [string, string, string]
  const mailed = await gatehouse.addAccount({ username: 'zed', email: 'zed@example.com' }, alice.password)
  const isEnded = async (subject: string) => (await root.store.sessions.of(subject, now())).length === 0
  const suspend = (subject: string) => root.store.accounts.change(subject, { status: 'suspended', updatedAt: now() })
  const waiting = () => root.store.eventStreams.waiting('stream', 10)

  disk.fill(0)
  assert.equal(await suspend(ada), 'changed')
  assert.equal(await isEnded(ada), true)
  assert.equal((await waiting()).length, 1, 'while there is some space, they are told')
  await root.recordAudit([{ act: 'user.status', outcome: 'success', target: ada }], undefined)
  assert.equal((await root.store.audit.search({ act: 'user.status', limit: 9, newestFirst: true })).length, 1)

  disk.fill(megabyte / 2)
  assert.equal(await suspend(bob), 'changed')
  await root.store.sessions.end({ subject: eve })
  assert.deepEqual([await isEnded(bob), await isEnded(eve)], [true, true])
  if (disk.own) assert.equal((await waiting()).length, 1, 'nobody is told: the space is kept for what ends')
  const own = (await root.store.accounts.bySubject(mailed))!
  assert.ok(await replacePassword(root.accounts, own, 'another good password'), 'a new password needs no space for the mail about it')

  const commands = await commandLine()
  t.after(commands.remove)
  const place = { GATEHOUSE_DATABASE_URL: settings.DATABASE_URL, GATEHOUSE_DATA_DIR: settings.DATA_DIR }
  const [stolen] = (await root.store.signingKeys.list()).filter(({ alg }) => alg === 'ES256')
  const revoked = await commands.gatehouse(`keys revoke ${stolen?.kid}`, '', place)
  const warning = 'warning: key.revoke is done, but the audit log does not say so: the disk is full\n'
  assert.deepEqual([revoked.status, revoked.err], [0, disk.own ? warning : ''])
  const refused = await commands.gatehouse('users create --username zoe --random-password', '', place)
  const message = 'error: the disk is full: nothing new is accepted, only revocations — free some space\n'
  assert.deepEqual([refused.status, refused.err], disk.own ? [1, message] : [0, ''])
  await gatehouse.close()
})
