/** The guide to backups: what it says about SQLite is done, and the backup restored. */
import assert from 'node:assert/strict'
import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { commandLine } from '../test/command-line.ts'
import { textOf } from './documents.ts'

const [, copy = ''] = /^sqlite3 gatehouse\.db "(.*)"$/m.exec(textOf('docs/guide/backup.md')) ?? []
const [, shrink = ''] = /`sqlite3 gatehouse\.db "([^"]*)"`/.exec(textOf('docs/guide/backup.md')) ?? []

test('a copy of the running database is whole, and of its moment', async (t) => {
  const line = await commandLine()
  t.after(() => line.remove())
  const path = (name: string) => join(line.folder, name)
  const open = (work: (database: DatabaseSync) => void) => {
    const database = new DatabaseSync(path('gatehouse.db'))
    work(database)
    database.close()
  }
  await line.json('users create --username before --random-password')
  open((database) => {
    const reader = new DatabaseSync(path('gatehouse.db')) // as the server has it
    database.exec(copy.replace('gatehouse-backup.db', path('gatehouse-backup.db')))
    assert.throws(() => database.exec(copy.replace('gatehouse-backup.db', path('gatehouse-backup.db'))), /already exists/)
    reader.close()
  })
  await line.json('users create --username after')
  for (const name of ['gatehouse.db', 'gatehouse.db-wal', 'gatehouse.db-shm']) rmSync(path(name), { force: true })
  copyFileSync(path('gatehouse-backup.db'), path('gatehouse.db'))
  assert.match((await line.gatehouse('migrate --dry-run')).out, /up to date/)
  assert.equal((await line.json('users show before')).has_password, true)
  assert.equal((await line.gatehouse('users show after')).status, 1)
  assert.ok((await line.json('keys list')).signing_keys.length > 0)
  open((database) => database.exec(shrink))
  assert.equal((await line.json('users show before')).username, 'before')
})

test('a backup without its key is of no use', async (t) => {
  const line = await commandLine()
  t.after(() => line.remove())
  await line.json('keys list')
  rmSync(join(line.folder, 'key-encryption-key'), { force: true })
  const { status, err } = await line.gatehouse('keys list')
  assert.equal(status, 78)
  assert.match(err, /key/)
})
