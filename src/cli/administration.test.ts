import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { commandLine } from '../../test/command-line.ts'
import { aSession } from '../../test/stored.ts'
import { openDatabase } from '../store/open.ts'
import { ROOT_TENANT } from '../store/system.ts'
import { tenantStore } from '../store/tenant.ts'

const { folder, gatehouse, json, remove } = await commandLine()
after(remove)

const now = () => Math.floor(Date.now() / 1000)

/** As if a person had signed in and consented. */
async function signedIn(subject: string): Promise<void> {
  const db = await openDatabase(`sqlite:${folder}/gatehouse.db`, () => {})
  const store = tenantStore(db, ROOT_TENANT, now)
  for (const sid of ['first', 'second']) {
    const times = { createdAt: now(), lastSeenAt: now(), expiresAt: now() + 600 }
    await store.sessions.start(aSession({ hash: sid, sid, subject, ...times }), undefined, [])
  }
  await store.grants.widen({ clientId: 'shop', subject, scope: ['openid', 'email'], details: [], newId: 'a-grant', now: now() })
  await db.close()
}

test('sessions and grants are listed and ended', async () => {
  const { sub } = await json('users create --username ada')
  await signedIn(sub)
  const sessions = await json('sessions list --user ada')
  assert.deepEqual(sessions.map(({ session }: { session: string }) => session).toSorted(), ['first', 'second'])
  assert.doesNotMatch(JSON.stringify(sessions), /hash/)
  assert.match((await gatehouse('sessions list')).out, /^session +user name +device +address +since +last seen\n(first|second) +ada/)
  assert.deepEqual(await json('sessions end first'), { session: 'first', ended: true })
  assert.equal((await json('sessions list')).length, 1)
  await json('sessions end-all ada')
  assert.deepEqual(await json('sessions list'), [])
  const [grant] = await json('grants list --user ada --client shop')
  assert.deepEqual([grant.grant, grant.client_id, grant.sub, grant.scope], ['a-grant', 'shop', sub, 'openid email'])
  assert.deepEqual(await json('grants list --client other'), [])
  assert.match((await gatehouse('grants list')).out, /^grant +client +sub +since +scope\na-grant +shop/)
  assert.deepEqual(await json('grants revoke a-grant'), { grant: 'a-grant', revoked: true })
  assert.deepEqual(await json('grants list'), [])
  const acts = (await json('audit list')).map(({ act }: { act: string }) => act)
  assert.deepEqual(acts.slice(0, 3), ['grant.revoke', 'user.sign-out', 'session.end'])
})

const refused: [line: string, status: number, message: string][] = [
  ['sessions end nothing', 1, 'there is no session nothing'],
  ['sessions end-all nobody', 1, 'there is no account nobody'],
  ['sessions list --limit 0', 2, '--limit is 1 to 10000'],
  ['grants revoke nothing', 1, 'there is no grant nothing'],
  ['sessions list --limit 10001', 2, '--limit is 1 to 10000'],
  ['grants list --limit 0', 2, '--limit is 1 to 10000'],
  ['grants list --limit 10001', 2, '--limit is 1 to 10000'],
  ['grants list --limit many', 2, '--limit is 1 to 10000'],
  ['grants list --user nobody', 1, 'there is no account nobody'],
]
for (const [line, status, message] of refused) {
  test(`refused: gatehouse ${line}`, async () => {
    const outcome = await gatehouse(line)
    assert.deepEqual([outcome.status, outcome.err.includes(message)], [status, true], outcome.err)
  })
}

test('the matrix of roles is told', async () => {
  const matrix = await json('roles list')
  assert.deepEqual(
    matrix.map(({ role, permissions }: { role: string; permissions: string[] }) => [role, permissions.includes('users:write')]),
    [
      ['viewer', false],
      ['operator', false],
      ['org_admin', true],
      ['superadmin', true],
    ],
  )
  assert.match((await gatehouse('roles list')).out, /\nusers:suspend +operator +Suspend people/)
})

const limits = { 'grants list': 10_000, 'sessions list': 10_000, 'audit list': 10_000, 'credentials issued': 10_000, 'users list': 1000 }
for (const [command, most] of Object.entries(limits))
  test(`${command} --limit is 1 to ${most}`, async () => {
    for (const limit of [1, most]) assert.equal((await gatehouse(`${command} --limit ${limit}`)).status, 0)
    for (const limit of [0, most + 1, 'all']) {
      const { status, err } = await gatehouse(`${command} --limit ${limit}`)
      assert.equal(status, 2)
      assert.match(err, new RegExp(`1 to ${most}`))
    }
  })
