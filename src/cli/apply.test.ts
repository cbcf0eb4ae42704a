/** `gatehouse apply` and `gatehouse export`, on a database of their own. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { parse, stringify } from 'yaml'
import { type CommandLine, commandLine, type Outcome } from '../../test/command-line.ts'

let shell: CommandLine
let file: string
const chosen = 'a chosen secret of enough letters'
const gatehouse = (line: string) => shell.gatehouse(line)
const json = (line: string) => shell.json(line)

before(async () => {
  shell = await commandLine()
  file = join(shell.folder, 'declared.yaml')
})
after(() => shell.remove())

/** `typed`: a person is watching, and types it. */
function apply(declared: unknown, flags = '--yes', typed?: string): Promise<Outcome> {
  writeFileSync(file, typeof declared === 'string' ? declared : stringify(declared))
  return shell.gatehouse(`apply ${file} ${flags}`, typed, typed === undefined ? {} : { tty: 'yes', NO_COLOR: '1' })
}

const shop = { client_id: 'shop', client_name: 'Shop', redirect_uris: ['https://shop.example/callback'] }
const robot = { client_id: 'robot', grant_types: ['client_credentials'], scope: 'orders:read' }
const orders = { identifier: 'https://orders.example', name: 'Orders', scopes: { 'orders:read': 'See your orders' } }
const declared = {
  clients: [{ ...shop, token_endpoint_auth_method: 'none' }, robot],
  resources: [{ ...orders, resource_id: 'rs0', secret: 'generate' }],
}

test('shows what it would do, and does nothing unless told to', async () => {
  const { status, out, err } = await apply(declared, '')
  assert.equal(status, 1)
  assert.match(out, /^Tenant root\n {2}\+ client shop\n {6}client_name: Shop|\+ resource https:\/\/orders\.example\n/)
  assert.match(err, /nothing was changed: add --yes/)
  assert.deepEqual([await json('clients list'), await json('resources list')], [[], []])
})

test('a person is asked, and anything but yes is no', async () => {
  for (const typed of ['n\n', '\n', '', 'yesterday\n']) assert.equal((await apply(declared, '', typed)).status, 1)
  assert.deepEqual(await json('clients list'), [])
  const { status, out } = await apply({ clients: [{ ...shop, token_endpoint_auth_method: 'none' }] }, '', 'y\n')
  assert.equal(status, 0)
  assert.match(out, /Apply these changes\? \[y\/N\] Done\.\n$/)
  assert.equal((await json('clients show shop')).client_name, 'Shop')
})

test('nobody is asked when the file comes by standard input, which leaves nothing to answer with', async () => {
  const { status, out } = await shell.gatehouse('apply -', stringify({ clients: [robot] }), { tty: 'yes' })
  assert.equal(status, 1)
  assert.doesNotMatch(out, /Do it\?/)
  assert.equal((await shell.gatehouse('apply - --yes', stringify({ resources: [] }))).out, 'Nothing to do.\n')
})

test('makes it true, tells the secrets it made this once, and has nothing to do the second time', async () => {
  const { out, err } = await apply(declared)
  assert.match(out, /\n {2}1 unchanged\n/)
  assert.equal(out.match(/secret of (client robot|resource https:\/\/orders\.example) of tenant root: gth_cs_\w{49}\n/g)?.length, 2)
  assert.match(err, /note them now/)
  const again = await apply(declared)
  assert.deepEqual([again.status, again.out, again.err], [0, 'Nothing to do.\n', ''])
  assert.equal((await apply(declared, '')).status, 0, 'nothing to do needs no agreement')
  assert.equal((await json('resources show https://orders.example')).has_secret, true)
})

test('changes what differs, member by member, and what the file leaves out is as usual', async () => {
  const { out } = await apply({ clients: [{ ...robot, scope: 'orders:read orders:write', require_auth_time: true }] })
  assert.match(out, /~ client robot\n {6}scope: orders:read → orders:read orders:write\n {6}require_auth_time: \(default\) → true\nDone/)
  assert.equal((await json('clients show robot')).require_auth_time, true)
  await apply({ clients: [robot] })
  assert.deepEqual([(await json('clients show robot')).require_auth_time, (await json('clients show shop')).client_name], [false, 'Shop'])
})

test('a chosen secret, by value or in a file beside, is set once and never shown', async () => {
  writeFileSync(join(shell.folder, 'robot-secret'), `${chosen}\n`)
  for (const how of [{ client_secret: chosen }, { client_secret_file: 'robot-secret' }]) {
    const first = await apply({ clients: [{ ...robot, ...how }] })
    assert.doesNotMatch(first.out + first.err, /a chosen secret/)
    assert.equal((await apply({ clients: [{ ...robot, ...how }] })).out, 'Nothing to do.\n')
  }
  const other = await apply({ clients: [{ ...robot, client_secret: `another, ${chosen}` }] })
  assert.match(other.out, /~ client robot\n {6}secret: \*{8} \(new\)\nDone\.\n$/)
  assert.match((await apply({ clients: [{ ...robot, client_secret: chosen }] })).out, /\(new\)/)
  assert.match((await apply({ clients: [{ ...robot, client_secret: 'short' }] }, '--yes --allow-weak-secret')).out, /\(new\)/)
})

