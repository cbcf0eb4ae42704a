/** `gatehouse vault`: the tokens of an Auth Manager are taken over under their ids, listed without being shown, sealed anew and removed. */
import assert from 'node:assert/strict'
import { createCipheriv, randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, test } from 'node:test'
import { type CommandLine, commandLine } from '../../test/command-line.ts'

let shell: CommandLine
let from: string
let keyFile: string
const key = randomBytes(32)
const ids = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222', '33333333-3333-4333-8333-333333333333']

/** As the Auth Manager seals it. */
function sealed(text: string, by = key) {
  const iv = randomBytes(16)
  const cipher = createCipheriv('aes-256-cbc', by, iv)
  return { text: cipher.update(text, 'utf8', 'hex') + cipher.final('hex'), iv: iv.toString('hex') }
}

before(async () => {
  shell = await commandLine()
  const file = join(shell.folder, 'auth-manager.db')
  from = `sqlite:${file}`
  keyFile = join(shell.folder, 'auth-manager.key')
  writeFileSync(keyFile, `${key.toString('hex')}\n`)
  const old = new DatabaseSync(file)
  old.exec('create table auth_vault (id text, user_id text, token_type text, encrypted_token text, iv text, session_state_id text)')
  const add = old.prepare('insert into auth_vault values (?, ?, ?, ?, ?, ?)')
  const rows = [
    sealed('offline token of ada'.replaceAll(' ', '-')),
    sealed('refresh-token-of-ada'),
    sealed('sealed-by-another', randomBytes(32)),
  ]
  for (const [i, { text, iv }] of rows.entries()) add.run(ids[i]!, 'ada', i === 1 ? 'REFRESH' : 'OFFLINE', text, iv, `session ${i}`)
  old.close()
  await shell.json(
    'connections create --name keycloak --preset keycloak --issuer https://sso.example/realms/x --client-id auth --vault-enabled',
  )
})
after(() => shell.remove())

const imported = (more = '') => shell.gatehouse(`vault import --from ${from} --connection keycloak ${more} --json`)

test('tokens of an Auth Manager are taken over once, and what does not open is told', async () => {
  const first = await imported(`--key-file ${keyFile}`)
  assert.deepEqual(JSON.parse(first.out), { imported: 2, known: 0, failed: 1 })
  assert.deepEqual([first.status, first.err], [1, 'error: 1 tokens do not open with this key\n'])
  const again = await shell.gatehouse(`vault import --from ${from} --connection keycloak --json`, '', {
    AUTH_MANAGER_TOKEN_VAULT_ENCRYPTION_KEY: key.toString('hex'),
  })
  assert.deepEqual(JSON.parse(again.out), { imported: 0, known: 2, failed: 1 })
  writeFileSync(`${keyFile}-other`, `${randomBytes(32).toString('hex')}\n`)
  const other = await imported(`--key-file ${keyFile}-other`)
  assert.deepEqual(JSON.parse(other.out), { imported: 0, known: 2, failed: 1 }, 'what is there is not opened')
})

test('they are listed without the tokens, sealed anew, and removed', async () => {
  const found = await shell.json('vault list --connection keycloak')
  assert.deepEqual(found.map(({ owner_type, owner, kind }: Record<string, string>) => `${owner_type} ${owner} ${kind}`).toSorted(), [
    'upstream ada offline',
    'upstream ada refresh',
  ])
  const { out } = await shell.gatehouse('vault list')
  assert.match(out, /keycloak +upstream ada/)
  assert.doesNotMatch(out, /token-of-ada/)
  assert.deepEqual(await shell.json('vault reseal'), { resealed: 0, failed: 0 })
  const { id } = found[0]
  const removed = await shell.gatehouse(`vault delete ${id}`)
  assert.deepEqual([removed.status, removed.out], [0, `Entry ${id} is deleted, but the provider was not told.\n`])
  assert.equal((await shell.gatehouse(`vault delete ${id}`)).status, 1)
  assert.equal((await shell.json('vault list')).length, 1)
})

const refused: readonly [line: string, message: RegExp][] = [
  ['vault import --from mysql://x --connection keycloak', /--from begins with postgres:\/\/ or sqlite:/],
  ['vault import --from FROM --connection nobody', /there is no connection nobody/],
  ['vault import --from FROM --connection keycloak', /the key of the Auth Manager is 64 hexadecimal digits/],
  ['vault delete nothing', /there is no entry nothing/],
  ['vault list --user nobody', /there is no account nobody/],
]
for (const [line, message] of refused)
  test(`refused: ${line}`, async () => {
    const { status, err } = await shell.gatehouse(line.replace('FROM', from))
    assert.notEqual(status, 0)
    assert.match(err, message)
  })

test('a database without such a table is told', async () => {
  const empty = join(shell.folder, 'empty.db')
  new DatabaseSync(empty).close()
  const { err } = await shell.gatehouse(`vault import --from sqlite:${empty} --connection keycloak --key-file ${keyFile}`)
  assert.match(err, /has no table auth_vault/)
})
