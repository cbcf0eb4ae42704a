/** Services, API keys and the secrets of clients, as an operator looks after them. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { commandLine } from '../../test/command-line.ts'

const { gatehouse, json, remove } = await commandLine()
after(remove)
await json('services create refused')
await json('clients create --client-id public --token-endpoint-auth-method none --redirect-uris https://a.example')
const bcrypt = '$2b$05$abcdefghijklmnopqrstuuqqY3N4TVj6Uf1Pb8ccAuXOCIF0PkrEy'
const robot = 'clients create --client-id robot --grant-types client_credentials'

const refused: [line: string, status: number, message: string][] = [
  ["services create 'a b'", 2, 'a name has 1 to 120 letters'],
  ['services create refused', 1, 'there is a service refused already'],
  ['services suspend nothing', 1, 'there is no service nothing'],
  ['services delete nothing', 1, 'there is no service nothing'],
  ['api-keys create --label x', 2, 'either --user or --service'],
  ['api-keys create --label x --user a --service refused', 2, 'either --user or --service'],
  ['api-keys create --service refused', 1, '--label is missing'],
  ['api-keys create --label x --service nothing', 1, 'there is no service nothing'],
  ['api-keys create --label x --user nobody', 1, 'there is no account nobody'],
  ['api-keys create --label x --service refused --scope openid', 1, '--scope cannot have openid: a service is not a person'],
  ["api-keys create --label x --service refused --scope 'a\"b'", 1, '--scope has a character that no scope may have'],
  ['api-keys create --label x --service refused --resource https://no.example', 1, 'entry 1 of --resource is not registered'],
  ['api-keys create --label x --service refused --expires-in 90', 2, 'such as 90s, 30m, 24h or 90d'],
  ['api-keys create --label x --service refused --expires-in 0d', 2, 'such as 90s, 30m, 24h or 90d'],
  ['api-keys create --label x --service refused --expires-in 3651d', 2, 'at most 3650d'],
  ['api-keys rotate nothing', 1, 'there is no valid API key nothing'],
  ['api-keys delete nothing', 1, 'there is no API key nothing'],
  [`${robot} --secret-hash x`, 1, '--secret-hash is not a supported hash of argon2, bcrypt, scrypt or PBKDF2'],
  [`${robot} --secret-hash '${bcrypt.replace('$05$', '$15$')}'`, 1, '--secret-hash is bcrypt of a cost that is not 4 to 14'],
  [`${robot} --secret-hash '${bcrypt}' --secret 1234567890123456789012`, 2, '--secret and --secret-hash cannot be combined'],
  [`${robot} --token-endpoint-auth-method none --redirect-uris https://a.example --secret-hash '${bcrypt}'`, 1, 'must authenticate'],
  ['clients rotate-secret nothing', 1, 'there is no client nothing'],
  ['clients rotate-secret public', 1, 'client public does not authenticate with a secret'],
  [`clients rotate-secret public --secret-hash '${bcrypt}'`, 1, 'a client with the authentication method none has no secret'],
  ['clients secrets nothing', 1, 'there is no client nothing'],
  ['clients delete-secret public nothing', 1, 'client public has no secret nothing'],
]
for (const [line, status, message] of refused) {
  test(`refused: gatehouse ${line}`, async () => {
    const outcome = await gatehouse(line)
    assert.ok(outcome.err.includes(message), outcome.err)
    assert.equal(outcome.status, status)
  })
}

test('a service lives: made, listed, suspended, resumed, deleted', async () => {
  const made = await json("services create nightly --description 'Nightly reports'")
  assert.deepEqual([made.name, made.description, made.status], ['nightly', 'Nightly reports', 'active'])
  assert.equal((await json('services suspend nightly')).status, 'suspended')
  assert.match((await gatehouse('services list')).out, /^name .*\nnightly +Nightly reports +suspended/)
  assert.deepEqual(await json('services resume nightly'), { sub: made.sub, name: 'nightly', status: 'active' })
  await json('api-keys create --service nightly --label x')
  await json('services delete nightly')
  assert.ok(!(await gatehouse('services list')).out.includes('nightly'))
  assert.deepEqual(await json('api-keys list'), [])
})

test('a key lives: made, shown once, listed, rotated, deleted', async () => {
  await json('services create robot')
  await json('users create --username ada')
  await json('resources create --identifier https://api.example --name Orders')
  const first = await json("api-keys create --service robot --label Orders --scope 'a b a' --resource https://api.example --expires-in 1h")
  assert.match(first.api_key, /^gth_ak_/)
  assert.deepEqual([first.scope, first.resource, first.expires_at - first.created_at], ['a b', ['https://api.example'], 3600])
  const hers = await gatehouse('api-keys create --user ADA --label laptop')
  assert.match(hers.out, /api_key +gth_ak_/)
  assert.match(hers.err, /stored: note it now/)
  const second = await json(`api-keys rotate ${first.id} --overlap 30m`)
  assert.deepEqual([second.scope, second.label, second.expires_at - second.created_at], ['a b', 'Orders', 3600])
  assert.notEqual(second.api_key, first.api_key)

  const listed = Object.fromEntries((await json('api-keys list')).map((key: { id: string }) => [key.id, key]))
  assert.ok(listed[first.id].expires_at - second.created_at <= 1800)
  assert.equal(listed[second.id].username, 'robot')
  const ada = Object.values<{ username: string; expires_at: number; created_at: number }>(listed).find((key) => key.username === 'ada')!
  assert.equal(ada.expires_at - ada.created_at, 90 * 86_400, 'a key expires unless it is said not to')
  const { out } = await gatehouse('api-keys list')
  assert.match(out, /^id +label +owner +scope +expires +last used\n/)
  assert.match(out, /Orders +service robot +a b +\d{4}-\d\d-\d\d \d\d:\d\d UTC +never/)
  for (const { api_key } of [first, second]) assert.ok(!out.includes(api_key) && !JSON.stringify(listed).includes(api_key))

  await json(`api-keys delete ${first.id}`)
  assert.equal((await gatehouse(`api-keys rotate ${first.id}`)).status, 1)
  const authorization = await json('api-keys create --service robot --label lasting --no-expires-in')
  assert.equal(authorization.expires_at, undefined)
  assert.match((await gatehouse('api-keys list')).out, /lasting +service robot +never +never/)
})

test('a client changes from one secret to another', async () => {
  const { client_secret: first } = await json('clients create --client-id shop --redirect-uris https://a.example --secret-expires-in 30d')
  const { client_secret: second } = await json('clients rotate-secret shop --overlap 24h --secret-expires-in 90d')
  assert.notEqual(first, second)
  const found: { id: string; created_at: number; expires_at: number }[] = await json('clients secrets shop')
  const [old, young] = found.toSorted((a, b) => a.expires_at - b.expires_at) as [(typeof found)[0], (typeof found)[0]]
  assert.equal(found.length, 2)
  assert.ok(old.expires_at - young.created_at === 86_400 && young.expires_at - young.created_at === 90 * 86_400)
  assert.match((await gatehouse('clients secrets shop')).out, /^secret +since +expires +imported\n/)
  await json(`clients delete-secret shop ${old.id}`)
  assert.deepEqual(await json('clients secrets shop'), [young])
  await json('clients rotate-secret shop')
  const [only, ...others] = await json('clients secrets shop')
  assert.deepEqual([others, only.expires_at, only.imported], [[], undefined, false])
  assert.notEqual(only.id, young.id)
})

test('a client comes with the hash of its secret, which is not shown', async () => {
  const made = await gatehouse(`clients create --client-id moved --grant-types client_credentials --secret-hash '${bcrypt}'`)
  assert.deepEqual([made.status, made.err], [0, ''])
  assert.doesNotMatch(made.out, /client_secret |\$2b/)
  const { out } = await gatehouse('clients secrets moved')
  assert.match(out, / never +yes\n$/)
  assert.doesNotMatch(out, /\$2b/)
})
