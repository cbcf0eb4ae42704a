import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { Command } from 'commander'
import { commandLine } from '../../test/command-line.ts'
import { program } from './program.ts'
import type { Terminal } from './terminal.ts'

const { folder, gatehouse, json, remove } = await commandLine()
after(remove)

const silent: Terminal = { env: {}, stdin: (async function* () {})(), stdout: { write: () => {} }, stderr: { write: () => {} } }
const leaves = (command: Command, path = ''): string[] =>
  command.commands.length > 0 ? command.commands.flatMap((inner) => leaves(inner, `${path} ${inner.name()}`.trim())) : [path]

for (const path of leaves(await program(silent, []))) {
  test(`${path} --help tells what it does, with an example`, async () => {
    const { status, out } = await gatehouse(`${path} --help`)
    assert.equal(status, 0)
    assert.match(out, new RegExp(`Usage: gatehouse ${path}`))
    assert.match(out, new RegExp(`Examples:\n  \\$ gatehouse ${path}`))
  })
}

const bcrypt = '$2b$05$abcdefghijklmnopqrstuuqqY3N4TVj6Uf1Pb8ccAuXOCIF0PkrEy' // of "imported secret"
const refused: [line: string, status: number, message: string][] = [
  ['', 2, 'Usage: gatehouse'],
  ['usres', 2, "unknown command 'usres'\n(Did you mean users?)"],
  ['users change ada', 2, "unknown command 'change'\n(Did you mean update?)"],
  ['groups change crew', 2, "unknown command 'change'\n(Did you mean update?)"],
  ['groups remove crew', 2, "unknown command 'remove'\n(Did you mean delete?)"],
  ['attributes remove team', 2, "unknown command 'remove'\n(Did you mean delete?)"],
  ['tenants set root', 2, "unknown command 'set'\n(Did you mean update?)"],
  ['clients get shop', 2, "unknown command 'get'\n(Did you mean show?)"],
  ['clients shwo shop', 2, "unknown command 'shwo'\n(Did you mean show?)"],
  ['users create --usrname x', 2, "unknown option '--usrname'\n(Did you mean --username?)"],
  ['users show', 2, "missing required argument 'login'"],
  ['users create --username x --random-password --password-stdin', 2, '--password-stdin and --random-password cannot be combined'],
  ['users create --username x --password-stdin --file -', 2, '--password-stdin and --file - both read standard input'],
  [
    "users create --username 'a  b' --email x",
    1,
    '--username must be 1 to 254 characters, with single spaces at most\nerror: --email is not a valid email address',
  ],
  ['users create', 1, '--username is missing'],
  ['users create --username x --password-hash abc', 1, 'The hash is not a supported hash of argon2, bcrypt, scrypt or PBKDF2'],
  [`users create --username x --password-hash ${bcrypt} --random-password`, 2, '--password-hash cannot be combined'],
  ['users create --file nowhere.json', 1, 'nowhere.json cannot be read'],
  ['users create --file -', 1, '- does not hold a JSON object'],
  ['users show nobody', 1, 'there is no account nobody'],
  ['users delete nobody', 1, 'there is no account nobody'],
  ['users factors nobody', 1, 'there is no account nobody'],
  ['users remove-factors nobody', 1, 'there is no account nobody'],
  ['tenants update root --second-factor maybe', 2, 'Allowed choices are optional, required'],
  ['users list --tenant nowhere', 1, 'there is no tenant nowhere, or it is suspended'],
  ['clients create --client-name X', 1, '--redirect-uris at least one is needed'],
  ['clients create --for spring', 1, 'where spring expects people back, such as https://YOUR-APP/login/oauth2/code/gatehouse'],
  ['clients create --for go', 1, '--redirect-uris is missing: where go expects people back, such as https://YOUR-APP/callback'],
  ['clients create --redirect-uris http://x.example', 1, 'entry 1 of --redirect-uris must be https'],
  [
    'clients create --redirect-uris https://a.example/ --token-endpoint-auth-method attest_jwt_client_auth',
    1,
    'private_key_jwt: no enabled feature serves more',
  ],
  ['clients create --grant-types magic', 1, '--grant-types must be one of'],
  ['clients create --redirect-uris https://x.example --profile best', 2, '--profile must be one of oauth21, fapi2'],
  [
    'clients create --redirect-uris https://x.example --token-endpoint-auth-method client_secret_jwt --secret 1234567890123456789012',
    1,
    'a client with client_secret_jwt signs with its secret, which is always generated: leave --secret and --secret-hash out',
  ],
  ['clients create --redirect-uris https://x.example --secret short', 1, 'the secret is shorter than 22 characters'],
  [
    'clients create --redirect-uris https://x.example --token-endpoint-auth-method none --secret 1234567890123456789012',
    1,
    'a client with the authentication method none has no secret',
  ],
  ['clients show nothing', 1, 'there is no client nothing'],
  ['clients update nothing', 1, 'there is no client nothing'],
  ['clients delete nothing', 1, 'there is no client nothing'],
  ['clients rotate-secret nothing', 1, 'there is no client nothing'],
  ['resources create --identifier orders', 1, '--identifier must be an absolute URI without a fragment\nerror: --name is missing'],
  ['resources delete https://nothing.example', 1, 'there is no resource https://nothing.example'],
  ['keys rotate --alg HS256', 2, "argument 'HS256' is invalid"],
  ['keys rotate --alg PS256', 1, 'PS256 is not in keys.algs'],
  ['keys revoke nothing', 1, 'there is no key nothing'],
  ['tenants create Root', 2, 'a slug has 1 to 63 lower-case letters'],
  ['tenants create root', 2, 'is not "root"'],
  ['tenants suspend nowhere', 1, 'there is no tenant nowhere'],
  ['config check', 78, 'key_encryption_key_file is missing'],
  ['config show --config nowhere.yaml', 78, 'nowhere.yaml does not exist'],
  ['serve', 78, 'issuer is missing'],
  ['dev --port high', 78, 'listen.port must be a whole number — correct --port'],
]

