import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type CommandLine, commandLine } from '../../test/command-line.ts'
import { neutralised, sheet, type Terminal, table } from './terminal.ts'

const odd = 'Ada\u001b]0;owned\u0007\u001b[2J\u009b8m\u202e\r\0'
const shown = 'Ada\\u001b]0;owned\\u0007\\u001b[2J\\u009b8m\\u202e\\u000d\\u0000'

function screened(isTTY: boolean): { terminal: Terminal; written(): string } {
  let written = ''
  const screen = { write: (text: string) => (written += text), isTTY }
  return { terminal: { env: {}, stdin: (async function* () {})(), stdout: neutralised(screen), stderr: screen }, written: () => written }
}

test('point 13: a screen shows control characters, and obeys none but the colours of the command line', () => {
  const { terminal, written } = screened(true)
  terminal.stdout.write(`${odd}\n\u001b[1mbold\u001b[22m \u001b[31mred\u001b[39m \u001b[8mhidden\n`)
  assert.equal(written(), `${shown}\n\u001b[1mbold\u001b[22m \u001b[31mred\u001b[39m \\u001b[8mhidden\n`)
})

test('point 13: JSON stays JSON, and says the same', () => {
  const { terminal, written } = screened(false)
  terminal.stdout.write(JSON.stringify({ name: odd }))
  assert.doesNotMatch(written(), /\p{Cc}|\p{Bidi_Control}/u)
  assert.deepEqual(JSON.parse(written()), { name: odd })
})

test('point 13: no name makes a row of its own', () => {
  const { terminal } = screened(false)
  assert.equal(
    table(terminal, ['name', 'id'], [['one\ntwo\u2028three', 'x']])
      .trimEnd()
      .split('\n').length,
    2,
  )
  assert.equal(sheet(terminal, { name: 'one\nrole  superadmin' }).trimEnd().split('\n').length, 1)
})

test('a list of objects shows what is in them', () => {
  const { terminal } = screened(false)
  assert.equal(
    sheet(terminal, { scopes: ['a', 'b'], claims: [{ name: 'email' }, { name: 'age' }] }),
    'scopes  a b\nclaims  {"name":"email"} {"name":"age"}\n',
  )
})

let line: CommandLine
before(async () => {
  line = await commandLine()
})
after(() => line.remove())

test('point 13: what is typed or read from a file is neutral in messages, and refused where it would be stored', async () => {
  const unknown = await line.gatehouse(`clients show 'a\u001b[2J'`)
  assert.equal(unknown.status, 1)
  assert.match(unknown.err, /a\\u001b\[2J/)
  const refusals: [command: string, input: string, words: RegExp][] = [
    [`tenants create x --name 'a\u001b[2J'`, '', /character that is not allowed/],
    [`clients create --client-name 'a\u202eb' --redirect-uris https://a.example/`, '', /character that is not allowed/],
    ['users create --file -', '{"username":"ada","claims":{"name":"\\u001b[2J"}}', /claims\.name has a character that is not allowed/],
    ['users create --file -', `{"username":"ada","attributes":{"a":${'['.repeat(2000)}${']'.repeat(2000)}}}`, /more than 32 levels/],
    ['users create --file -', '{"username":"ada","username":"eve"}', /username is there twice/],
    ['users create --username ada --sub ..', '', /must not be \. or \.\./],
  ]
  for (const [command, input, words] of refusals) {
    const { status, out, err } = await line.gatehouse(command, input)
    assert.equal(status, 1, command)
    assert.match(out + err, words)
  }
})
