/** Connections at the administration API: set up, changed, given a secret that is never shown, checked, removed; and what is refused. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type TestApp, testApp } from '../app.ts'
import { type Upstream, upstreamProvider } from '../upstream.ts'
import { asked, bearer } from './json.ts'

let gatehouse: TestApp
let upstream: Upstream
let headers: Record<string, string>
before(async () => {
  gatehouse = await testApp('sqlite')
  upstream = await upstreamProvider()
  const { ctx } = gatehouse.root
  await gatehouse.addClient(
    { client_id: 'machine', scope: 'admin:connections:read admin:connections:write', grant_types: ['client_credentials'] },
    'secret',
  )
  const claims = { iss: ctx.issuer, sub: 'machine', client_id: 'machine', jti: ctx.id(), iat: gatehouse.now(), exp: gatehouse.now() + 3600 }
  const token = { ...claims, aud: `${ctx.issuer}/api/v1/admin`, scope: 'admin:connections:read admin:connections:write' }
  headers = bearer(await ctx.keys.sign('ES256', 'at+jwt', token))
})
after(async () => {
  await upstream.close()
  await gatehouse.close()
})

const path = '/api/v1/admin/connections'
const ask = (method: string, below = '', body?: unknown) => asked(`${gatehouse.issuer}${path}${below}`, method, body, headers)

test('a connection lives: set up, listed, changed in part, checked, removed', async () => {
  const body = { name: 'staff', issuer: upstream.issuer, client_id: upstream.clientId, client_secret: upstream.secret }
  const made = await ask('POST', '', body)
  assert.equal(made.status, 201, made.text)
  assert.deepEqual([made.body.has_secret, made.body.redirect_uri], [true, `${gatehouse.issuer}/connections/staff/callback`])
  assert.doesNotMatch(made.text, /the secret of gatehouse/)
  assert.equal((await ask('POST', '', body)).status, 409)
  assert.deepEqual(
    (await ask('GET')).body.items.map(({ name }: { name: string }) => name),
    ['staff'],
  )
  const changed = await ask('PATCH', '/staff', { label: 'Staff', sign_in: { sign_up: 'open' } })
  assert.deepEqual(
    [changed.status, changed.body.label, changed.body.sign_in.sign_up, changed.body.has_secret],
    [200, 'Staff', 'open', true],
  )
  assert.equal((await ask('PATCH', '/staff', { label: null })).body.label, undefined)
  const { body: checked } = await ask('POST', '/staff/check', {})
  assert.deepEqual(
    checked.findings.filter(({ level }: { level: string }) => level === 'problem'),
    [],
  )
  assert.equal((await ask('PUT', '/staff/secret', { client_secret: null })).status, 204)
  assert.equal((await ask('GET', '/staff')).body.has_secret, false)
  assert.equal((await ask('PUT', '/staff/secret', { client_secret: 'another' })).status, 204)
  assert.equal((await ask('GET', '/staff')).body.has_secret, true)
  assert.equal((await ask('DELETE', '/staff')).status, 204)
  assert.equal((await ask('GET', '/staff')).status, 404)
  const events = await gatehouse.root.store.audit.search({ limit: 20, newestFirst: false })
  assert.deepEqual(
    events.map(({ act, outcome, target }) => `${act} ${outcome} ${target}`),
    [
      'connection.create success staff',
      'connection.create failure undefined',
      'connection.change success staff',
      'connection.change success staff',
      'connection.secret success staff',
      'connection.secret success staff',
      'connection.remove success staff',
    ],
  )
  assert.doesNotMatch(JSON.stringify(events), /the secret of gatehouse/)
})

const staff = { name: 'x', issuer: 'https://sso.example', client_id: 'gatehouse' }
const refused: readonly [what: string, method: string, below: string, body: unknown, status: number, text: RegExp][] = [
  ['no body', 'POST', '', undefined, 422, /Invalid input/],
  ['an unknown member', 'POST', '', { ...staff, magic: true }, 422, /"magic","rule":"is not known here"/],
  [
    'a preset that lacks what it needs',
    'POST',
    '',
    { name: 'x', client_id: 'y' },
    422,
    /"issuer","rule":"is missing: this preset needs it"/,
  ],
  ['an empty secret', 'POST', '', { ...staff, client_secret: '' }, 422, /client_secret/],
  ['a name that is changed', 'PATCH', '/x', { name: 'y' }, 422, /"name","rule":"is not known here"/],
  ['a connection that is not there', 'PATCH', '/nobody', { label: 'x' }, 404, /there is no such connection here/],
  ['a secret of none', 'PUT', '/nobody/secret', { client_secret: 'x' }, 404, /there is no such connection here/],
  ['a secret that is no text', 'PUT', '/nobody/secret', { client_secret: 1 }, 422, /client_secret/],
  ['a check of none', 'POST', '/nobody/check', {}, 404, /there is no such connection here/],
  ['a removal of none', 'DELETE', '/nobody', undefined, 404, /there is no such connection here/],
  ['an odd name', 'GET', '/%00', undefined, 404, /there is nothing at this URL/],
]

suite('refused', () => {
  for (const [what, method, below, body, status, text] of refused)
    test(what, async () => {
      const answer = await ask(method, below, body)
      assert.equal(answer.status, status, answer.text)
      assert.match(answer.text, text)
    })

  test('a change that would leave it broken', async () => {
    await ask('POST', '', staff)
    const answer = await ask('PATCH', '/x', { issuer: null })
    assert.deepEqual([answer.status, (await ask('GET', '/x')).body.issuer], [422, staff.issuer])
  })
})

test('hole 5: one that accounts are connected through does not come to lead to another provider', async () => {
  const body = { name: 'used', issuer: upstream.issuer, client_id: upstream.clientId, client_secret: upstream.secret }
  assert.equal((await ask('POST', '', body)).status, 201)
  const { upstreamIdentities } = gatehouse.root.store
  const subject = await gatehouse.addAccount({ username: 'connected' })
  await upstreamIdentities.link({
    ...{ connection: 'used', upstreamSubject: 'x', subject, label: undefined, createdAt: gatehouse.now(), lastUsedAt: undefined },
  })
  const refused = await ask('PATCH', '/used', { issuer: 'https://other.example' })
  assert.deepEqual(
    [refused.status, refused.body.detail],
    [409, 'accounts or tokens of its present provider depend on this connection; set up another one for another provider'],
  )
  assert.equal((await ask('GET', '/used')).body.issuer, upstream.issuer)
  assert.equal((await ask('PATCH', '/used', { label: 'Used' })).status, 200)
  assert.equal((await ask('DELETE', '/used')).status, 204)
})