for (const [line, status, message] of refused) {
  test(`refused: gatehouse ${line}`, async () => {
    const outcome = await gatehouse(line)
    assert.ok((outcome.out + outcome.err).includes(message), outcome.out + outcome.err)
    assert.equal(outcome.status, status)
    assert.doesNotMatch(outcome.err, / at .*\.ts:\d/)
  })
}

test('refused: a policy that no enabled feature serves', async () => {
  const line = 'clients create --redirect-uris https://x.example --policy-signed-requests required'
  const { status, err } = await gatehouse(line, '', {
    GATEHOUSE_FEATURES_REQUEST_OBJECTS: 'false',
    GATEHOUSE_FEATURES_REQUEST_URIS: 'false',
  })
  assert.equal(status, 1)
  assert.match(err, /--policy-signed-requests must be one of optional: no enabled feature serves more/)
})

test('an account lives: made, shown, suspended, resumed, given a password, deleted', async () => {
  const made = await json(
    "users create --username ada --email ada@example.com --given-name Ada --address-country 'New Zealand' --random-password",
  )
  assert.match(made.password, /^[a-z2-9]{4}(-[a-z2-9]{4}){4}$/)
  assert.deepEqual(made.claims, { given_name: 'Ada', address: { country: 'New Zealand' } })
  assert.match((await gatehouse('users create --username ADA')).err, /another account has this sub, user name or email address/)
  assert.equal((await json('users suspend ada@example.com')).status, 'suspended')
  const shown = await json('users show Ada')
  assert.deepEqual([shown.sub, shown.status, shown.has_password], [made.sub, 'suspended', true])
  assert.doesNotMatch(JSON.stringify(shown), /argon2/)
  await json('users resume ada')
  assert.equal((await json('users set-password ada --password-stdin', 'correct horse battery\n')).sub, made.sub)
  assert.equal((await json('users show ada')).password_is_temporary, false)
  await json('users set-password ada --random-password --temporary')
  assert.equal((await json('users show ada')).password_is_temporary, true)
  assert.match((await gatehouse('users list')).out, /^user name.*\n(.*\n)*ada +ada@example.com +active/)
  await json('users delete ada')
  assert.equal((await gatehouse('users show ada')).status, 1)
})

