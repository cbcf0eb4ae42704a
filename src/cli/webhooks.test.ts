/** `gatehouse webhooks`: a webhook from its creation to its removal, what it is sent, and its secret, which is shown once. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { parse, stringify } from 'yaml'
import { type CommandLine, commandLine } from '../../test/command-line.ts'
import { type Receiver, receiver } from '../../test/receiver.ts'
import { newWebhookSecret, signWebhook } from '../crypto/webhook-secret.ts'
import { random } from '../platform.ts'

let shell: CommandLine
let remote: Receiver
before(async () => {
  shell = await commandLine()
  remote = await receiver()
})
after(async () => {
  await remote.close()
  await shell.remove()
})

test('a webhook lives: set up with a secret that is shown once, tried, changed, removed', async () => {
  const made = await shell.json(`webhooks create --name crm --url ${remote.url}/crm --events user.create 'client.*'`)
  assert.match(made.secret, /^whsec_[A-Za-z0-9+/]{43}=$/)
  const shown = await shell.json('webhooks show crm')
  assert.deepEqual(shown, { name: 'crm', url: `${remote.url}/crm`, events: ['user.create', 'client.*'], enabled: true })
  assert.match((await shell.gatehouse('webhooks list')).out, /crm +yes +http\S+ +user\.create client\.\*/)

  assert.match((await shell.gatehouse('webhooks test crm')).out, /\/crm answered 200: it accepts messages\.\n$/)
  const { headers, body } = remote.received.at(-1)!
  const [id, timestamp] = [String(headers['webhook-id']), Number(headers['webhook-timestamp'])]
  assert.equal(headers['webhook-signature'], signWebhook(made.secret, { id, timestamp, body }))
  assert.deepEqual([JSON.parse(body).type, JSON.parse(body).data], ['webhook.test', {}])

  const chosen = newWebhookSecret(random)
  assert.deepEqual(await shell.json('webhooks rotate-secret crm --secret-file -', `${chosen}\n`), { name: 'crm' })
  await shell.json('webhooks test crm')
  const signed = remote.received.at(-1)!
  const message = {
    id: String(signed.headers['webhook-id']),
    timestamp: Number(signed.headers['webhook-timestamp']),
    body: signed.body,
  }
  assert.equal(signed.headers['webhook-signature'], signWebhook(chosen, message))
  assert.match((await shell.json('webhooks rotate-secret crm')).secret, /^whsec_/)

  const changed = await shell.json('webhooks update crm --enabled false --description Sales')
  assert.deepEqual([changed.enabled, changed.description, changed.events.length], [false, 'Sales', 2])
  assert.equal((await shell.json('webhooks update crm --unset description')).description, undefined)
  await shell.json('webhooks delete crm')
  assert.deepEqual(await shell.json('webhooks list'), [])
})

test('a receiver that does not answer with success is found out, and the command fails', async () => {
  remote.answers.set('/broken', (response) => response.writeHead(500).end())
  await shell.json(`webhooks create --name broken --url ${remote.url}/broken --events '*'`)
  await shell.json("webhooks create --name private --url https://10.0.0.1/ --events '*'")
  assert.match((await shell.gatehouse('webhooks test broken')).err, /\/broken answered 500: a receiver answers 200 to 299/)
  assert.match((await shell.gatehouse('webhooks test private')).err, /cannot be reached: 10\.0\.0\.1 is not at a public https address/)
  for (const name of ['broken', 'private']) await shell.json(`webhooks delete ${name}`)
})

const create = 'webhooks create --name x --url https://x.example --events'
const refused: readonly [line: string, message: RegExp, input?: string][] = [
  ['webhooks create --name x --url https://x.example', /--events is missing/],
  [`${create} user.praise`, /must be an event of the audit log/],
  [`${create} webhook.lost`, /must be an event of the audit log/],
  [`${create} 'webhook.*'`, /must be an event of the audit log/],
  ['webhooks create --name X --url https://x.example --events *', /--name must be 1 to 63 lower-case letters/],
  ['webhooks create --name x --url ftp://x.example --events *', /--url must be an absolute https URL/],
  ['webhooks create --name x --url https://x.example/#y --events *', /--url must have no fragment/],
  [`${create} * --secret-file nowhere`, /nowhere cannot be read/],
  [`${create} * --secret-file -`, /the secret is not whsec_ followed by/, 'whsec_AAAA'],
  ['webhooks create --file - --secret-file -', /both read standard input/],
  ['webhooks update nothing --enabled false', /there is no webhook nothing/],
  ['webhooks show nothing', /there is no webhook nothing/],
  ['webhooks delete nothing', /there is no webhook nothing/],
  ['webhooks test nothing', /there is no webhook nothing/],
  ['webhooks rotate-secret nothing', /there is no webhook nothing/],
]
for (const [line, message, input] of refused)
  test(`refused: ${line}`, async () => {
    const { status, err } = await shell.gatehouse(line, input)
    assert.notEqual(status, 0)
    assert.match(err, message)
  })

test('a name is taken once, and stays', async () => {
  await shell.json(`${create} user.create`)
  assert.match((await shell.gatehouse(`${create} user.create`)).err, /there is a webhook x already/)
  assert.match((await shell.gatehouse('webhooks update x --name y')).err, /name cannot be changed/)
  await shell.json('webhooks delete x')
})

test('a file declares webhooks, and an export is such a file: without secrets, which stay', async () => {
  const file = join(shell.folder, 'webhooks.yaml')
  const apply = async (webhooks: object[], flags = '--yes') => {
    writeFileSync(file, stringify({ webhooks }))
    return shell.gatehouse(`apply ${file} ${flags}`)
  }
  const crm = { name: 'crm', url: 'https://crm.example/events', events: ['user.*'] }
  const first = await apply([crm])
  assert.equal(first.status, 0, first.err)
  assert.match(first.out, /\+ webhook crm\n[\s\S]*secret of webhook crm of tenant root: whsec_/)
  assert.match(first.err, /not shown again: note them now/)
  assert.equal((await apply([crm])).out, 'Nothing to do.\n')
  const exported = parse((await shell.gatehouse('export')).out).webhooks
  assert.deepEqual(exported, [crm])
  assert.equal((await apply(exported, '--yes --prune')).out, 'Nothing to do.\n')

  const secret = newWebhookSecret(random)
  assert.match((await apply([{ ...crm, secret, events: ['*'] }])).out, /~ webhook crm\n {6}events/)
  assert.equal((await apply([{ ...crm, secret, events: ['*'] }])).out, 'Nothing to do.\n')
  const other = [{ ...crm, secret: newWebhookSecret(random), events: ['*'] }]
  assert.equal((await apply(other)).out, 'Tenant root\n  ~ webhook crm\n      secret: ******** (new)\nDone.\n')
  assert.equal((await apply(other)).out, 'Nothing to do.\n')
  assert.match((await apply([], '--yes --prune')).out, /- webhook crm/)
  assert.deepEqual(await shell.json('webhooks list'), [])
  for (const [entry, message] of [
    [{ url: 'https://x.example' }, /a webhook has no name/],
    [{ ...crm, url: undefined }, /webhook crm: url must be an absolute https URL/],
    [{ ...crm, secret: 'short' }, /webhook crm: secret must be whsec_ followed by 24 to 64 bytes in base64/],
    [{ ...crm, secret, secret_file: 'y' }, /cannot be combined/],
  ] as const)
    assert.match((await apply([entry])).err, message)
  assert.match((await apply([crm, crm])).err, /webhook crm is declared twice/)
})
