/** What the operator does by the command line is in the audit log: each command, and how it is read back. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { Command } from 'commander'
import { testApp } from '../../test/app.ts'
import { commandLine } from '../../test/command-line.ts'
import { filledIn, masked, transcript, writeInputs } from '../../test/transcript.ts'
import { program } from './program.ts'
import type { Terminal } from './terminal.ts'

const line = await commandLine()
const { folder, gatehouse, json } = line
after(line.remove)

/** These change nothing of a tenant, or (serving, migrating) do not do it for anyone. */
const readers =
  /^(dev|serve|migrate|export|credentials (issued|requests)|config .*|audit .*|\S+ (list|show|check|presets|secrets|assignments|sessions|roles)|roles|users invitations|keys list|clients logout-test|webhooks test|streams verify|federation (?:show|list|keys|resolve|trust-marks)|users factors|version|.* --help)$/

const silent: Terminal = { env: {}, stdin: (async function* () {})(), stdout: { write: () => {} }, stderr: { write: () => {} } }
const leaves = (command: Command, path = ''): string[] =>
  command.commands.length > 0 ? command.commands.flatMap((inner) => leaves(inner, `${path} ${inner.name()}`.trim())) : [path]

writeInputs(folder)

/** What these need cannot be made by command: see user-factors.test.ts and administration.test.ts. */
const elsewhere = [
  ...['approve', 'deny', 'suspend', 'resume', 'revoke'].map((name) => `credentials ${name}`),
  'vault delete',
  'streams delete',
  'vault reseal',
  'vault import',
  'users remove-factors',
  'sessions end',
  'grants revoke',
]

test('every command that changes something is in the transcript', async () => {
  const tried = [...transcript.map(({ command }) => command), ...elsewhere]
  const missing = leaves(await program(silent, [])).filter(
    (path) => !readers.test(path) && !tried.some((command) => command.startsWith(path)),
  )
  assert.deepEqual(missing, [])
})

let known = 0
for (const { command, printed, noted } of transcript) {
  test(`${command.split(' --')[0]} says what there is or what it did, and that is noted`, async () => {
    const { status, out, err } = await gatehouse(await filledIn(command, line), '', { USER: 'root', SUDO_USER: 'grace' })
    assert.equal(status, 0, err)
    assert.equal(masked(out + err, folder, printed), printed)
    const entries = await exported()
    const fresh = entries.slice(known)
    known = entries.length
    const shown = fresh.map(({ act, target, detail }) => `${act} ${target.type} ${target.id} ${JSON.stringify(detail)}`)
    assert.equal(masked(shown.join('\n'), folder, noted), noted)
    for (const { by, outcome } of fresh) assert.deepEqual([by, outcome], [{ type: 'operator', id: 'grace' }, 'success'])
  })
}

async function exported() {
  const { out } = await gatehouse('audit export')
  return out
    .trim()
    .split('\n')
    .map((entry) => JSON.parse(entry))
}

test('what is refused is not noted as done', async () => {
  const before = (await exported()).length
  assert.equal((await gatehouse('users delete nobody')).status, 1)
  assert.equal((await exported()).length, before)
})

test('the list is for people: the newest first, filtered by login, act, outcome and age', async () => {
  await json('users create --sub eve-sub --username eve')
  await json('users suspend eve')
  assert.deepEqual(
    (await json('audit list --about eve')).map(({ act }: { act: string }) => act),
    ['user.status', 'user.create'],
  )
  assert.equal((await json('audit list --about eve --act user.create')).length, 1)
  assert.equal((await json('audit list --limit 3')).length, 3)
  assert.deepEqual(await json('audit list --outcome failure'), [])
  assert.deepEqual(await json('audit list --until 1d'), [])
  assert.match((await gatehouse('audit list --about eve')).out, /user\.status +operator \S+ +eve$/m)
  for (const limit of [0, 10_001]) assert.match((await gatehouse(`audit list --limit ${limit}`)).err, /--limit is 1 to 10000/)
  assert.match((await gatehouse('audit list --act user.praise')).err, /Allowed choices are/)
})

test('of what was refused the list says why, who was meant and from where', async () => {
  const app = await testApp('sqlite', { DATABASE_URL: `sqlite:${join(folder, 'gatehouse.db')}`, DATA_DIR: folder })
  const refused = { act: 'user.sign-in', outcome: 'failure', detail: { reason: 'wrong_password', login: 'eve' } } as const
  await app.root.recordAudit([refused], { requestId: 'r', address: '192.0.2.7' })
  await app.close()
  assert.match((await gatehouse('audit list --outcome failure')).out, /user\.sign-in \(refused\) +wrong_password +eve +192\.0\.2\.7$/m)
})
