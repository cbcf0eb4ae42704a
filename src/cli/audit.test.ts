/** What the operator does by the command line is in the audit log: each command, and how it is read back. */
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

/** These change nothing of a tenant, or (serving, migrating) do not do it for anyone. */
const readers =
  /^(dev|serve|migrate|export|credentials (issued|requests)|config .*|audit .*|\S+ (list|show|check|presets|secrets|assignments|sessions|roles)|roles|users invitations|keys list|clients logout-test|webhooks test|streams verify|federation (?:show|list|keys|resolve|trust-marks)|users factors|version|.* --help)$/

const silent: Terminal = { env: {}, stdin: (async function* () {})(), stdout: { write: () => {} }, stderr: { write: () => {} } }
const leaves = (command: Command, path = ''): string[] =>
  command.commands.length > 0 ? command.commands.flatMap((inner) => leaves(inner, `${path} ${inner.name()}`.trim())) : [path]

const file = join(folder, 'declared.yaml')
writeFileSync(file, 'clients:\n  - client_id: applied\n    redirect_uris: [https://applied.example/]\n')

const realm = join(folder, 'realm.json')
writeFileSync(
  realm,
  JSON.stringify({
    realm: 'example',
    groups: [{ name: 'brought' }],
    clients: [{ clientId: 'brought', redirectUris: ['https://brought.example/'], publicClient: true }],
    users: [{ id: 'brought', username: 'brought', attributes: { desk: ['7'] } }],
  }),
)

const people = join(folder, 'people.jsonl')
writeFileSync(people, '{"username": "imported"}')

/** In order: each may use what those before it made. KEY, SECRET, KID and TOKEN stand for ids that are read when their turn comes. */
const commands: [line: string, ...acts: string[]][] = [
  ['tenants create acme', 'tenant.create'],
  ['tenants update acme --sign-up false', 'tenant.change'],
  ['tenants suspend acme', 'tenant.status'],
  ['tenants resume acme', 'tenant.status'],
  ['users create --sub ada-sub --username ada --email ada@example.com', 'user.create'],
  ['users set-password ada --random-password', 'user.password'],
  ['users set-role ada operator', 'user.role'],
  ['users send-reset ada', 'user.link'],
  ['users send-verification ada', 'user.link'],
  ['users change-email ada countess@example.com', 'user.link'],
  ['users invite --username bob --email bob@example.com', 'user.create', 'user.link'],
  ['users send-invitation bob', 'user.link'],
  ['users revoke-invitation bob', 'user.link-remove'],
  ['users suspend ada', 'user.status'],
  ['users resume ada', 'user.status'],
  [`users import ${people}`, 'user.create'],
  [`import keycloak ${realm} --yes`, 'attribute.define', 'group.create', 'tenant.apply', 'client.create', 'user.create'],
  ['services create nightly', 'service.create'],
  ['services suspend nightly', 'service.status'],
  ['services resume nightly', 'service.status'],
  ['api-keys create --user bob --label x --scope openid', 'apikey.create'],
  ['api-keys rotate KEY', 'apikey.rotate'],
  ['api-keys delete KEY', 'apikey.remove'],
  ['services delete nightly', 'service.remove'],
  ['clients create --client-id shop --redirect-uris https://shop.example/ --access-token-signed-response-alg HS256', 'client.create'],
  ['clients update shop --client-name Shop', 'client.change'],
  ['clients assign shop --users ada', 'client.assign'],
  ['clients unassign shop --users ada', 'client.unassign'],
  ['clients rotate-secret shop --overlap 1h', 'client.secret'],
  ['clients delete-secret shop SECRET', 'client.secret'],
  ['clients signing-secret shop', 'client.secret'],
  ['clients disable shop', 'client.status'],
  ['clients enable shop', 'client.status'],
  ['clients delete shop', 'client.remove'],
  ['registration-tokens create --label x', 'registration-token.create'],
  ['registration-tokens delete TOKEN', 'registration-token.remove'],
  ['resources create --identifier https://api.example/x --name X --random-secret', 'resource.create'],
  ['resources update https://api.example/x --name Y', 'resource.change'],
  ['resources rotate-secret https://api.example/x', 'resource.secret'],
  ['resources delete https://api.example/x', 'resource.remove'],
  ['connections create --name staff --issuer https://sso.example --client-id gatehouse', 'connection.create'],
  ['connections update staff --label Staff', 'connection.change'],
  [`connections set-secret staff --client-secret-file ${people}`, 'connection.secret'],
  ['connections delete staff', 'connection.remove'],
  ['webhooks create --name crm --url https://crm.example/events --events user.create', 'webhook.create'],
  ["webhooks update crm --events 'user.*'", 'webhook.change'],
  ['webhooks rotate-secret crm', 'webhook.secret'],
  ['webhooks delete crm', 'webhook.remove'],
  [
    `credentials create --id badge --display '[{"name":"Badge"}]' --claims '[{"name":"email","source":"account.email"}]'`,
    'credential-configuration.create',
  ],
  ['credentials update badge --validity 7200', 'credential-configuration.change'],
  ['credentials offer badge', 'credential-offer.create'],
  ['credentials delete badge', 'credential-configuration.remove'],
  [
    'trusted-issuers create --issuer https://idp.example --jwks-uri https://idp.example/jwks --clients wiki --subject-kind login',
    'trusted-issuer.create',
  ],
  ['trusted-issuers update https://idp.example --max-lifetime 60', 'trusted-issuer.change'],
  ['trusted-issuers delete https://idp.example', 'trusted-issuer.remove'],
  ['keys rotate --alg ES256 --immediately', 'key.rotate'],
  ['keys revoke KID', 'key.revoke'],
  [`apply ${file} --yes`, 'tenant.apply', 'client.create'],
  ['tenants update root --federation true', 'tenant.change'],
  ['federation add superior https://superior.example', 'federation.add'],
  ['federation remove superior https://superior.example', 'federation.remove'],
  ['federation rotate-keys', 'federation.key-rotate'],
  ['federation revoke-key MEMBER', 'federation.key-revoke'],
  ['federation issue-trust-mark https://type.example https://rp.example', 'federation.trust-mark'],
  ['federation revoke-trust-mark https://type.example https://rp.example', 'federation.trust-mark'],
  ['federation delegate-trust-mark https://type.example https://issuer.example', 'federation.trust-mark-delegate'],
  ['groups create --name crew', 'group.create'],
  ['groups update crew --name sailors', 'group.change'],
  ['groups add-member sailors ada', 'group.members'],
  ['groups remove-member sailors ada', 'group.members'],
  ['groups delete sailors', 'group.remove'],
  ['sessions end-all ada', 'user.sign-out'],
  ['attributes define --name team --type string', 'attribute.define'],
  ['users update ada --attribute team=red', 'user.change'],
  ['attributes delete team', 'attribute.remove'],
  ['users delete ada', 'user.remove'],
  ['keys reseal', 'key.reseal'],
]

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