test('accounts are listed by pages, as far as they match', async () => {
  assert.equal((await gatehouse('tenants create crowd --name Crowd')).status, 0)
  const users = (line: string) => gatehouse(`users ${line} --tenant crowd`)
  for (const name of ['ada', 'bob', 'cleo']) assert.equal((await users(`create --username ${name} --email ${name}@example.com`)).status, 0)
  await users('suspend bob')
  const names = async (flags: string) =>
    JSON.parse((await users(`list --json ${flags}`)).out).map((one: { username: string }) => one.username)
  assert.deepEqual(await names('--sort -username'), ['cleo', 'bob', 'ada'])
  assert.deepEqual(await names('--search BOB@'), ['bob'])
  assert.deepEqual(await names('--status active --role viewer'), ['ada', 'cleo'])
  const page = await users('list --limit 2 --page 2')
  assert.match(page.out, /^user name .*\ncleo /)
  assert.equal(page.err, 'Page 2 of 2, of 3 accounts. See another one with --page.\n')
  assert.match((await users('list --limit 0')).err, /It is 1 to 1000\./)
  assert.match((await users('list --role king')).err, /Allowed choices are viewer, operator, org_admin, superadmin/)
})

test('version tells what a report of a fault needs', async () => {
  assert.deepEqual(Object.keys(await json('version')), ['gatehouse', 'node', 'platform'])
})

test('an account can come from a file, with a chosen subject; flags win', async () => {
  const file = JSON.stringify({ sub: 'chosen', username: 'bob', claims: { name: 'Bob', nickname: 'B' } })
  const made = await json('users create --file - --name Robert', file)
  assert.deepEqual([made.sub, made.claims, made.has_password], ['chosen', { name: 'Robert', nickname: 'B' }, false])
})

test('a client lives: made, shown, updated, deleted', async () => {
  const made = await json(
    'clients create --client-id shop --client-name Shop --redirect-uris https://a.example/x https://b.example/y --profile legacy',
  )
  assert.match(made.client_secret, /^gth_cs_/)
  assert.deepEqual(made.redirect_uris, ['https://a.example/x', 'https://b.example/y'])
  assert.equal(made.policy.pkce, 'optional')
  assert.match(
    (await gatehouse('clients create --client-id shop --redirect-uris https://a.example')).err,
    /a client shop is registered already/,
  )
  await json('clients update shop --policy-code-lifetime 30 --require-auth-time')
  await json('clients update shop --unset client_name')
  const { client_secret: _, client_name: __, ...rest } = made
  assert.deepEqual(await json('clients show shop'), { ...rest, require_auth_time: true, policy: { ...made.policy, code_lifetime: 30 } })
  assert.match((await gatehouse('clients update shop --client-id other')).err, /client_id cannot be changed/)
  assert.doesNotMatch((await gatehouse('clients show shop')).out, /secret(?!_basic|_method)/i)
  await json('clients delete shop')
  assert.equal((await gatehouse('clients show shop')).status, 1)
})

test('a client can come from a file, with a chosen secret that is not said to be new', async () => {
  const path = join(folder, 'client.json')
  writeFileSync(path, JSON.stringify({ client_id: 'filed', grant_types: ['client_credentials'], client_secret: 'a secret of 22 letters' }))
  const { out, err } = await gatehouse(`clients create --file ${path} --json`)
  assert.equal(JSON.parse(out).client_secret, 'a secret of 22 letters')
  assert.equal(err, '')
})

test('a tenant has lifetimes of its own until it goes back', async () => {
  await json('tenants create brief')
  assert.deepEqual((await json('tenants update brief --lifetimes-access-token 60')).lifetimes, { access_token: 60 })
  assert.match((await gatehouse('tenants show brief')).out, /^lifetimes\.access_token +60$/m)
  assert.match((await gatehouse('tenants show nowhere')).err, /there is no tenant nowhere/)
  assert.deepEqual((await json('tenants update brief --unset lifetimes')).lifetimes, {})
  const emailOf = async () => (await json('tenants list')).find(({ slug }: { slug: string }) => slug === 'brief').sign_up_email
  for (const [change, kept] of [
    ['--sign-up-email verified', 'verified'],
    ['--unset sign_up_email', undefined],
  ]) {
    await json(`tenants update brief ${change}`)
    assert.equal(await emailOf(), kept)
  }
  assert.match((await gatehouse('tenants update brief --sign-up-email none')).err, /Allowed choices are private, verified, unverified/)
  assert.match((await gatehouse('tenants update brief --lifetimes-access-token 0')).err, /--lifetimes-access-token must be at least 1/)
  assert.match((await gatehouse('tenants update brief --unset lifetimes --lifetimes-code 9')).err, /cannot be combined/)
})

