/** `clients create` ends with what to do next, and `--for` sets what a library needs and prints its settings. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { commandLine } from '../../test/command-line.ts'
import { libraries } from './libraries.ts'

const { folder, gatehouse, json, remove } = await commandLine()
after(remove)

const uri = 'https://app.example/callback'
let made = 0
const create = (flags: string) => gatehouse(`clients create --client-id c${++made} --redirect-uris ${uri} ${flags}`)

test('a new client is shown with what it has beside the defaults, and the way on', async () => {
  const { out } = await create('--client-name App')
  assert.match(out, /^client_id +c1\n/)
  assert.match(out, /client_secret +gth_cs_/)
  assert.match(out, /the issuer http:\/\/localhost:8000, the client ID and the secret/)
  assert.doesNotMatch(out, /policy\.|access_token_format|none/)
})

test('a type of authorization_details that no API declares is named when a client is registered for it', async () => {
  const flags = '--redirect-uris https://x.example/ --authorization-details-types payment'
  const payment = '{"payment": {"description": "Pay", "schema": {"type": "object"}}}'
  const said = 'No API declares the type payment of authorization_details yet: see "gatehouse resources update --help".\n'
  assert.ok((await gatehouse(`clients create --client-id payer ${flags}`)).err.includes(said))
  assert.ok((await gatehouse('clients update payer --client-name Payer')).err.includes(said))
  const api = `--identifier https://bank.example --name Bank --authorization-details-types '${payment}'`
  assert.equal((await gatehouse(`resources create ${api}`)).status, 0)
  assert.equal((await gatehouse('clients update payer --client-name Pay')).err, '')
})

test('a client whose grant type the tenant does not offer is told how to change that', async () => {
  const { err } = await gatehouse(
    "clients create --client-id old --redirect-uris https://old.example/cb --response-types 'code id_token' --grant-types authorization_code implicit",
  )
  assert.match(err, /does not offer implicit yet: gatehouse tenants update root --front-channel-tokens true/)
})

test('a machine gets the command for its first token, with the secret', async () => {
  const { out } = await gatehouse("clients create --client-id robot --grant-types client_credentials --secret 'a secret of 22 letters'")
  assert.match(out, /curl http:\/\/localhost:8000\/token -u 'robot:a secret of 22 letters' -d grant_type=client_credentials/)
  const hashed =
    "clients create --client-id hashed --grant-types client_credentials --secret-hash '$2b$05$abcdefghijklmnopqrstuuqqY3N4TVj6Uf1Pb8ccAuXOCIF0PkrEy'"
  assert.match((await gatehouse(hashed)).out, /-u 'hashed:SECRET' -d grant_type=client_credentials/)
  for (const method of [
    '--token-endpoint-auth-method client_secret_jwt',
    `--token-endpoint-auth-method private_key_jwt --generate-key ${folder}/key.json`,
  ]) {
    const { status, out } = await gatehouse(`clients create --grant-types client_credentials ${method}`)
    assert.equal(status, 0)
    assert.doesNotMatch(out, /curl|Get a token/)
  }
})

for (const [name, { client }] of Object.entries(libraries)) {
  test(`--for ${name}: its members and its settings`, async () => {
    const { status, out, err } = await create(`--for ${name}`)
    assert.equal(status, 0, err)
    const secret = /gth_cs_\S+/.exec(out.split('\n').find((line) => line.startsWith('client_secret')) ?? '')?.[0]
    const [, settings = ''] = out.split(`Settings for ${name}, in `)
    assert.ok(settings.includes('http://localhost:8000'), out)
    assert.ok(settings.includes(`c${made}`), out)
    if (secret !== undefined && name !== 'kubernetes') assert.ok(settings.includes(secret), out)
    assert.doesNotMatch(settings, /undefined|YOUR_SECRET/)
    assert.partialDeepStrictEqual(await json(`clients show c${made}`), client)
  })
}

test('flags win over what a library needs, and programs get JSON alone', async () => {
  const shown = await json(`clients create --client-id own --redirect-uris ${uri} --for nextjs --id-token-scope-claims false`)
  assert.equal(shown.id_token_scope_claims, false)
})

test('an unknown library is refused with those there are', async () => {
  const { status, err } = await create('--for cobol')
  assert.equal(status, 2)
  assert.match(err, /Allowed choices are nextjs, /)
})
