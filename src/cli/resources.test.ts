/** `gatehouse resources`: an API and its credentials, from making to deletion. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type CommandLine, commandLine } from '../../test/command-line.ts'

let shell: CommandLine
before(async () => {
  shell = await commandLine()
})
after(() => shell.remove())

const api = 'https://api.example'
const create = `resources create --identifier ${api} --name Orders`

test('an API lives: made with a secret, shown, updated, given another secret, deleted', async () => {
  const { out, err } = await shell.gatehouse(`${create} --resource-id rs0 --random-secret --access-token-format opaque --json`)
  assert.match(JSON.parse(out).secret, /^gth_cs_/)
  assert.match(err, /note it now/)
  const shown = await shell.json(`resources show ${api}`)
  assert.deepEqual(shown, {
    identifier: api,
    resource_id: 'rs0',
    name: 'Orders',
    scopes: {},
    access_token_format: 'opaque',
    has_secret: true,
  })
  await shell.json(`resources update ${api} --scopes '{"orders:read": "See your orders"}' --unset access_token_format`)
  await shell.json(`resources update ${api} --scopes '{"orders:write": "Change your orders"}'`)
  const { access_token_format, scopes, has_secret } = await shell.json(`resources show ${api}`)
  assert.deepEqual([access_token_format, scopes, has_secret], [undefined, { 'orders:write': 'Change your orders' }, true])
  assert.match((await shell.json(`resources rotate-secret ${api} --overlap 24h`)).secret, /^gth_cs_/)
  assert.match((await shell.gatehouse(`resources list`)).out, /https:\/\/api\.example +Orders +orders:write/)
  await shell.json(`resources delete ${api}`)
  assert.equal((await shell.gatehouse(`resources show ${api}`)).status, 1)
})

test('without a word of a secret it has none; a chosen one is not said to be new', async () => {
  assert.equal('secret' in (await shell.json(create)), false)
  assert.equal((await shell.json(`resources show ${api}`)).has_secret, false)
  const { err } = await shell.gatehouse(`resources create --identifier urn:a --name A --secret 'a secret of 22 letters'`)
  assert.equal(err, '')
  assert.doesNotMatch((await shell.gatehouse('resources show urn:a')).out, /letters|hash/i)
})

const refused: [line: string, status: number, message: string][] = [
  [create, 1, `a resource ${api} is registered already`],
  ['resources create --identifier urn:b --name B --secret short', 1, 'the secret is shorter than 22 characters'],
  [
    'resources create --identifier urn:b --name B --access-token-signed-response-alg PS256',
    1,
    '--access-token-signed-response-alg must be one of ',
  ],
  [
    'resources create --identifier urn:b --name B --introspection-encrypted-response-alg ECDH-ES',
    1,
    '--jwks must hold a valid key for ECDH-ES',
  ],
  [`resources update ${api} --identifier urn:c`, 1, 'identifier cannot be changed'],
  ['resources update urn:nothing', 1, 'there is no resource urn:nothing'],
  ['resources show urn:nothing', 1, 'there is no resource urn:nothing'],
  ['resources rotate-secret urn:nothing', 1, 'there is no resource urn:nothing'],
]
for (const [line, status, message] of refused) {
  test(`refused: gatehouse ${line}`, async () => {
    const outcome = await shell.gatehouse(line)
    assert.ok(outcome.err.includes(message), outcome.err)
    assert.equal(outcome.status, status)
  })
}

test('two APIs do not share a name', async () => {
  await shell.json('resources create --identifier urn:x --name X --resource-id rs1')
  const message = /a resource urn:y, or one of the resource_id rs1, is registered already/
  assert.match((await shell.gatehouse('resources create --identifier urn:y --name Y --resource-id rs1')).err, message)
  await shell.json('resources create --identifier urn:y --name Y')
  assert.match((await shell.gatehouse('resources update urn:y --resource-id rs1')).err, message)
})
