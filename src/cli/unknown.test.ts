/** What a command names and is not there is refused by its name, verbs included, and what is there keeps its identifier. */
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

/** These make what they name, or read files. */
const makers =
  /^(?:tenants create|services create|users import|apply|import keycloak|federation (?:add|resolve|issue-trust-mark|delegate-trust-mark))$/
/** What comes after `nothing`, or in place of it. */
const rest: Record<string, string> = {
  'tenants update': '--sign-up false',
  'users set-role': 'viewer',
  'users set-password': '--random-password',
  'users change-email': 'new@example.com',
  'groups add-member': 'nobody',
  'groups remove-member': 'nobody',
  'clients check': '--profile fapi2',
  'clients delete-secret': 'nothing',
  'clients assign': '--users nobody',
  'clients unassign': '--users nobody',
  'federation remove': 'anchor https://nothing',
  'federation revoke-trust-mark': 'https://nothing',
  'connections set-secret': `--client-secret-file ${join(folder, 'secret')}`,
}
writeFileSync(join(folder, 'secret'), 'a secret')

const silent: Terminal = { env: {}, stdin: (async function* () {})(), stdout: { write: () => {} }, stderr: { write: () => {} } }
const leaves = (command: Command, path = ''): { path: string; names: boolean }[] =>
  command.commands.length > 0
    ? command.commands.flatMap((inner) => leaves(inner, `${path} ${inner.name()}`.trim()))
    : [{ path, names: command.registeredArguments.length > 0 }]

test('every command that names something refuses what is not there, and says where to look', async (t) => {
  await json('tenants update root --federation true')
  const commands = leaves(await program(silent, []))
  for (const { path } of commands.filter(({ path, names }) => names && !makers.test(path)))
    await t.test(path, async () => {
      const { status, out, err } = await gatehouse(
        `${path} ${rest[path]?.startsWith('anchor') ? '' : 'nothing '}${rest[path] ?? ''}`.trim(),
      )
      assert.deepEqual([status, out], [1, ''])
      const [, fault = '', advised = ''] = /^error: (.*): see "gatehouse (\S+ \S+)(?: nothing)?"\n$/.exec(err) ?? assert.fail(err)
      assert.match(fault, /nothing|nobody|one of these credentials is not offered|there is no such trust mark/)
      assert.ok(
        commands.some((command) => command.path === advised),
        advised,
      )
    })
})

/** The lines that make one, with the member that identifies it and cannot be changed. */
const kept: [kind: string, member: string, made: string, other: string, flags: string][] = [
  ['clients', 'client_id', 'shop', 'other', '--client-id shop --redirect-uris https://shop.example/'],
  ['resources', 'identifier', 'https://api.example', 'https://other.example', '--identifier https://api.example --name API'],
  ['connections', 'name', 'staff', 'other', '--name staff --issuer https://sso.example --client-id us'],
  ['webhooks', 'name', 'crm', 'other', '--name crm --url https://crm.example/ --events user.create'],
  [
    'credentials',
    'id',
    'badge',
    'other',
    `--id badge --display '[{"name":"Badge"}]' --claims '[{"name":"email","source":"account.email"}]'`,
  ],
  [
    'trusted-issuers',
    'issuer',
    'https://idp.example',
    'https://other.example',
    '--issuer https://idp.example --jwks-uri https://idp.example/jwks --clients wiki --subject-kind login',
  ],
]
for (const [kind, member, made, other, flags] of kept)
  test(`an update of ${kind} may name its ${member}, and not another one`, async () => {
    await json(`${kind} create ${flags}`)
    const before = await json(`${kind} list`)
    const update = (value: string) => gatehouse(`${kind} update ${made} --file -`, JSON.stringify({ [member]: value }))
    const [same, changed] = [await update(made), await update(other)]
    assert.deepEqual([same.status, changed.status], [0, 1], same.err)
    assert.equal(changed.err, `error: ${member} cannot be changed\n`)
    assert.deepEqual(await json(`${kind} list`), before)
    const again = await gatehouse(`${kind} create ${flags}`)
    assert.equal(again.status, 1)
    assert.match(again.err, /^error: .*(?:already|registered|exists)/)
  })

test('what other programs call a verb is answered with ours', async () => {
  const words = {
    create: ['add', 'new'],
    delete: ['remove', 'rm', 'destroy'],
    list: ['ls'],
    show: ['get', 'describe', 'view'],
    update: ['change', 'set', 'edit', 'modify', 'patch'],
  }
  for (const [verb, others] of Object.entries(words))
    for (const word of others) {
      const { status, err } = await gatehouse(`clients ${word}`)
      assert.deepEqual([status, err.split('\n').slice(0, 2)], [2, [`error: unknown command '${word}'`, `(Did you mean ${verb}?)`]])
    }
})
