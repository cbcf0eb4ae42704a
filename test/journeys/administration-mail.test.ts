/** The administration API and mail: invitations, links, and what is said where no mail can go. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type TestApp, testApp } from '../app.ts'
import { linkIn, mailSink } from '../mail-sink.ts'
import { asked, bearer } from './json.ts'

const password = 'a long password'

async function administrator(gatehouse: TestApp) {
  await gatehouse.addAccount({ username: 'boss', role: 'org_admin' }, password)
  const { body } = await asked(`${gatehouse.issuer}/api/v1/auth/login`, 'POST', { email: 'boss', password })
  return (method: string, path: string, sent?: unknown) =>
    asked(`${gatehouse.issuer}/api/v1/admin${path}`, method, sent, bearer(body.access_token))
}

test('an invitation and a reset link go to the address of the account', async (t) => {
  const sink = await mailSink()
  const gatehouse = await testApp('sqlite', { KEYS_ALGS: 'ES256', MAIL_SMTP_URL: sink.url, MAIL_FROM: 'id@example.org' })
  t.after(async () => {
    await gatehouse.close()
    await sink.close()
  })
  const admin = await administrator(gatehouse)
  const made = await admin('POST', '/users', { username: 'ada', email: 'ada@example.com', access: 'invitation' })
  assert.deepEqual([made.status, made.body.invitation_sent, made.body.has_password], [201, true, false])
  const invitation = await sink.next()
  assert.deepEqual(invitation.recipients, ['ada@example.com'])
  assert.equal((await fetch(linkIn(invitation))).status, 200)
  for (const kind of ['reset', 'verification', 'invitation']) {
    const sent = await admin('POST', `/users/${made.body.id}/links`, { kind })
    assert.deepEqual([sent.status, sent.body], [202, { kind, email: 'ada@example.com' }])
    assert.deepEqual((await sink.next()).recipients, ['ada@example.com'])
  }
  await admin('PUT', `/users/${made.body.id}/status`, { status: 'suspended' })
  const suspended = await admin('POST', `/users/${made.body.id}/links`, { kind: 'reset' })
  assert.deepEqual([suspended.status, suspended.body.detail], [409, 'the account is suspended'])
  const addressless = (await admin('POST', '/users', { username: 'nowhere' })).body
  const refused = await admin('POST', `/users/${addressless.id}/links`, { kind: 'reset' })
  assert.deepEqual([refused.status, refused.body.detail], [422, 'the account has no email address'])
})

test('a mail that cannot be sent is reported', async (t) => {
  const sink = await mailSink({ refuse: 550 })
  const gatehouse = await testApp('sqlite', { KEYS_ALGS: 'ES256', MAIL_SMTP_URL: sink.url, MAIL_FROM: 'id@example.org' })
  t.after(async () => {
    await gatehouse.close()
    await sink.close()
  })
  const admin = await administrator(gatehouse)
  const made = await admin('POST', '/users', { username: 'ada', email: 'ada@example.com', access: 'invitation' })
  assert.deepEqual([made.status, made.body.invitation_sent], [201, false])
  const again = await admin('POST', `/users/${made.body.id}/links`, { kind: 'invitation' })
  assert.equal(again.status, 503)
  assert.ok(again.headers.get('retry-after'))
})

test('without a mail server nothing is created that needs a mail', async (t) => {
  const gatehouse = await testApp('sqlite', { KEYS_ALGS: 'ES256' }, (config) => ({ ...config, mail: {} }))
  t.after(() => gatehouse.close())
  const admin = await administrator(gatehouse)
  const refused = await admin('POST', '/users', { username: 'ada', email: 'ada@example.com', access: 'invitation' })
  assert.deepEqual([refused.status, refused.body.detail], [409, 'the server cannot send mail; it has no mail settings'])
  assert.equal((await admin('GET', '/users?search=ada')).body.total, 0)
})