test('every command that changes something is in the table below', async () => {
  const tried = [...commands.map(([line]) => line), ...elsewhere]
  const missing = leaves(await program(silent, [])).filter((path) => !readers.test(path) && !tried.some((line) => line.startsWith(path)))
  assert.deepEqual(missing, [])
})

let known = 0
for (const [line, ...acts] of commands) {
  test(`${line.split(' --')[0]} is noted`, async () => {
    const { status, err } = await gatehouse(await filledIn(line), '', { USER: 'root', SUDO_USER: 'grace' })
    assert.equal(status, 0, err)
    const entries = await exported()
    const fresh = entries.slice(known)
    known = entries.length
    assert.deepEqual(
      fresh.map(({ act }) => act),
      acts,
    )
    for (const { by, target, outcome } of fresh) {
      assert.deepEqual([by, outcome], [{ type: 'operator', id: 'grace' }, 'success'])
      assert.ok(target?.id, `${line} says to whom`)
    }
  })
}

async function exported() {
  const { out } = await gatehouse('audit export')
  return out
    .trim()
    .split('\n')
    .map((entry) => JSON.parse(entry))
}

async function filledIn(line: string): Promise<string> {
  const [key] = line.includes('KEY') ? await json('api-keys list') : []
  const [secret] = line.includes('SECRET') ? await json('clients secrets shop') : []
  const [token] = line.includes('TOKEN') ? await json('registration-tokens list') : []
  const [kid] = line.includes('KID') ? (await json('keys list')).signing_keys : []
  const [member] = line.includes('MEMBER') ? await json('federation keys') : []
  return line
    .replace('MEMBER', member?.kid)
    .replace('KEY', key?.id)
    .replace('SECRET', secret?.id)
    .replace('KID', kid?.kid)
    .replace('TOKEN', token?.id)
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
