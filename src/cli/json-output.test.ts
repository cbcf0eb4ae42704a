/** With `--json`, commands print members in snake_case, as the API does. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { commandLine } from '../../test/command-line.ts'
import { filledIn, masked, transcript, writeInputs } from '../../test/transcript.ts'

const { folder, json, remove } = await commandLine()
after(remove)

const declared = join(folder, 'declared.yaml')
writeFileSync(declared, 'clients:\n  - client_id: applied\n    redirect_uris: [https://applied.example/]\n')
const people = join(folder, 'people.jsonl')
writeFileSync(people, '{"username": "imported"}')

/** In order: what is made by one is shown by a later one. */
const lines = [
  'tenants create acme',
  'tenants update acme --sign-up false',
  'tenants list',
  'tenants suspend acme',
  'attributes define --name team --type string',
  'attributes list',
  'users create --username ada --email ada@example.com --given-name Ada --attribute team=red --random-password',
  'users show ada',
  'users update ada --family-name Lovelace',
  'users factors ada',
  'users list',
  `users import ${people}`,
  'groups create --name crew',
  'groups add-member crew ada',
  'groups show crew',
  'groups list',
  'services create nightly',
  'services list',
  'api-keys create --user ada --label x --scope openid',
  'api-keys list',
  'clients create --client-id shop --redirect-uris https://shop.example/ --policy-consent skip',
  'clients rotate-secret shop --overlap 1h',
  'clients secrets shop',
  'clients list',
  'clients show shop',
  'resources create --identifier https://api.example/x --name X --random-secret',
  'resources show https://api.example/x',
  'resources list',
  `apply ${declared} --yes`,
  'export',
  'keys list',
  'keys rotate --alg ES256',
  'keys reseal',
  'roles list',
  'sessions list',
  'grants list',
  'audit list',
]

for (const line of lines) {
  test(`gatehouse ${line.replace(folder, '')} --json`, async () => {
    assert.deepEqual(odd(await json(line)), [])
  })
}

const changes = await commandLine()
after(changes.remove)
writeInputs(changes.folder)
for (const { command, json } of transcript) {
  test(`gatehouse ${command.split(' --')[0]} --json tells programs what there is or what was done`, async () => {
    const done = await changes.json(await filledIn(command, changes))
    assert.equal(masked(JSON.stringify(done), changes.folder, json), json)
  })
}

test('gatehouse config show --json: settings by their names', async () => {
  const { features, ...settings } = await json('config show')
  assert.ok(Object.keys(features).length > 10)
  assert.deepEqual(odd(settings), [])
})

/** The members that are not in snake_case, at any depth. */
function odd(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(odd)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => [...(/^[a-z0-9]+(?:_[a-z0-9]+)*$/.test(name) ? [] : [name]), ...odd(inner)])
}
