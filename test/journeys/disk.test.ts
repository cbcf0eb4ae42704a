/** The disk is full: what is there can be read and taken back, the server starts, and says what is the matter. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { testApp } from '../app.ts'
import { alice, application, call, callback } from './application.ts'

const megabyte = 1024 * 1024

/** A folder on a disk of 24 MB, where this user may mount one; else an ordinary folder, which `fill` leaves as it is. */
function smallDisk(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-disk-'))
  const own = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', folder]).status === 0
  t.after(() => {
    if (own) spawnSync('umount', ['-l', folder])
    rmSync(folder, { recursive: true, force: true })
  })
  const filling = join(folder, 'filling')
  return {
    folder,
    own,
    /** Leaves `free` bytes. */
    fill(free: number) {
      if (!own) return
      const file = openSync(filling, 'w')
      try {
        for (;;) writeSync(file, Buffer.alloc(megabyte / 4))
      } catch {
        closeSync(file)
      }
      if (free === 0) return
      const spare = openSync(filling, 'r+')
      closeSync(spare)
      spawnSync('truncate', ['-s', `-${free}`, filling])
    },
    clear: () => rmSync(filling, { force: true }),
  }
}

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
