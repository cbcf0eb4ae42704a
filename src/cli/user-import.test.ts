/** Bringing people from elsewhere, in each format, and all that can be wrong with a file. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { testApp } from '../../test/app.ts'
import { commandLine } from '../../test/command-line.ts'
import { checkPassword } from '../identity/sign-in.ts'

const line = await commandLine()
after(line.remove)
const { gatehouse, json } = line

const bcrypt = '$2b$05$abcdefghijklmnopqrstuuqqY3N4TVj6Uf1Pb8ccAuXOCIF0PkrEy' // of "imported secret"
const lines = (...records: (object | string)[]) =>
  records.map((record) => (typeof record === 'string' ? record : JSON.stringify(record))).join('\n')
const people = (...users: object[]) => JSON.stringify({ realm: 'x', users, clients: [{ users: [1] }] })
const bring = async (flags: string, input: string) => {
  const { status, out, err } = await gatehouse(`users import - ${flags} --json`, input)
  return { status, err, ...(out === '' ? {} : JSON.parse(out)) }
}
const counts = (told: { imported: number; already_there: number; left_out: number; refused: number }) => [
  told.imported,
  told.already_there,
  told.left_out,
  told.refused,
]
const auditLog = async () => (await gatehouse('audit export')).out

test('people of our own shape come whole, once', async () => {
  const file = lines(
    {
      sub: 'own-1',
      username: 'own1',
      email: 'own1@example.com',
      claims: { name: 'Own One', email_verified: true },
      role: 'operator',
      password_hash: bcrypt,
      password_is_temporary: true,
      status: 'suspended',
    },
    '',
    { username: 'own2' },
  )
  const rehearsed = await bring('--dry-run', file)
  assert.deepEqual([rehearsed.status, rehearsed.dry_run, ...counts(rehearsed)], [0, true, 2, 0, 0, 0])
  assert.equal((await gatehouse('users show own1')).status, 1, 'nothing was done')
  const first = await bring('', file)
  assert.deepEqual([first.status, first.dry_run, ...counts(first)], [0, false, 2, 0, 0, 0])
  const { created_at, updated_at, ...shown } = await json('users show own1')
  assert.deepEqual(shown, {
    sub: 'own-1',
    username: 'own1',
    email: 'own1@example.com',
    status: 'suspended',
    role: 'operator',
    has_password: true,
    password_is_temporary: true,
    claims: { name: 'Own One', email_verified: true },
    attributes: {},
  })
  const before = await auditLog()
  assert.deepEqual(counts(await bring('', file)), [0, 2, 0, 0])
  assert.deepEqual(counts(await bring('--dry-run', file)), [0, 2, 0, 0])
  assert.equal(await auditLog(), before, 'a second time does nothing')
  assert.equal(before.match(/"act":"user.create"/g)?.length, 2)
})

test('what is changed here stays, whatever the file says later', async () => {
  await bring('', lines({ sub: 'kept', username: 'kept', email: 'kept@example.com', password_hash: bcrypt }))
  await json('users set-password kept --password-stdin', 'an own long password')
  assert.deepEqual(
    counts(await bring('', lines({ sub: 'kept', username: 'kept2', password_hash: bcrypt, status: 'suspended' }))),
    [0, 1, 0, 0],
  )
  assert.equal((await json('users show kept')).status, 'active')
})

test('each that is refused is told with its place and reason, and keeps no other back', async () => {
  const file = lines(
    { username: 'bad1', password_hash: 'md5$salt$abc' },
    'no json',
    { username: 'with  spaces', email: 'x' },
    { username: 'good1', email: 'good1@example.com' },
    { username: 'bad2', pasword: 'x' },
    { username: 'bad3', email: 'GOOD1@example.com' },
    { sub: 'good2', username: 'good2' },
    { sub: 'good3', username: 'good2' },
    { sub: 'good2', username: 'good4' },
    { username: 'good5', password: 'in plain text' },
    [],
    'null',
  )
  const problems = [
    { where: 'line 1', reason: 'The hash is not a supported hash of argon2, bcrypt, scrypt or PBKDF2' },
    { where: 'line 2', reason: 'it is not JSON' },
    { where: 'line 3', reason: 'username must be 1 to 254 characters, with single spaces at most; email is not a valid email address' },
    { where: 'line 5', reason: 'pasword is not known' },
    { where: 'line 6', reason: 'another account has this sub, user name or email address' },
    { where: 'line 8', reason: 'another account has this sub, user name or email address' },
    { where: 'line 10', reason: 'password is not known' },
    { where: 'line 11', reason: 'it must be a group of settings' },
    { where: 'line 12', reason: 'it must be a group of settings' },
  ]
  for (const flags of ['--dry-run', '']) {
    const told = await bring(flags, file)
    assert.deepEqual([told.status, ...counts(told)], [1, 2, 1, 0, 9], flags)
    assert.deepEqual(told.problems, problems, flags)
    assert.match(told.err, /9 refused: correct the file and import it again/)
  }
  for (const name of ['bad1', 'bad2', 'bad3', 'good4', 'good5']) assert.equal((await gatehouse(`users show ${name}`)).status, 1, name)
  const { out, err } = await gatehouse('users import -', file)
  assert.match(out, /^users +how many\nimported +0\nalready there +3\nleft out +0\nrefused +9\n$/)
  assert.match(err, /^line 1 is refused: The hash is not a supported hash of/)
})

test('strict stops at the first that is refused', async () => {
  const file = lines({ username: 'strict1' }, { username: 'strict  2' }, { username: 'strict3' })
  const told = await bring('--strict', file)
  assert.deepEqual([told.status, ...counts(told)], [1, 1, 0, 0, 1])
  assert.match(told.err, /1 refused, and nothing after/)
  assert.equal((await gatehouse('users show strict3')).status, 1)
})

const broken: [flags: string, text: string, problem: RegExp][] = [
  ['', 'x'.repeat(1_000_001), /a line is too long/],
  ['--from keycloak', '', /ends early, after user 0/],
  ['--from keycloak', '{"realm": "x"}', /the file has no users/],
  ['--from keycloak', `${people({ username: 'broken1' }).slice(0, -20)}`, /ends early, after user 1/],
  ['--from keycloak', '{"users": [{"username": "broken2"}, what', /not valid JSON from user 2 on/],
  ['--from firebase', '[]', /the file has no users/],
]
for (const [flags, text, problem] of broken) {
  test(`a broken file: ${flags} ${text.slice(0, 40)}`, async () => {
    const { status, err } = await gatehouse(`users import - ${flags}`, text)
    assert.deepEqual([status, problem.test(err)], [1, true], err)
    const before = /broken\d/.exec(text)?.[0]
    if (before) assert.equal((await gatehouse(`users show ${before}`)).status, 0, 'what came before is there')
  })
}

test('a file that is not there, a format that is not known, and a secret that is not needed', async () => {
  assert.match((await gatehouse('users import nowhere.jsonl')).err, /nowhere\.jsonl cannot be read/)
  assert.equal((await gatehouse('users import nowhere.jsonl --from ldap')).status, 2)
  assert.match((await gatehouse('users import nowhere.jsonl --hash-config x')).err, /--hash-config is for --from firebase/)
  assert.match((await gatehouse('users import nowhere.json --from firebase --hash-config nowhere.txt')).err, /nowhere\.txt cannot be read/)
  const file = join(line.folder, 'bad-config.txt')
  const whole = { base64_signer_key: 'a2V5', base64_salt_separator: 'Bw==', rounds: 8, mem_cost: 14 }
  for (const missing of Object.keys(whole)) {
    writeFileSync(file, JSON.stringify({ ...whole, [missing]: undefined }))
    assert.match((await gatehouse(`users import - --from firebase --hash-config ${file}`)).err, /--hash-config must hold/, missing)
  }
})

const secretData = (value: string, salt: string) => JSON.stringify({ value, salt, additionalParameters: {} })
const hashed = {
  type: 'password',
  secretData: secretData('xKjWvB9+0sSP6wTqI1JoEI7w+iA0x9VDhPgmrOHRG80=', 'LRScGShC7shkdoU5B1UgUQ=='),
  credentialData:
    '{"hashIterations":5,"algorithm":"argon2","additionalParameters":{"hashLength":["32"],"memory":["7168"],"type":["id"],"version":["1.3"],"parallelism":["1"]}}',
}
const realm = people(
  {
    id: 'a1',
    username: 'jane.doe',
    email: 'jane@example.com',
    emailVerified: true,
    firstName: 'Jane',
    lastName: 'Doe',
    enabled: true,
    attributes: { plan: ['gold'] },
    requiredActions: [],
    credentials: [{ type: 'otp', secretData: '{}', credentialData: '{}' }, hashed],
  },
  { id: 'a2', username: 'john@example.com', email: 'John@example.com', enabled: false, requiredActions: ['UPDATE_PASSWORD'] },
  { id: 'a3', username: 'service-account-x', serviceAccountClientId: 'x' },
  { id: 'a4', username: 'plain', credentials: [{ type: 'password', value: 'in plain text' }] },
  { id: 'a5' },
)

test('a realm export of Keycloak', async () => {
  const told = await bring('--from keycloak', realm)
  assert.deepEqual([told.status, ...counts(told)], [1, 2, 0, 1, 2])
  assert.deepEqual(told.problems, [
    { where: 'user 4', reason: 'its password is in plain text ("value")' },
    { where: 'user 5', reason: 'it is not a user as Keycloak exports them' },
  ])
  const jane = await json('users show jane.doe')
  assert.deepEqual(
    [jane.sub, jane.email, jane.status, jane.has_password, jane.claims],
    ['a1', 'jane@example.com', 'active', true, { name: 'Jane Doe', given_name: 'Jane', family_name: 'Doe', email_verified: true }],
  )
  const john = await json('users show john@example.com')
  assert.deepEqual([john.username, john.status, john.password_is_temporary], ['a2', 'suspended', false])
  assert.match((await gatehouse('users import - --from keycloak', realm)).err, /user 3 is left out: it is the account of a client/)
})

test('a password of Keycloak that must be changed is temporary', async () => {
  const person = (id: string, temporary: boolean, action: string) => {
    return { id, username: id, requiredActions: [action], credentials: [{ ...hashed, temporary }] }
  }
  await bring('--from keycloak', people(person('k1', true, 'TERMS'), person('k2', false, 'TERMS'), person('k3', false, 'UPDATE_PASSWORD')))
  for (const [id, isTemporary] of Object.entries({ k1: true, k2: false, k3: true }))
    assert.equal((await json(`users show ${id}`)).password_is_temporary, isTemporary, id)
})

const hashConfig = `hash_config {
  algorithm: SCRYPT,
  base64_signer_key: jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==,
  base64_salt_separator: Bw==,
  rounds: 8,
  mem_cost: 14,
}`
const firebaseUsers = people(
  {
    localId: 'kYi4EvWQlQTKSfnJ3dRSP6IH3ed2',
    email: 'user1@test.com',
    emailVerified: false,
    passwordHash: 'lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==',
    salt: '42xEC+ixf3L2lw==',
    displayName: 'Test User 1',
    providerUserInfo: [],
  },
  { localId: 'phone-only', phoneNumber: '+12025550123', disabled: true, photoUrl: 'https://x.example/p.png' },
  { localId: 'nobody', createdAt: '1700000000000', providerUserInfo: [] },
  { localId: 'short', email: 's@test.com', passwordHash: 'abcd', salt: 'abcd' },
)

test('the users of a Firebase project, whose signer key is kept nowhere', async () => {
  assert.match((await bring('--from firebase', firebaseUsers)).problems[0].reason, /say --hash-config/)
  const file = join(line.folder, 'hash-config.txt')
  writeFileSync(file, hashConfig)
  const told = await bring(`--from firebase --hash-config ${file}`, firebaseUsers)
  assert.deepEqual([told.status, ...counts(told)], [1, 1, 1, 1, 1])
  assert.deepEqual(told.problems, [{ where: 'user 4', reason: 'it has a password hash that is not as long as the signer key' }])
  const user = await json('users show user1@test.com')
  assert.deepEqual(
    [user.sub, user.has_password, user.claims],
    ['kYi4EvWQlQTKSfnJ3dRSP6IH3ed2', true, { name: 'Test User 1', email_verified: false }],
  )
  const phone = await json('users show phone-only')
  assert.deepEqual([phone.status, phone.has_password, phone.claims.phone_number], ['suspended', false, '+12025550123'])
})

test('the password hashes of Auth0', async () => {
  const user = { _id: { $oid: '5d1' }, email: 'auth0@example.com', email_verified: true, passwordHash: bcrypt, name: 'auth0@example.com' }
  const told = await bring('--from auth0', lines(user, { email: 'x@example.com' }))
  assert.deepEqual([told.status, ...counts(told)], [1, 1, 0, 0, 1])
  const shown = await json('users show auth0@example.com')
  assert.deepEqual([shown.sub, shown.username, shown.has_password, shown.claims], ['auth0|5d1', '5d1', true, { email_verified: true }])
})

test('a file of many people, cut anywhere, comes whole', async () => {
  const many = Array.from({ length: 1200 }, (_, i) => ({
    id: `many-${i}`,
    username: `many${i}`,
    firstName: `Zoë ${i} 🦉`,
    credentials: [],
  }))
  const file = join(line.folder, 'many.json')
  writeFileSync(file, JSON.stringify({ before: [{}], users: many, after: { users: [1, 2] } }, null, 1))
  assert.deepEqual(counts(await json(`users import ${file} --from keycloak`)), [1200, 0, 0, 0])
  assert.equal((await json('users show many777')).claims.name, 'Zoë 777 🦉')
})

test('they sign in with the passwords they had', async (t) => {
  const gatehouse = await testApp('sqlite', { DATABASE_URL: `sqlite:${join(line.folder, 'gatehouse.db')}`, DATA_DIR: line.folder })
  t.after(() => gatehouse.close())
  for (const [login, password] of [
    ['jane@example.com', 'secret'],
    ['user1@test.com', 'user1password'],
    ['auth0@example.com', 'imported secret'],
  ] as const) {
    assert.equal(await checkPassword(gatehouse.root.signIn, login, 'another'), undefined, login)
    assert.match((await checkPassword(gatehouse.root.signIn, login, password))?.passwordHash ?? '', /^\$argon2id\$/, login)
  }
})

test('attributes come too, and what does not fit is refused, in a rehearsal as in earnest', async () => {
  await json('attributes define --name team --type enum --values red blue')
  const file = lines({ username: 'with-team', attributes: { team: 'red' } }, { username: 'without', attributes: { team: 'green' } })
  for (const flags of ['--dry-run', '']) {
    const told = await bring(flags, file)
    assert.deepEqual(counts(told), [1, 0, 0, 1], flags)
    assert.match(JSON.stringify(told.problems), /attributes.team must be one of red, blue/)
  }
  assert.deepEqual((await json('users show with-team')).attributes, { team: 'red' })
})

test('who lacks what everybody must have is refused, in a rehearsal as in earnest, and the others come', async () => {
  await json('tenants create strict')
  await json('attributes define --tenant strict --name team --type enum --values red blue --required')
  const file = lines({ username: 'complete', attributes: { team: 'red' } }, { username: 'incomplete' })
  for (const flags of ['--dry-run', '']) {
    const told = await bring(`${flags} --tenant strict`, file)
    assert.deepEqual(counts(told), [1, 0, 0, 1], flags)
    assert.match(JSON.stringify(told.problems), /attributes.team is missing/)
  }
  assert.equal((await json('users list --tenant strict')).length, 1)
})
