/** 7: the key-encryption key changes without losing anything, and none goes while something needs it. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { commandLine } from '../../test/command-line.ts'

const { folder, gatehouse, remove } = await commandLine()
after(remove)

const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text, { mode: 0o600 })
  return join(folder, name)
}
const oldKey = file('old', randomBytes(32).toString('base64'))
const newKey = file('new', randomBytes(32).toString('base64'))
const settings = (keys: string) =>
  file('gatehouse.yaml', `issuer: http://localhost:8000\ndatabase_url: sqlite:${join(folder, 'gatehouse.db')}\n${keys}`)
const run = (line: string, input = '') => gatehouse(`${line} --config ${join(folder, 'gatehouse.yaml')}`, input)
const done = async (line: string, input = '') => {
  const outcome = await run(line, input)
  assert.equal(outcome.status, 0, outcome.err)
  return outcome
}
const json = async (line: string) => JSON.parse((await done(`${line} --json`)).out)
const encryptionKeys = async (): Promise<{ key_id: string; state: string; sealed_values: number }[]> =>
  (await json('keys list')).key_encryption_keys

const chosen = 'a secret that was chosen, of 32 characters and more'

test('7: the old key is counted, refused to go while it is needed, and needed no more after keys reseal', async () => {
  settings(`key_encryption_key_file: ${oldKey}\n`)
  const client = '--client-id hs --grant-types client_credentials --scope read --access-token-signed-response-alg HS256'
  await done(`clients create ${client}`)
  await done('clients signing-secret hs --set-stdin', chosen)
  const oldId = (await encryptionKeys())[0]!.key_id

  settings(`key_encryption_key_file: ${newKey}\nprevious_key_encryption_key_files: [${oldKey}]\n`)
  const before = await encryptionKeys()
  assert.deepEqual([before[0]?.state, before[1]?.key_id, before[1]?.state], ['current', oldId, 'previous'])
  assert.ok(before[1]!.sealed_values >= 1, 'the chosen secret')
  assert.match((await done('keys list')).out, new RegExp(`${oldId} +previous +[1-9]\\d*\nRun "gatehouse keys reseal"`))
  assert.match((await done('config check')).out, new RegExp(`is sound[^]*${oldId} +previous +[1-9]`))

  settings(`key_encryption_key_file: ${newKey}\n`)
  const needed = new RegExp(`  - [1-9]\\d* values? in the database can be opened only with key-encryption key ${oldId}`)
  for (const line of ['serve', 'config check', 'dev']) {
    const { status, err } = await run(line)
    assert.deepEqual([status, needed.test(err), / at .*\.ts:/.test(err)], [78, true, false], `${line}: ${err}`)
  }
  const secret = await run('clients signing-secret hs')
  assert.deepEqual([secret.status, secret.err.includes(oldId), / at .*\.ts:/.test(secret.err)], [78, true, false], secret.err)

  settings(`key_encryption_key_file: ${newKey}\nprevious_key_encryption_key_files: [${oldKey}]\n`)
  const { out, err } = await done('keys reseal')
  assert.match(out, /^\d+ values are sealed anew under key-encryption key [0-9a-f]{16}\.\n$/)
  assert.match(err, /^(\d+) of \1\n/m)
  assert.equal((await encryptionKeys())[1]?.sealed_values, 0)

  settings(`key_encryption_key_file: ${newKey}\n`)
  assert.deepEqual((await encryptionKeys()).length, 1)
  assert.match((await done('clients signing-secret hs')).out, new RegExp(chosen))
  assert.match((await done('config check')).out, /is sound/)
})
