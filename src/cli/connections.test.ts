/** `gatehouse connections`: a connection from its creation to its removal, and its secret, which nobody sees again. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { parse, stringify } from 'yaml'
import { type CommandLine, commandLine } from '../../test/command-line.ts'
import { openDatabase } from '../store/open.ts'
import { tenantStore } from '../store/tenant.ts'

let shell: CommandLine
before(async () => {
  shell = await commandLine()
})
after(() => shell.remove())

const secret = 'a secret of the provider'
const google = { name: 'google', preset: 'google', client_id: 'id.apps.example' }

test('a connection lives: set up with a secret, shown without it, changed, removed', async () => {
  const create =
    'connections create --name google --preset google --client-id id.apps.example --client-secret-file - --sign-in-sign-up open'
  const { status, out, err } = await shell.gatehouse(create, `${secret}\n`)
  assert.equal(status, 0, err)
  assert.doesNotMatch(out, /a secret/)
  const shown = await shell.json('connections show google')
  assert.deepEqual(
    [shown.has_secret, shown.redirect_uri, shown.sign_in.sign_up, shown.vault.enabled],
    [true, 'http://localhost:8000/connections/google/callback', 'open', false],
  )
  const changed = await shell.json('connections update google --vault-enabled --label Googly --sign-in-claims \'{"nickname": "name"}\'')
  assert.deepEqual([changed.vault.enabled, changed.label, changed.sign_in.sign_up, changed.has_secret], [true, 'Googly', 'open', true])
  assert.deepEqual(changed.sign_in.claims, { nickname: 'name' })
  assert.equal((await shell.json('connections update google --unset label')).label, undefined)
  assert.match((await shell.gatehouse('connections list')).out, /google +google +yes +https:\/\/accounts\.google\.com +id\.apps\.example/)
  await shell.json('connections set-secret google --remove')
  assert.equal((await shell.json('connections show google')).has_secret, false)
  await shell.json('connections delete google')
  assert.equal((await shell.gatehouse('connections show google')).status, 1)
})

test('the presets are listed', async () => {
  const { out } = await shell.gatehouse('connections presets')
  for (const name of ['keycloak', 'google', 'entra', 'github', 'gitlab', 'slack', 'apple', 'openid', 'oauth2'])
    assert.match(out, new RegExp(`^${name} `, 'm'))
})

test('a connection that cannot be right is found out, and the command fails', async () => {
  const created = await shell.gatehouse('connections create --name down --issuer http://localhost:1 --client-id gatehouse')
  assert.match(created.err, /no client secret yet: gatehouse connections set-secret down /)
  const { status, out } = await shell.gatehouse('connections check down')
  assert.equal(status, 1)
  assert.match(out, /^Redirect URI: http:\/\/localhost:8000\/connections\/down\/callback\nproblem {2}http:\/\/localhost:1\/\.well-known/)
  await shell.json('connections delete down')
})

const refused: readonly [line: string, message: RegExp][] = [
  ['connections create --name google --preset google', /--client-id is missing/],
  ['connections create --name G --preset google --client-id x', /--name must be 1 to 63 lower-case letters/],
  ['connections create --name kc --preset keycloak --client-id x', /--issuer is missing: this preset needs it/],
  ['connections create --name a --preset apple --client-id x', /--team-id is missing: this preset needs it/],
  ['connections create --name x --issuer https://x.example --client-id x --client-secret-file nowhere', /nowhere cannot be read/],
  ['connections create --name x --issuer https://x.example --client-id x --client-secret-file -', /the client secret is empty/],
  ['connections create --file - --client-secret-file -', /both read standard input/],
  ['connections update nothing --label x', /there is no connection nothing/],
  ['connections show nothing', /there is no connection nothing/],
  ['connections delete nothing', /there is no connection nothing/],
  ['connections check nothing', /there is no connection nothing/],
  ['connections set-secret nothing --remove', /there is no connection nothing/],
  ['connections set-secret nothing', /give either --client-secret-file or --remove/],
]
for (const [line, message] of refused)
  test(`refused: ${line}`, async () => {
    const { status, err } = await shell.gatehouse(line)
    assert.notEqual(status, 0)
    assert.match(err, message)
  })

test('a name is taken once, and stays', async () => {
  await shell.json('connections create --name staff --issuer https://sso.example --client-id gatehouse')
  assert.match(
    (await shell.gatehouse('connections create --name staff --issuer https://sso.example --client-id x')).err,
    /there is a connection staff already/,
  )
  assert.match((await shell.gatehouse('connections update staff --name other')).err, /name cannot be changed/)
})

test('a file declares connections, and an export is such a file: without secrets, which stay', async () => {
  const file = join(shell.folder, 'connections.yaml')
  const apply = async (connections: object[], flags = '--yes') => {
    writeFileSync(file, stringify({ connections }))
    return shell.gatehouse(`apply ${file} ${flags}`)
  }
  const first = await apply([{ ...google, client_secret: secret, sign_in: { sign_up: 'open' } }])
  assert.equal(first.status, 0, first.err)
  assert.match(first.out, /\+ connection google\n/)
  assert.match(first.out, /secret: \*{8} \(new\)/)
  assert.doesNotMatch(first.out, /a secret/)
  assert.equal((await apply([{ ...google, client_secret: secret, sign_in: { sign_up: 'open' } }])).out, 'Nothing to do.\n')
  const other = [{ ...google, client_secret: 'another secret', sign_in: { sign_up: 'open' } }]
  assert.equal((await apply(other)).out, 'Tenant root\n  ~ connection google\n      secret: ******** (new)\nDone.\n')
  assert.equal((await apply(other)).out, 'Nothing to do.\n')
  const { out } = await shell.gatehouse('export')
  assert.doesNotMatch(out, /a secret|another secret/)
  const exported = parse(out).connections
  assert.deepEqual(exported[0], { ...google, sign_in: { sign_up: 'open' } })
  assert.equal((await apply(exported, '--yes --prune')).out, 'Nothing to do.\n')
  assert.match((await apply([{ ...google, client_secret: 'another' }])).out, /~ connection google\n +sign_in/)
  assert.equal((await shell.json('connections show google')).has_secret, true)
  assert.match((await apply([], '--yes --prune')).out, /- connection google/)
  assert.deepEqual(await shell.json('connections list'), [])
  for (const [entry, message] of [
    [{ preset: 'google' }, /a connection has no name/],
    [{ name: 'x', client_id: 'x' }, /connection x: issuer is missing/],
    [{ ...google, client_secret: 1 }, /connection google: client_secret must be text/],
    [{ ...google, client_secret: 'x', client_secret_file: 'y' }, /cannot be combined/],
    [{ ...google, magic: true }, /magic is not known/],
  ] as const)
    assert.match((await apply([entry])).err, message)
  assert.match((await apply([google, google])).err, /connection google is declared twice/)
})

test('a client newly names no connection that does not exist, by a command or by a file', async () => {
  const create = `clients create --client-id agent --redirect-uris https://agent.example/cb --connections '{"files": "read"}'`
  assert.match((await shell.gatehouse(create)).err, /connections names a connection that does not exist/)
  await shell.json('connections create --name files --issuer https://files.example --client-id gatehouse')
  assert.equal((await shell.gatehouse(create)).status, 0)
  const update = (connections: object) => shell.gatehouse(`clients update agent --connections '${JSON.stringify(connections)}'`)
  assert.match((await update({ other: 'read' })).err, /connections names a connection that does not exist/)
  assert.equal((await update({ files: 'write' })).status, 0)
  const file = join(shell.folder, 'agent.yaml')
  const apply = (declared: object, flags = '--yes') => {
    writeFileSync(file, stringify(declared))
    return shell.gatehouse(`apply ${file} ${flags}`)
  }
  const agent = { client_id: 'agent', redirect_uris: ['https://agent.example/cb'], client_secret: 'generate' }
  const other = { name: 'other', issuer: 'https://other.example', client_id: 'gatehouse' }
  const clients = [{ ...agent, connections: { other: 'read', files: 'read' } }]
  const wrong = /client agent: there is no connection other: declare it too, or correct the name/
  assert.match((await apply({ clients })).err, wrong)
  assert.match((await apply({ clients, connections: [other] }, '--yes --prune')).err, /client agent: there is no connection files/)
  assert.equal((await apply({ clients, connections: [other] })).status, 0)
  await shell.json('connections delete files')
  assert.equal((await apply({ clients })).out, 'Nothing to do.\n', 'a client that stays as it is may name one that is gone')
  await shell.json('clients delete agent')
  await shell.json('connections delete other')
})

test('hole 5: a connection in use is not changed to lead to another provider, by a command or by a file', async () => {
  await shell.json('connections create --name used --issuer https://sso.example --client-id gatehouse')
  const { sub } = await shell.json('users create --username connected --email connected@example.com --random-password')
  const db = await openDatabase(`sqlite:${join(shell.folder, 'gatehouse.db')}`)
  const identity = { connection: 'used', upstreamSubject: 'x', subject: sub, label: undefined, createdAt: 1, lastUsedAt: undefined }
  await tenantStore(db, 'root', () => 1).upstreamIdentities.link(identity)
  await db.close()
  const reason =
    /accounts or tokens of its present provider depend on connection used: create another one for another provider, or delete it/
  const refused = await shell.gatehouse('connections update used --issuer https://other.example')
  assert.deepEqual([refused.status, reason.test(refused.err)], [1, true], refused.err)
  const file = join(shell.folder, 'moved.yaml')
  writeFileSync(file, stringify({ connections: [{ name: 'used', issuer: 'https://other.example', client_id: 'gatehouse' }] }))
  const applied = await shell.gatehouse(`apply ${file} --yes`)
  assert.match(applied.err, reason)
  assert.match(applied.err, /nothing was changed in it/)
  assert.equal((await shell.json('connections show used')).issuer, 'https://sso.example')
  assert.equal((await shell.gatehouse('connections update used --label Used')).status, 0)
})
