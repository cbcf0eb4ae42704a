/** `gatehouse credentials`: a credential from its declaration to its removal, and the offers that are made of it. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { parse } from 'yaml'
import { type CommandLine, commandLine } from '../../test/command-line.ts'

let shell: CommandLine
before(async () => {
  shell = await commandLine()
})
after(() => shell.remove())

const display = `--display '[{"name": "Badge"}]'`
const claims = `--claims '[{"name": "email", "source": "account.email"}]'`

test('a credential lives: declared, shown, changed, offered, removed', async () => {
  const made = await shell.json(`credentials create --id badge ${display} ${claims}`)
  assert.deepEqual([made.format, made.enabled, made.validity, made.claims[0].disclosure], ['dc+sd-jwt', true, 7_776_000, 'selective'])
  const changed = await shell.json('credentials update badge --validity 86400 --scope wallet:badge')
  assert.deepEqual([changed.validity, changed.scope, changed.display], [86_400, 'wallet:badge', [{ name: 'Badge' }]])
  assert.equal((await shell.json('credentials update badge --unset scope')).scope, undefined)
  const other = await shell.gatehouse('credentials update badge --id other')
  assert.deepEqual([other.status, /id cannot be changed/.test(other.err)], [1, true], other.err)
  assert.match((await shell.gatehouse('credentials list')).out, /badge +dc\+sd-jwt +yes +badge +Badge/)
  await shell.json('users create --sub ada-sub --username ada --email ada@example.com')
  const offer = await shell.json('credentials offer badge --user ada --expires-in 1h')
  assert.match(offer.tx_code, /^\d{6}$/)
  assert.match(offer.link, /^openid-credential-offer:\/\/\?credential_offer_uri=http/)
  assert.deepEqual(offer.credential_offer.credential_configuration_ids, ['badge'])
  assert.equal((await shell.json('credentials offer badge --user ada --no-tx-code')).tx_code, undefined)
  const open = await shell.json('credentials offer badge')
  assert.deepEqual(Object.keys(open.credential_offer.grants), ['authorization_code'])
  assert.match((await shell.gatehouse('credentials offer badge --user ada')).out, /^tx_code +\d{6}$/m)
  assert.deepEqual([await shell.json('credentials issued'), await shell.json('credentials requests')], [[], []])
  await shell.json('credentials delete badge')
  assert.equal((await shell.gatehouse('credentials show badge')).status, 1)
})

test('credentials are applied from a file, and exported as it declares them', async () => {
  const file = join(shell.folder, 'credentials.yaml')
  writeFileSync(
    file,
    'credentials:\n  - id: applied\n    display: [{ name: Applied }]\n    claims: [{ name: email, source: account.email, disclosure: always }]\n',
  )
  assert.match((await shell.gatehouse(`apply ${file} --yes`)).out, /\+ credential applied/)
  assert.equal((await shell.gatehouse(`apply ${file} --yes`)).out, 'Nothing to do.\n')
  const { credentials } = parse((await shell.gatehouse('export')).out)
  assert.deepEqual(
    credentials.map(({ id }: { id: string }) => id),
    ['applied'],
  )
  writeFileSync(file, 'credentials: []\n')
  assert.match((await shell.gatehouse(`apply ${file} --yes --prune`)).out, /- credential applied/)
  assert.deepEqual(await shell.json('credentials list'), [])
})

const refused: readonly [line: string, message: RegExp][] = [
  ['credentials create --id badge', /--display is missing/],
  [`credentials create --id 'a b' ${display} ${claims}`, /--id must be 1 to 100 letters/],
  [`credentials create --id x ${claims} --display '[]'`, /--display must not be empty/],
  [`credentials create --id x ${display} --claims '[{"name": "iss", "value": 1}]'`, /can only be set by the server/],
  [`credentials create --id x ${display} --claims '[{"name": "a"}]'`, /or value is needed, and not both/],
  [`credentials create --id x ${display} --claims '[{"name": "a", "source": "client.client_id"}]'`, /must be account\./],
  [`credentials create --id x ${display} --claims '[{"name": "a", "value": 1}, {"name": "a", "value": 2}]'`, /is there twice/],
  [`credentials create --id x ${display} ${claims} --scope openid`, /--scope has another meaning here/],
  [`credentials create --id x ${display} ${claims} --format mso_mdoc`, /--doctype is missing: a mobile document needs it/],
  [`credentials create --id x ${display} ${claims} --doctype org.example`, /--doctype is for mso_mdoc only; remove it/],
  [`credentials create --id x ${display} --claims '[{"name": "a", "value": 1, "namespace": "n"}]'`, /is for mso_mdoc only; remove it/],
  [
    `credentials create --id x ${display} ${claims} --key-attestation-keys '[{"kty": "oct", "k": "AA"}]'`,
    /must be a public key that signs/,
  ],
  ['credentials show nothing', /there is no credential nothing/],
  ['credentials update nothing --validity 7200', /there is no credential nothing/],
  ['credentials delete nothing', /there is no credential nothing/],
  ['credentials offer nothing', /one of these credentials is not offered/],
  ['credentials offer nothing --expires-in 31d', /--expires-in is 1m to 30d/],
  ['credentials issued --limit 0', /--limit is 1 to 10000/],
  ['credentials approve nothing', /there is no request nothing, or it does not wait any more/],
  ['credentials deny nothing', /there is no request nothing, or it does not wait any more/],
  ['credentials revoke nothing', /there is no issued credential nothing, or it is revoked/],
]
for (const [line, message] of refused)
  test(`refused: ${line.slice(0, 100)}`, async () => {
    const { status, err } = await shell.gatehouse(line)
    assert.notEqual(status, 0)
    assert.match(err, message)
  })