test('the signing secret of HS256: always there, chosen, and forgotten again', async () => {
  await json('clients create --client-id hs --grant-types client_credentials --access-token-signed-response-alg HS256')
  const { signing_secret: first } = await json('clients signing-secret hs')
  assert.match(first, /^[\w-]{43}$/)
  const chosen = 'a-signing-secret-of-thirty-two-or-more'
  assert.equal((await json('clients signing-secret hs --set-stdin', `${chosen}\n`)).signing_secret, chosen)
  assert.equal((await json('clients signing-secret hs --reset')).signing_secret, first)
  assert.match((await gatehouse('clients signing-secret hs --set-stdin', 'short')).err, /shorter than 32/)
  await json('clients create --client-id no-hs --grant-types client_credentials')
  assert.match((await gatehouse('clients signing-secret no-hs')).err, /not registered for HS256/)
})

test('a weak secret needs a word more', async () => {
  const line = 'clients create --client-id weak --grant-types client_credentials --secret weak'
  assert.equal((await gatehouse(line)).status, 1)
  assert.equal((await json(`${line} --allow-weak-secret`)).client_secret, 'weak')
})

test('APIs and tenants are made and listed', async () => {
  await json(`resources create --identifier https://api.example --name Orders --scopes '{"orders:read": "See your orders"}'`)
  assert.deepEqual((await json('resources list'))[0].scopes, { 'orders:read': 'See your orders' })
  await json('tenants create acme --name Acme')
  assert.match((await gatehouse('tenants create acme')).err, /there is a tenant acme already/)
  assert.deepEqual(await json('users list --tenant acme'), [])
  assert.notDeepEqual(await json('keys list --tenant acme'), await json('keys list'))
  await json('tenants suspend acme')
  assert.equal((await gatehouse('users list --tenant acme')).status, 1)
  await json('tenants resume acme')
  assert.equal((await gatehouse('users list --tenant acme')).status, 0)
})

test('a key is rotated and revoked', async () => {
  const [{ kid }] = await json('keys rotate --alg ES256 --immediately')
  const states = async () =>
    Object.fromEntries((await json('keys list')).signing_keys.map((key: { kid: string; state: string }) => [key.kid, key.state]))
  assert.equal((await states())[kid], 'active')
  await json(`keys revoke ${kid}`)
  assert.ok(!['active', 'retired'].includes((await states())[kid]))
})

test('a key that waits is not made again, which is said and not recorded', async () => {
  const recorded = async () => (await json('audit list --act key.rotate')).length
  for (const [line, again] of [
    ['keys rotate --alg RS256', 'keys rotate --alg RS256 --immediately'],
    ['federation rotate-keys', 'federation rotate-keys --immediately'],
  ] as const) {
    await json('tenants update root --federation true')
    const first = [await json(line)].flat()[0]
    const before = await recorded()
    const second = [await json(line)].flat()[0]
    assert.deepEqual([first.made, second.made, second.kid, typeof second.waits_until], [true, false, first.kid, 'number'], line)
    assert.match((await gatehouse(line)).out, /nothing is made: this key waits already, and signs from \d{4}-.* UTC; with --immediately/)
    assert.equal(await recorded(), before)
    assert.equal([await json(again)].flat()[0].made, true)
  }
})

test('passwords of the database are masked', async () => {
  const more = { GATEHOUSE_DATABASE_URL: 'postgres://u:hunter2@h/n?sslpassword=hunter2' }
  for (const line of ['config show', 'config show --json']) {
    const { out } = await gatehouse(line, '', more)
    assert.match(out, /postgres:\/\/u:\*\*\*@h\/n/)
    assert.doesNotMatch(out, /hunter2/)
  }
})

test('colour is for terminals, unless it is not wanted', async () => {
  const coloured = (text: string) => text.includes('\u001b[')
  assert.ok(coloured((await gatehouse('tenants list', '', { tty: 'yes' })).out))
  assert.ok(coloured((await gatehouse('users show nobody', '', { tty: 'yes' })).err))
  assert.ok(!coloured((await gatehouse('tenants list')).out))
  assert.ok(!coloured((await gatehouse('tenants list', '', { tty: 'yes', NO_COLOR: '1' })).out))
})

test('a database that is not there is not made by the way', async () => {
  const { status, err } = await gatehouse('users list', '', { GATEHOUSE_DATABASE_URL: `sqlite:${folder}/other.db` })
  assert.equal(status, 1)
  assert.match(err, /there is no database at .*other\.db: run "gatehouse migrate"/)
})