test('deletes only when told to, and only of the kinds the file has a list of', async () => {
  assert.equal((await apply({ clients: [robot] })).out, 'Nothing to do.\n')
  const { out } = await apply({ clients: [robot] }, '--yes --prune')
  assert.match(out, /- client shop\n/)
  assert.equal((await gatehouse('clients show shop')).status, 1)
  assert.equal((await json('resources list')).length, 1)
  assert.match((await apply({ resources: [] }, '--yes --prune')).out, /- resource https:\/\/orders\.example\n/)
  assert.equal((await json('clients list')).length, 1)
})

test('tenants are made and named, each with its own', async () => {
  const tenants = { acme: { name: 'Acme', clients: [robot], resources: [orders] }, plain: {} }
  assert.match(
    (await apply({ tenants })).out,
    /^Tenant acme \(new\)\n {2}\+ resource https:\/\/orders\.example\n {6}name: Orders\n[\s\S]*Tenant plain \(new\)\nDone/,
  )
  assert.equal((await apply({ tenants })).out, 'Nothing to do.\n')
  assert.match((await apply({ tenants: { acme: { name: 'Acme Ltd' } } })).out, /^Tenant acme \(named "Acme Ltd"\)\nDone/)
  assert.deepEqual(
    (await json('tenants list')).map(({ slug, name }: { slug: string; name: string }) => [slug, name]),
    [
      ['root', 'Gatehouse'],
      ['acme', 'Acme Ltd'],
      ['plain', 'plain'],
    ],
  )
  await apply({ clients: [] }, '--tenant acme --yes --prune')
  assert.deepEqual([(await json('clients list --tenant acme')).length, (await json('clients list')).length], [0, 1])
})

test('what is exported has no secret, and applied where it came from changes nothing', async () => {
  await apply({ clients: [shop, robot], resources: [{ ...orders, resource_id: 'rs0', secret: chosen, access_token_format: 'opaque' }] })
  const { out } = await gatehouse('export')
  assert.doesNotMatch(out, /gth_cs_|a chosen secret|hash/i)
  assert.deepEqual(parse(out).clients, [robot, shop])
  assert.deepEqual(parse(out).resources, [{ ...orders, resource_id: 'rs0', access_token_format: 'opaque', secret: 'generate' }])
  assert.equal(parse(out).tenants.acme.name, 'Acme Ltd')
  assert.equal((await apply(out, '--yes --prune')).out, 'Nothing to do.\n')
  const acme = await json('export --tenant acme')
  assert.deepEqual(acme.resources, [orders])
  assert.equal((await apply(acme, '--yes --tenant plain')).status, 0)
  assert.deepEqual(await json('export --tenant plain'), acme)
})

test('programs read JSON', async () => {
  const outcome = await apply({ clients: [{ ...shop, client_id: 'new' }] }, '--yes --json')
  const { tenants, secrets } = JSON.parse(outcome.out)
  assert.deepEqual([tenants[0].tenant, tenants[0].steps[0].act, secrets[0].id], ['root', 'create', 'new'])
  assert.match(secrets[0].secret, /^gth_cs_/)
})

const refused: [name: string, declared: unknown, flags: string, message: RegExp][] = [
  ['no YAML', 'clients: [', '', /declared\.yaml is not valid YAML at line 1, column \d+\n$/],
  ['a list', [], '', /declared\.yaml must be a group of settings/],
  ['an unknown name', { client: [] }, '', /client is not known/],
  ['a slug that is none', { tenants: { 'A b': {} } }, '', /must have 1 to 63 lower-case letters|tenants/],
  ['a tenant that is not there', { clients: [] }, '--tenant nowhere', /there is no tenant nowhere, or it is suspended/],
  ['a tenant twice', { clients: [], tenants: { acme: {} } }, '--tenant acme', /tenant acme is declared twice/],
  ['no client_id', { clients: [{}] }, '', /a client has no client_id/],
  ['no identifier', { resources: [{ name: 'A' }] }, '', /a resource has no identifier/],
  ['a client twice', { clients: [robot, robot] }, '', /client robot is declared twice\n$/],
  [
    'all that is wrong',
    { clients: [{ client_id: 'x' }], resources: [{ identifier: 'y' }] },
    '',
    /client x: redirect_uris at least one[\s\S]*resource y: identifier must be[\s\S]*resource y: name is missing/,
  ],
  ['an unknown member', { clients: [{ ...robot, colour: 'red' }] }, '', /colour is not known/],
  ['what the server does not offer', { clients: [{ ...robot, grant_types: ['magic'] }] }, '', /client robot: grant_types must be one of/],
  [
    'an algorithm the tenant does not sign with',
    { resources: [{ ...orders, access_token_signed_response_alg: 'PS256' }] },
    '',
    /resource https:\/\/orders\.example: access_token_signed_response_alg must be one of /,
  ],
  [
    'a chosen secret that signs',
    { clients: [{ ...robot, token_endpoint_auth_method: 'client_secret_jwt', client_secret: chosen }] },
    '',
    /client robot: client_secret_jwt signs with the secret, which is always generated: write client_secret: generate/,
  ],
  ['a weak secret', { clients: [{ ...robot, client_secret: 'weak' }] }, '', /client robot: the secret is shorter than 22 characters/],
  [
    'a secret in two places',
    { clients: [{ ...robot, client_secret: chosen, client_secret_file: 'x' }] },
    '',
    /client robot: client_secret and client_secret_file cannot be combined/,
  ],
  ['a secret that is no text', { resources: [{ ...orders, secret: 1 }] }, '', /resource https:\/\/orders\.example: secret must be text/],
  [
    'a secret file that is no path',
    { clients: [{ ...robot, client_secret_file: 1 }] },
    '',
    /client robot: client_secret_file must be a path/,
  ],
  ['a secret file that is not there', { clients: [{ ...robot, client_secret_file: 'nowhere' }] }, '', /nowhere cannot be read/],
  [
    'a secret for a client without',
    { clients: [{ ...shop, token_endpoint_auth_method: 'none', client_secret: chosen }] },
    '',
    /client shop: a client with the authentication method none has no secret/,
  ],
  [
    'one name for two resources',
    { resources: [{ ...orders, identifier: 'urn:two', resource_id: 'rs0' }] },
    '',
    /two resources would have the same resource_id; nothing was changed in it/,
  ],
]
for (const [name, wrong, flags, message] of refused) {
  test(`refused: ${name}`, async () => {
    const before = await json('export')
    const { status, err } = await apply(wrong, `--yes ${flags}`.trim())
    assert.match(err, message)
    assert.equal(status, 1)
    assert.doesNotMatch(err, /a chosen secret| at .*\.ts:\d/)
    assert.deepEqual(await json('export'), before)
  })
}

test('a suspended tenant is left alone', async () => {
  await gatehouse('tenants suspend plain')
  assert.match((await apply({ tenants: { plain: { clients: [robot] } } })).err, /there is no tenant plain, or it is suspended/)
})

test('refused: a file that is not there', async () =>
  assert.match((await gatehouse('apply nowhere.yaml')).err, /nowhere\.yaml cannot be read/))
test('refused: export of a tenant that is not there', async () =>
  assert.match((await gatehouse('export --tenant nowhere')).err, /there is no tenant nowhere/))

test('assignments are declared by name, exported, and left alone where a file does not say', async () => {
  await json('users create --username ada --email ada@example.com')
  await json('groups create --name sales')
  const assigned = { client_id: 'assigned', redirect_uris: ['https://assigned.example/'], policy: { assignment: 'required' } }
  const first = await apply({ clients: [{ ...assigned, assignments: { groups: ['Sales'], users: ['ada@example.com'] } }] })
  assert.match(first.out, /assignments\.groups: sales\n {6}assignments\.users: ada\n/)
  const names = async () => (await json('clients assignments assigned')).map(({ name }: { name: string }) => name)
  assert.deepEqual(await names(), ['sales', 'ada'])
  const exported = parse((await gatehouse('export')).out).clients.find(({ client_id }: { client_id: string }) => client_id === 'assigned')
  assert.deepEqual(exported.assignments, { groups: ['sales'], users: ['ada'] })
  assert.equal((await apply({ clients: [exported] })).out, 'Nothing to do.\n')
  assert.equal((await apply({ clients: [assigned] })).out, 'Nothing to do.\n')
  assert.equal((await apply({ clients: [{ ...assigned, assignments: { groups: ['sales'] } }] })).status, 0)
  assert.deepEqual(await names(), ['sales'])
  assert.equal((await apply({ clients: [{ ...assigned, assignments: {} }] })).status, 0)
  assert.deepEqual(await names(), [])
  const refused: [assignments: unknown, message: RegExp][] = [
    [{ groups: ['nothing'] }, /there is no group nothing/],
    [{ users: ['nobody'] }, /nobody/],
    [{ roles: [] }, /roles is not known/],
    [{ users: 'ada' }, /client assigned: assignments\.users/],
  ]
  for (const [assignments, message] of refused) assert.match((await apply({ clients: [{ ...assigned, assignments }] })).err, message)
  const abroad = await apply({ tenants: { fresh: { clients: [{ ...assigned, assignments: { users: ['ada'] } }] } } })
  assert.match(abroad.err, /client assigned: a tenant that is created has nobody to assign/)
})
